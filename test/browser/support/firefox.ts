import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import puppeteer, { type Browser } from 'puppeteer-core';
import { startWhole } from '../../support/started.js';
import { startHostsProxy, type BrowserOptions } from './hosts.js';
import { startWatched, temporaryFolder } from './watched.js';

/** The Firefox that `FIREFOX_PATH` names, as `test/run.js` does where one is installed; `undefined` if there is none. */
export function firefoxPath(): string | undefined {
  return process.env['FIREFOX_PATH'];
}

/** A Firefox, in which every host name is this machine. */
export interface Firefox {
  readonly browser: Browser;
  close(): Promise<void>;
}

/** Starts the Firefox that `FIREFOX_PATH` names, and drives it over WebDriver BiDi. */
export async function startFirefox(options?: BrowserOptions): Promise<Firefox> {
  return await startWhole(async (own, close) => {
    const proxy = await own(startHostsProxy(options), (started) => started.close());
    const profile = await own(temporaryFolder(), (folder) => folder.remove());
    writeFileSync(join(profile.path, 'user.js'), preferences(proxy.port));
    const starting = startWatched(firefoxPath() ?? '/usr/bin/firefox-esr', {
      args: ['--headless', '--no-remote', '--profile', profile.path, '--remote-debugging-port=0'],
      says: /WebDriver BiDi listening on (ws:\/\/\S+)/,
      env: { HOME: profile.path },
    });
    const { ready } = await own(starting, (started) => started.end());
    const connecting = puppeteer.connect({
      browserWSEndpoint: `${ready}/session`,
      protocol: 'webDriverBiDi',
      // Certificates of test servers are self-signed.
      acceptInsecureCerts: true,
      defaultViewport: null,
    });
    const browser = await own(connecting, (connected) => connected.disconnect());
    return { browser, close };
  });
}

/** Nothing leaves this machine, and nothing is asked. */
function preferences(proxyPort: number): string {
  const all: Readonly<Record<string, string | number | boolean>> = {
    'network.proxy.type': 1,
    'network.proxy.socks': '127.0.0.1',
    'network.proxy.socks_port': proxyPort,
    'network.proxy.socks_version': 5,
    'network.proxy.socks_remote_dns': true,
    'network.proxy.socks5_remote_dns': true,
    'network.proxy.allow_hijacking_localhost': true,
    'network.proxy.failover_direct': false,
    'network.trr.mode': 5,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
    'network.dns.disablePrefetch': true,
    'network.prefetch-next': false,
    'app.normandy.enabled': false,
    'app.update.auto': false,
    'app.update.enabled': false,
    'browser.aboutwelcome.enabled': false,
    'browser.safebrowsing.malware.enabled': false,
    'browser.safebrowsing.phishing.enabled': false,
    'browser.shell.checkDefaultBrowser': false,
    'browser.startup.homepage': 'about:blank',
    'browser.startup.page': 0,
    'datareporting.policy.dataSubmissionEnabled': false,
    'dom.security.https_first': false,
    'extensions.getAddons.cache.enabled': false,
    'services.settings.server': 'http://settings.invalid',
    'toolkit.telemetry.reportingpolicy.firstRun': false,
  };
  return Object.entries(all)
    .map(([name, value]) => `user_pref(${JSON.stringify(name)}, ${JSON.stringify(value)});\n`)
    .join('');
}
