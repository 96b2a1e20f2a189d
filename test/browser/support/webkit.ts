import { existsSync } from 'node:fs';
import { startWhole } from '../../support/started.js';
import { freePorts } from '../../support/sample.js';
import { startHostsProxy, type BrowserOptions } from './hosts.js';
import { startWatched, temporaryFolder } from './watched.js';
import { openSession, type Session } from './webdriver.js';

/** Where Debian has the browser that it builds with WebKitGTK, for each architecture. */
const BROWSERS: readonly string[] = ['x86_64', 'aarch64', 'riscv64'].map(
  (architecture) => `/usr/lib/${architecture}-linux-gnu/webkit2gtk-4.1/MiniBrowser`,
);

/** The WebKitWebDriver that `WEBKIT_DRIVER_PATH` names, as `test/run.js` does where one is installed; `undefined` if there is none. */
export function webKitDriverPath(): string | undefined {
  return process.env['WEBKIT_DRIVER_PATH'];
}

/** A WebKitGTK, in which every host name is this machine. */
export interface WebKit {
  readonly session: Session;
  close(): Promise<void>;
}

/** Starts the WebKitGTK of the driver that `WEBKIT_DRIVER_PATH` names, on a screen of its own, which nobody sees. */
export async function startWebKit(options?: BrowserOptions): Promise<WebKit> {
  return await startWhole(async (own, close) => {
    const proxy = await own(startHostsProxy(options), (started) => started.close());
    const folder = await own(temporaryFolder(), (started) => started.remove());
    const displaying = startWatched(process.env['XVFB_PATH'] ?? '/usr/bin/Xvfb', {
      args: ['-displayfd', '1', '-screen', '0', '1024x768x24', '-nolisten', 'tcp'],
      says: /^(\d+)\n/m,
    });
    const display = await own(displaying, (started) => started.end());
    const [port] = (await freePorts(1)) as [number];
    const driving = startWatched('/bin/sh', {
      // It says nothing of its own when it listens.
      args: ['-c', 'echo "started"; exec "$@"', 'sh', driverPath(), '--host=127.0.0.1', `--port=${port}`],
      says: /(started)/,
      env: {
        DISPLAY: `:${display.ready}`,
        HOME: folder.path,
        XDG_RUNTIME_DIR: folder.path,
        GDK_BACKEND: 'x11',
        NO_AT_BRIDGE: '1',
        // Nothing is to be drawn well.
        LIBGL_ALWAYS_SOFTWARE: '1',
        WEBKIT_DISABLE_COMPOSITING_MODE: '1',
      },
    });
    await own(driving, (started) => started.end());
    const opening = openSession(port, {
      // Certificates of test servers are self-signed.
      acceptInsecureCerts: true,
      'webkitgtk:browserOptions': {
        binary: browserPath(),
        args: ['--automation', `--proxy=socks5://127.0.0.1:${proxy.port}`],
      },
    });
    return { session: await own(opening, (session) => session.end()), close };
  });
}

function driverPath(): string {
  return webKitDriverPath() ?? '/usr/bin/WebKitWebDriver';
}

function browserPath(): string {
  const found = [process.env['WEBKIT_BROWSER_PATH'] ?? '', ...BROWSERS].find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error(`There is no MiniBrowser at ${BROWSERS.join(', ')}: name it in WEBKIT_BROWSER_PATH.`);
}
