import { APACHE } from './support/apache.js';
import { describeProxy } from './support/suite.js';

describeProxy(APACHE);
