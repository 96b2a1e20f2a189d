import { startBrowser } from '../support/browser.js';
import { portsOf, type Driver } from './driver.js';
import { listenForReasons } from './why.js';
import type { World } from './world.js';

/** Chromium, over its own protocol. It is the one that says why. */
export async function startChromium(world: World): Promise<Driver> {
  const browser = await startBrowser({ ports: portsOf(world) });
  const shared = await browser.newProfile();
  return {
    open: async (url, profile) => {
      const page = await (profile === 'own' ? browser : shared).open(url);
      const { take } = await listenForReasons(page);
      return {
        run: (script, argument) => page.evaluate(script as never, argument) as never,
        why: take,
        close: () => (profile === 'own' ? page.context().close() : page.close()),
      };
    },
    close: () => browser.close(),
  };
}
