import { NGINX } from './support/nginx.js';
import { describeProxy } from './support/suite.js';

describeProxy(NGINX);
