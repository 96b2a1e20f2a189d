import { chromium, type Browser, type Page } from 'playwright-core';
import { startWhole } from '../../support/started.js';
import { startHosts, type BrowserOptions } from './hosts.js';

/** Pages that share their cookies and caches. */
export interface Profile {
  /**
   * Opens an empty document on an origin.
   *
   * @param origin - any origin of http at port 80 or 8080, as `http://app.example`; or the URL of a document
   */
  open(origin: string): Promise<Page>;
}

/** A real browser, in which every host name is this machine. */
export interface TestBrowser extends Profile {
  /** Opens an empty document on an origin, in a profile of its own: no cookie and no cache is shared. */
  open(origin: string): Promise<Page>;
  /** A profile for several pages. */
  newProfile(): Promise<Profile>;
  /** Closes the pages that are open. */
  closePages(): Promise<void>;
  close(): Promise<void>;
}

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Starts the browser that `CHROMIUM_PATH` names. */
export async function startBrowser(options?: BrowserOptions): Promise<TestBrowser> {
  return await startWhole(async (own, close) => {
    const hosts = await own(startHosts(options), (started) => started.close());
    const rules = hosts.rules.map(([place, port]) => `MAP ${place} 127.0.0.1:${port}`);
    const launching = chromium.launch({
      executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
      headless: true,
      // The first rule that matches counts. The last one catches everything: nothing leaves this machine.
      args: [...FLAGS, `--host-resolver-rules=${[...rules, 'MAP * 127.0.0.1'].join(', ')}`],
    });
    const browser = await own(launching, (launched) => launched.close());
    return {
      open: async (origin) => (await newProfile(browser)).open(origin),
      newProfile: () => newProfile(browser),
      closePages: async () => {
        await Promise.all(browser.contexts().map((context) => context.close()));
      },
      close,
    };
  });
}

async function newProfile(browser: Browser): Promise<Profile> {
  // Certificates of test servers are self-signed.
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  return {
    open: async (origin) => {
      const page = await context.newPage();
      await page.goto(origin);
      return page;
    },
  };
}
