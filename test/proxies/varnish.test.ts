import { VARNISH } from './support/varnish.js';
import { describeProxy } from './support/suite.js';

describeProxy(VARNISH);
