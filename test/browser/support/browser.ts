import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser, type Page } from 'playwright-core';
import { startWhole } from '../../support/started.js';

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

/** What a {@link TestBrowser} finds where. */
export interface BrowserOptions {
  /** Ports of this machine by host and port, where they are not the same: `{ 'api.shop.example:80': 49152 }`. */
  readonly ports?: Readonly<Record<string, number>>;
}

/** Starts the browser that `CHROMIUM_PATH` names. */
export async function startBrowser({ ports = {} }: BrowserOptions = {}): Promise<TestBrowser> {
  return await startWhole(async (own, close) => {
    const documents = await own(serveDocuments(), (server) => {
      server.close();
      server.closeAllConnections();
    });
    const { port } = documents.address() as AddressInfo;
    const rules = Object.entries({ ...ports, '*:80': port, '*:8080': port }).map(
      ([host, served]) => `MAP ${host} 127.0.0.1:${served}`,
    );
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

/** Serves an empty document at any URL; at `/worker.js` the script that the query's `code` is. */
function serveDocuments(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer(({ url = '' }, response) => {
      const { pathname, searchParams } = new URL(url, 'http://documents.invalid');
      if (pathname === '/worker.js') {
        response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(searchParams.get('code'));
        return;
      }
      response.writeHead(200, { 'Content-Type': 'text/html' });
      response.end('<!doctype html><title>A page</title>');
    });
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
