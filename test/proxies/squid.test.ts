import { SQUID } from './support/squid.js';
import { describeProxy } from './support/suite.js';

describeProxy(SQUID);
