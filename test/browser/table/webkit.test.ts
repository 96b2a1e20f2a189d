import { describe } from '@jest/globals';
import { webKitDriverPath } from '../support/webkit.js';
import { holdAgainst } from './hold.js';
import { startWebKit } from './webkit.js';

// `test/run.js` says loudly that it is left out.
(webKitDriverPath() === undefined ? describe.skip : describe)('the table, in WebKit', () => {
  holdAgainst('webkit', startWebKit);
});
