import { describe } from '@jest/globals';
import { firefoxPath } from '../support/firefox.js';
import { startFirefox } from './firefox.js';
import { holdAgainst } from './hold.js';

// `test/run.js` says loudly that it is left out.
(firefoxPath() === undefined ? describe.skip : describe)('the table, in Firefox', () => {
  holdAgainst('firefox', startFirefox);
});
