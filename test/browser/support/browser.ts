import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { chromium, type Browser, type Page } from 'playwright-core';

/** A real browser, in which every host name is this machine. */
export interface TestBrowser {
  /**
   * Opens an empty document on an origin, in a profile of its own: no cookie and no cache is shared.
   *
   * @param origin - any origin of http at its default port, as `http://app.example`; or the URL of a document
   */
  open(origin: string): Promise<Page>;
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
export async function startBrowser(): Promise<TestBrowser> {
  const documents = await serveDocuments();
  const { port } = documents.address() as AddressInfo;
  const browser = await chromium.launch({
    executablePath: process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium',
    headless: true,
    // The first rule that matches counts. The last one catches everything: nothing leaves this machine.
    args: [...FLAGS, `--host-resolver-rules=MAP *:80 127.0.0.1:${port}, MAP * 127.0.0.1`],
  });
  return {
    open: (origin) => openPage(browser, origin),
    closePages: async () => {
      await Promise.all(browser.contexts().map((context) => context.close()));
    },
    close: async () => {
      await browser.close();
      documents.close();
      documents.closeAllConnections();
    },
  };
}

async function openPage(browser: Browser, origin: string): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(origin);
  return page;
}

/** Serves an empty document at any URL. */
function serveDocuments(): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/html' });
      response.end('<!doctype html><title>A page</title>');
    });
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
