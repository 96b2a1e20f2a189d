import type { BrowserContext } from 'puppeteer-core';
import { startFirefox as start } from '../support/firefox.js';
import { portsOf, type Driver } from './driver.js';
import type { World } from './world.js';

/** Firefox, over WebDriver BiDi. */
export async function startFirefox(world: World): Promise<Driver> {
  const { browser, close } = await start({ ports: portsOf(world) });
  return {
    open: async (url, profile) => {
      const context: BrowserContext =
        profile === 'own' ? await browser.createBrowserContext() : browser.defaultBrowserContext();
      const page = await context.newPage();
      await page.goto(url);
      return {
        run: (script, argument) => page.evaluate(script as (argument: unknown) => unknown, argument) as never,
        why: async () => undefined,
        close: () => (profile === 'own' ? context.close() : page.close()),
      };
    },
    close,
  };
}
