import { beforeAll, describe, it } from '@jest/globals';
import type { ShippingEngine } from '../../../lib/engines/quirks.js';
import { PLATFORMS } from '../../support/apps.js';
import { startedBySuite } from '../../support/suites.js';
import { disagreements } from './agreement.js';
import { DEPARTURES } from './departures/index.js';
import type { Driver } from './driver.js';
import { casesIn } from './left-out.js';
import { Runner } from './runner.js';
import { VirtualRunner } from './virtual.js';
import { startWorld, type World } from './world.js';

/** For a suite: holds the table, and the virtual browser in the profile of an engine, against that engine itself. */
export function holdAgainst(engine: ShippingEngine, start: (world: World) => Promise<Driver>): void {
  const departures = DEPARTURES[engine];

  describe.each(PLATFORMS)('on %s', (platform) => {
    const own = startedBySuite();
    let browser: Runner;
    let virtual: VirtualRunner;

    beforeAll(async () => {
      const world = await own(startWorld(platform), (started) => started.close());
      const driver = await own(start(world), (started) => started.close());
      browser = await Runner.start(driver, world);
      virtual = await own(VirtualRunner.start(world, engine), (started) => started.close());
    });

    describe.each(casesIn(engine))('%s', (_subject, cases) => {
      it.each(cases.map((testCase) => [testCase.id, testCase] as const))('%s', async (id, testCase) => {
        const departure = departures[id];
        const isBeyond =
          testCase.realOnly !== undefined || (departure !== undefined && 'beyond' in departure);
        const real = await browser.run(testCase);
        const result = {
          engine,
          real,
          virtual: isBeyond ? undefined : await virtual.run(testCase),
          departure,
        };
        const found = disagreements(testCase, result);
        if (found !== '') throw new Error(found);
      });
    });
  });
}
