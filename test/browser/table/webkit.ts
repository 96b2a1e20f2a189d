import { startWebKit as start } from '../support/webkit.js';
import { portsOf, type Driver } from './driver.js';
import type { World } from './world.js';

/** WebKitGTK, over plain WebDriver. It has one page, which goes where it is needed: in the background, its timers would wait. */
export async function startWebKit(world: World): Promise<Driver> {
  const ports = portsOf(world);
  const shared = await start({ ports });
  let current = '';
  return {
    open: async (url, profile) => {
      if (profile === 'own') {
        const own = await start({ ports });
        await own.session.goTo(url);
        return { run: own.session.run, why: async () => undefined, close: own.close };
      }
      return {
        run: async (script, argument) => {
          if (current !== url) await shared.session.goTo(url);
          current = url;
          return await shared.session.run(script, argument);
        },
        why: async () => undefined,
        close: async () => undefined,
      };
    },
    close: shared.close,
  };
}
