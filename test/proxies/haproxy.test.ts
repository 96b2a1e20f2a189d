import { HAPROXY } from './support/haproxy.js';
import { describeProxy } from './support/suite.js';

describeProxy(HAPROXY);
