import { beforeAll, describe, expect, it } from '@jest/globals';
import { startedBySuite } from '../../support/suites.js';
import { refused } from './case.js';
import { startChromium } from './chromium.js';
import { holdAgainst } from './hold.js';
import { Runner } from './runner.js';
import { startWorld } from './world.js';

describe('the table, in Chromium', () => {
  holdAgainst('chromium', startChromium);

  // No other browser says them.
  describe('reasons', () => {
    const own = startedBySuite();
    let browser: Runner;
    beforeAll(async () => {
      const world = await own(startWorld('fastify'), (started) => started.close());
      const driver = await own(startChromium(world), (started) => started.close());
      browser = await Runner.start(driver, world);
    });

    it('are compared, too', async () => {
      const sees = refused('allow-origin-missing');
      const testCase = { id: 'a/hidden-response', does: { fetch: '/origins/internal' }, sees, server: [] };
      expect((await browser.run(testCase)).seen).toEqual([sees]);
    });
  });
});
