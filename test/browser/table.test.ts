import { beforeAll, describe, expect, it } from '@jest/globals';
import { PLATFORMS } from '../support/apps.js';
import { startedBySuite } from '../support/suites.js';
import { startBrowser, type TestBrowser } from './support/browser.js';
import { disagreements } from './table/agreement.js';
import { refused, type TableCase } from './table/case.js';
import { TABLE } from './table/cases/index.js';
import { ChromiumRunner } from './table/chromium.js';
import { VirtualRunner } from './table/virtual.js';
import { startWorld, type World } from './table/world.js';

describe.each(PLATFORMS)('the table, on %s', (platform) => {
  const own = startedBySuite();
  let world: World;
  let browser: TestBrowser;
  let chromium: ChromiumRunner;
  let virtual: VirtualRunner;

  beforeAll(async () => {
    world = await own(startWorld(platform), (started) => started.close());
    const ports = { ...world.ports, '*:443': world.tlsPort };
    browser = await own(startBrowser({ ports }), (started) => started.close());
    chromium = await ChromiumRunner.start(browser, world);
    virtual = await own(VirtualRunner.start(world), (started) => started.close());
  });

  it('compares the reasons of Chromium, too', async () => {
    const testCase: TableCase = {
      id: 'a/hidden-response',
      does: { fetch: '/origins/internal' },
      sees: refused('allow-origin-missing'),
      server: [],
    };
    expect((await chromium.run(testCase)).seen).toEqual([testCase.sees]);
  });

  describe.each(Object.entries(TABLE))('%s', (_subject, cases) => {
    it.each(cases.map((testCase) => [testCase.id, testCase] as const))('%s', async (_id, testCase) => {
      const found = disagreements(
        testCase,
        await chromium.run(testCase),
        testCase.only === undefined ? await virtual.run(testCase) : undefined,
      );
      if (found !== '') throw new Error(found);
    });
  });
});
