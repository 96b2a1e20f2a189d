import { beforeAll, describe, it } from '@jest/globals';
import { PLATFORMS } from '../../support/apps.js';
import { startedBySuite } from '../../support/suites.js';
import { departures } from './agreement.js';
import { TABLE } from './cases/index.js';
import { VirtualRunner } from './virtual.js';
import { startWorld } from './world.js';

const SUBJECTS = Object.entries(TABLE)
  .map(([subject, cases]) => [subject, cases.filter(({ realOnly }) => realOnly === undefined)] as const)
  .filter(([, cases]) => cases.length > 0);

describe.each(PLATFORMS)('the table, as the standard has it, on %s', (platform) => {
  const own = startedBySuite();
  let virtual: VirtualRunner;

  beforeAll(async () => {
    const world = await own(startWorld(platform), (started) => started.close());
    virtual = await own(VirtualRunner.start(world, 'standard'), (started) => started.close());
  });

  describe.each(SUBJECTS)('%s', (_subject, cases) => {
    it.each(cases.map((testCase) => [testCase.id, testCase] as const))('%s', async (_id, testCase) => {
      const found = departures(testCase, await virtual.run(testCase));
      if (found !== '') throw new Error(found);
    });
  });
});
