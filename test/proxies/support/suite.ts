import { beforeAll, describe, it, expect } from '@jest/globals';
import { PLATFORMS, type Platform } from '../../support/apps.js';
import type { WireResponse } from '../../support/http.js';
import { appsOfSuite, startedBySuite } from '../../support/suites.js';
import { OWN, startProxiedApp } from './app.js';
import type { Front } from './fronts.js';
import { configurationOf } from './page.js';
import { RunningProxy, type IsReady, type Proxy } from './proxy.js';
import { expectFailure, SCENARIOS, SCENARIOS_WITHOUT_PUBLIC_ORIGINS } from './scenarios.js';

/** A port at which nothing is, and nobody may listen but root. */
const NOWHERE = 1;

/** Runs the scenarios behind a proxy, as it is configured by default and as the page says, on both platforms. */
export function describeProxy(proxy: Proxy): void {
  const configurations = [
    { named: 'as it is configured by default', text: proxy.least, behaviour: proxy.byDefault },
    { named: 'as the page says', text: configurationOf(proxy.page), behaviour: proxy.asThePageSays },
    ...(proxy.changed === undefined
      ? []
      : [{ ...proxy.changed, text: proxy.changed.change(configurationOf(proxy.page)) }]),
  ];
  const startApp = appsOfSuite();
  const own = startedBySuite();
  const start = (text: string, appPort: number, isReady: IsReady): Promise<RunningProxy> =>
    own(RunningProxy.start(proxy, text, appPort, isReady), (running) => running.stop());

  /** By {@link keyOf}. */
  const fronts = new Map<string, Front>();

  /** What a proxy says behind which there is no app, by its configuration. */
  const failures = new Map<string, WireResponse>();
  const down = proxy.down && proxy.down.into(configurationOf(proxy.page), configurationOf(proxy.down.page));

  beforeAll(async () => {
    const inFrontOfApps = ([OWN, undefined] as const).flatMap((publicOrigins) =>
      PLATFORMS.map(async (platform) => {
        const app = await startProxiedApp(startApp, platform, publicOrigins);
        for (const [at, { named, text, behaviour }] of configurations.entries()) {
          const { port } = await start(text, app.port, ({ body }) => body === app.id);
          const front: Front = { port, platform, app, behaviour, mark: `${at}` };
          fronts.set(keyOf(platform, named, publicOrigins), front);
        }
      }),
    );
    const inFrontOfNone = [...configurations.map(({ text }) => text), ...(down === undefined ? [] : [down])];
    await Promise.all([
      ...inFrontOfApps,
      ...inFrontOfNone.map((text) =>
        start(text, NOWHERE, (response) => {
          failures.set(text, response);
          return response.status >= 500;
        }),
      ),
    ]);
  });

  const frontOf = (...key: Parameters<typeof keyOf>): Front => fronts.get(keyOf(...key)) as Front;

  describe.each(configurations)(`${proxy.name}, $named`, ({ named, text, behaviour }) => {
    describe.each(PLATFORMS)('in front of %s', (platform) => {
      it.each(SCENARIOS)('%s', async (_, run) => {
        await run(frontOf(platform, named, OWN));
      });

      it.each(SCENARIOS_WITHOUT_PUBLIC_ORIGINS)('without publicOrigins, %s', async (_, run) => {
        await run(frontOf(platform, named, undefined));
      });
    });

    it('says that the app is down without a field of CORS', () => {
      expectFailure({ behaviour }, failures.get(text) as WireResponse);
    });
  });

  if (down !== undefined) {
    it(`${proxy.name} says that the app is down to everybody, if it is told to`, () => {
      const response = failures.get(down) as WireResponse;
      expectFailure({ behaviour: proxy.asThePageSays }, response, '*');
      // As the page has it.
      if (proxy.name === 'nginx') expect(response.status).toBe(503);
    });
  }
}

function keyOf(platform: Platform, named: string, publicOrigins: string | undefined): string {
  return JSON.stringify([platform, named, publicOrigins]);
}
