import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ENGINE_NAMES, QUIRK_NAMES } from '../../lib/engines/quirks.js';
import { VirtualBrowser, type EngineName, type PageOptions } from '../../lib/testing/index.js';
import { pageOrigin } from '../../lib/testing/page-origin.js';
import { isAddress, isLocalNetwork, isPublicPage } from '../../lib/testing/request-origin.js';
import { startedBySuite } from '../support/suites.js';

const SHOP = 'https://shop.example.com';
const API = 'https://api.example.com';
const ID = 'abcdefghijklmnopabcdefghijklmnop';
const PUT = { method: 'PUT' };

describe('a browser of an engine', () => {
  const own = startedBySuite();
  let served: string;
  let received: string[] = [];

  beforeAll(async () => {
    const server = await own(start(), (started) => {
      started.closeAllConnections();
      started.close();
    });
    served = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  beforeEach(() => {
    received = [];
  });

  /** A server that allows everything, for as long as anybody likes. */
  async function start(): Promise<Server> {
    const server = createServer(({ method, headers }, response) => {
      received.push(`${method} ${headers.origin} ${headers.cookie}`);
      response.writeHead(200, {
        'Access-Control-Allow-Origin': headers.origin ?? '*',
        'Access-Control-Allow-Credentials': 'true',
        'Access-Control-Allow-Methods': 'PUT',
        'Access-Control-Max-Age': '999999',
        'Set-Cookie': 'sid=1; SameSite=None',
      });
      response.end('ok');
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  it.each<[engine: EngineName, seconds: number]>([
    ['standard', 7200],
    ['chromium', 7200],
    ['firefox', 86_400],
    ['webkit', 600],
  ])('%s keeps a preflight for %i seconds at most', async (engine, seconds) => {
    const browser = await VirtualBrowser.for(served, { origin: API, engine });
    const page = browser.page(SHOP);
    expect(await page.fetch('/', PUT)).toMatchObject({ engine, preflight: 'sent' });
    // The clock goes on, also on a busy machine.
    browser.advance(seconds - 5);
    expect((await page.fetch('/', PUT)).preflight).toBe('cached');
    browser.advance(5);
    expect((await page.fetch('/', PUT)).preflight).toBe('sent');
  });

  it('keeps it as long as the option says, whatever the engine', async () => {
    const browser = await VirtualBrowser.for(served, {
      origin: API,
      engine: 'webkit',
      maxPreflightAge: 3600,
    });
    await browser.page(SHOP).fetch('/', PUT);
    browser.advance(3500);
    expect((await browser.page(SHOP).fetch('/', PUT)).preflight).toBe('cached');
    browser.advance(101);
    expect((await browser.page(SHOP).fetch('/', PUT)).preflight).toBe('sent');
  });

  it('shows a page of another engine as another browser would', async () => {
    const browser = await VirtualBrowser.for(served, { origin: API });
    const including = { ...PUT, credentials: 'include' } as const;
    await browser.page(SHOP).fetch('/', including);
    const webkit = browser.page(SHOP, { engine: 'webkit' });
    expect(await webkit.fetch('/', including)).toMatchObject({ engine: 'webkit', preflight: 'sent' });
    expect(received.filter((line) => line.startsWith('PUT'))).toEqual([
      `PUT ${SHOP} undefined`,
      `PUT ${SHOP} undefined`,
    ]);
    // Two pages of one engine are in the same browser.
    const again = await browser.page(SHOP, { engine: 'webkit' }).fetch('/', including);
    expect(again.preflight).toBe('cached');
    expect(again.exchanges[0]?.headers.get('Cookie')).toBe('sid=1');
    browser.clearCookies();
    browser.clearPreflightCache();
    const emptied = await webkit.fetch('/', including);
    expect(emptied.preflight).toBe('sent');
    expect(emptied.exchanges[1]?.headers.has('Cookie')).toBe(false);
    browser.advance(601);
    expect((await webkit.fetch('/', including)).preflight).toBe('sent');
  });

  it('takes single quirks, of the browser or of a page', async () => {
    const browser = await VirtualBrowser.for(served, { origin: API, quirks: ['streams-throw'] });
    const stream = { method: 'POST', body: new Blob(['x']).stream(), duplex: 'half' } as const;
    expect((await browser.page(SHOP).fetch('/', stream)).failure?.reason).toBe('stream-not-supported');
    const text = await browser.page(SHOP, { quirks: ['streams-become-text'] }).fetch('/', stream);
    expect(text).toMatchObject({ engine: 'standard', readable: true, preflight: 'none' });
    const plain = await VirtualBrowser.for(served, { origin: 'http://api.example.com' });
    const chromium = await plain
      .page('http://shop.example.com', { engine: 'chromium' })
      .fetch('/', { ...stream, body: new Blob(['x']).stream() });
    expect(chromium.preflight).toBe('sent');
    expect(chromium.failure).toEqual({
      step: 'network',
      reason: 'stream-needs-http2',
      message: 'this engine streams a body over HTTP/2 only, and over plain http there is none',
      section: 'HTTP-network fetch',
    });
  });

  it('takes an app without an origin for one on the internet', async () => {
    for (const engine of ENGINE_NAMES) {
      const unnamed = await VirtualBrowser.for(served, { engine });
      expect(await unnamed.page(SHOP).fetch('/')).toMatchObject({ readable: true, quirks: [] });
      expect(await unnamed.page(SHOP).fetch('/', PUT)).toMatchObject({ preflight: 'sent', quirks: [] });
      expect(await unnamed.page(SHOP).fetch('/', PUT)).toMatchObject({ preflight: 'cached', quirks: [] });
    }
    const named = await VirtualBrowser.for(served, { engine: 'chromium', origin: served });
    expect((await named.page(SHOP).fetch('/')).failure?.reason).toBe('local-network-not-permitted');
    const other = await VirtualBrowser.for(served, { engine: 'chromium', origin: API });
    expect((await other.page(SHOP).fetch(served)).failure).toEqual({
      step: 'main-fetch',
      reason: 'local-network-not-permitted',
      message: `a public page cannot call ${served} unless the user permits it the local network`,
      section: 'Main fetch',
    });
  });

  it.each<[page: string, options: PageOptions, readable: boolean]>([
    [SHOP, {}, false],
    [SHOP, { localNetworkAccess: true }, true],
    ['http://shop.example.com', { localNetworkAccess: true }, false],
    ['null', {}, false],
    ['null', { localNetworkAccess: true }, true],
    ['http://localhost:5173', {}, true],
    ['https://192.168.0.7', {}, true],
    ['app://.', {}, true],
    ['file:///home/me/index.html', {}, true],
  ])('lets %s with %j into the local network: %s', async (page, options, readable) => {
    const browser = await VirtualBrowser.for(served, { origin: API, engine: 'chromium' });
    expect((await browser.page(page, options).fetch(served)).readable).toBe(readable);
  });

  it('knows what a page in a file and in an app shell sends', async () => {
    for (const [engine, fileAccess, origin] of [
      ['standard', true, 'null'],
      ['chromium', false, 'null'],
      ['chromium', true, 'file://'],
      ['firefox', true, 'null'],
      ['webkit', true, 'file://'],
      ['webkit', false, 'null'],
    ] as const) {
      const browser = await VirtualBrowser.for(served, { origin: API, engine });
      const result = await browser.page('file:///C:/app/index.html', { fileAccess }).fetch('/');
      expect(result.exchanges[0]?.headers.get('Origin')).toBe(origin);
      expect(result.quirks.map(({ quirk }) => quirk)).toEqual(
        origin === 'null' ? [] : ['file-access-shows-origin'],
      );
    }
    for (const engine of ENGINE_NAMES) {
      const browser = await VirtualBrowser.for(served, { origin: API, engine });
      for (const [page, origin] of [
        ['app:///index.html', 'app://'],
        ['app://./index.html', 'app://.'],
        ['qrc:/main.html', 'qrc://'],
        ['tauri://localhost/', 'tauri://localhost'],
        ['app://.', 'app://.'],
        ['app://', 'app://'],
        ['qrc://', 'qrc://'],
      ] as const) {
        const result = await browser.page(page).fetch('/');
        expect(result.exchanges[0]?.headers.get('Origin')).toBe(origin);
      }
    }
  });

  it.each<[what: string, open: (browser: VirtualBrowser) => unknown, message: string]>([
    [
      'an unknown engine of a page',
      (browser) => browser.page(SHOP, { engine: 'safari' as never }),
      'engine: "safari" is none of standard, chromium, firefox, webkit.',
    ],
    [
      'an unknown quirk of a page',
      (browser) => browser.page(SHOP, { quirks: ['stream-throws' as never] }),
      `quirks: "stream-throws" is none of ${QUIRK_NAMES.join(', ')}. Did you mean "streams-throw"?`,
    ],
    [
      'an identifier of another browser',
      (browser) => browser.extension('{d10d0bf8-f5b5-c8b4-a8b2-2b9879e08c5d}'),
      'extension: "{d10d0bf8-f5b5-c8b4-a8b2-2b9879e08c5d}" is no identifier of an extension: write its 32 letters from a to p, such as "abcdefghijklmnopabcdefghijklmnop", as chrome://extensions shows them',
    ],
    [
      'a whole origin',
      (browser) => browser.extension(`chrome-extension://${ID}`),
      'is no identifier of an extension',
    ],
    [
      'no identifier',
      (browser) => browser.extension(undefined as never),
      'extension: undefined is no identifier',
    ],
    [
      'an extension of an engine about which nothing is known',
      (browser) => browser.extension(ID, { engine: 'firefox' }),
      "extension: what an extension sends is known of Chromium, not of Firefox: write { engine: 'chromium' }",
    ],
    ['a URL of a page on the web', (browser) => browser.page(`${SHOP}/`), `page: "${SHOP}/" has a path`],
  ])('says what is wrong with %s', async (_, open, message) => {
    const browser = await VirtualBrowser.for(served, { origin: API });
    expect(() => open(browser)).toThrow(TypeError);
    expect(() => open(browser)).toThrow(message);
  });

  it('says what is wrong with its own options', async () => {
    await expect(VirtualBrowser.for(served, { engine: 'gecko' as never })).rejects.toThrow(
      'engine: "gecko" is none of standard, chromium, firefox, webkit.',
    );
    await expect(VirtualBrowser.for(served, { quirks: ['' as never] })).rejects.toThrow(
      'quirks: "" is none of',
    );
  });

  it.each(ENGINE_NAMES)(
    'sends a form of its own origin with null under no-referrer, in %s',
    async (engine) => {
      const browser = await VirtualBrowser.for(served, { origin: API, engine });
      const helmet = browser.page(API, { referrerPolicy: 'no-referrer' });
      const result = await helmet.submit('/login', { user: 'ada' });
      expect(result).toMatchObject({ type: 'opaque', readable: false, failure: undefined, quirks: [] });
      const [exchange] = result.exchanges;
      expect(exchange).toMatchObject({ method: 'POST', url: `${API}/login`, response: { status: 200 } });
      const sent = Object.fromEntries(exchange?.headers.lines ?? []);
      expect(sent).toMatchObject({
        Origin: 'null',
        'Content-Type': 'application/x-www-form-urlencoded',
        'Sec-Fetch-Site': 'same-origin',
        'Sec-Fetch-Mode': 'navigate',
        'Sec-Fetch-Dest': 'document',
      });
      expect(sent).not.toHaveProperty('Referer');
      const again = (await browser.page(API).submit('/login', new FormData())).exchanges[0]?.headers;
      expect(again?.get('Origin')).toBe(API);
      expect(again?.get('Cookie')).toBe('sid=1');
      expect(again?.get('Content-Type')).toMatch(/^multipart\/form-data; boundary=/);
      // CORS does not ask forms of other sites, and does not stop them.
      const cross = (await browser.page(SHOP).submit('/login')).exchanges;
      expect(cross).toMatchObject([{ method: 'POST', response: { status: 200 } }]);
      expect(cross[0]?.headers.get('Origin')).toBe(SHOP);
    },
  );

  it('sends no form to what is no server', async () => {
    const page = (await VirtualBrowser.for(served, { origin: API })).page(API);
    expect((await page.submit('mailto:ada@example.com')).failure).toMatchObject({
      reason: 'scheme-not-http',
    });
    expect((await page.submit('http://:0/')).failure).toMatchObject({ reason: 'url-invalid' });
  });

  it('lets an extension read with cookies, whatever the engine of the browser', async () => {
    const browser = await VirtualBrowser.for(served, { origin: API, engine: 'webkit' });
    const extension = browser.extension(ID);
    expect(extension.origin).toBe(`chrome-extension://${ID}`);
    expect(await extension.fetch('/', PUT)).toMatchObject({
      engine: 'chromium',
      type: 'basic',
      preflight: 'none',
    });
    await extension.fetch('/');
    expect(received).toEqual([`PUT chrome-extension://${ID} undefined`, 'GET undefined sid=1']);
    // One without the permission is a page like others.
    const page = browser.page(`chrome-extension://${ID}`, { engine: 'chromium' });
    expect(await page.fetch('/', PUT)).toMatchObject({ type: 'cors', preflight: 'sent' });
  });
});

describe('what is local', () => {
  it.each([
    'localhost',
    'a.localhost',
    'localhost.',
    '127.0.0.1',
    '127.255.255.255',
    '[::1]',
    'printer.local',
    '10.0.0.1',
    '192.168.0.1',
    '172.16.0.1',
    '172.31.255.255',
    '169.254.1.1',
    '100.64.0.1',
    '100.127.0.1',

    '[fc00::1]',
    '[fd12:3456::1]',
    '[fe80::1]',
    '[febf::1]',
  ])('%s is', (hostname) => {
    expect(isLocalNetwork(new URL(`http://${hostname}`).hostname)).toBe(true);
    expect(isPublicPage(`http://${hostname}`)).toBe(false);
  });

  it.each([
    'example.com',
    'localhost.example.com',
    '10.example.com',
    '127.0.0.1.example.com',
    'notlocalhost',
    '11.0.0.1',
    '192.169.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '100.63.0.1',
    '100.128.0.1',
    '203.0.113.7',
    '[2001:db8::1]',
    '[fec0::1]',
    '[::2]',
    'local.example.com',
  ])('%s is not', (hostname) => {
    expect(isLocalNetwork(new URL(`http://${hostname}`).hostname)).toBe(false);
    expect(isPublicPage(`http://${hostname}`)).toBe(true);
  });

  it.each(['app://.', 'file://', `chrome-extension://${ID}`])('%s is no page of the internet', (origin) => {
    expect(isPublicPage(origin)).toBe(false);
  });

  it('an address is one', () => {
    const names = ['http://1.2.3.4', 'http://[::1]', 'http://1.2.3.4.example', 'http://localhost'];
    expect(names.map((name) => isAddress(new URL(name)))).toEqual([true, true, false, false]);
  });
});

describe('the origin of a page', () => {
  it('of a file asks the engine only where it has access', () => {
    const asked: string[] = [];
    const departs = (quirk: string): boolean => asked.push(quirk) > 0;
    expect(pageOrigin('file:///a.html', false, departs)).toBe('null');
    expect(asked).toEqual([]);
    expect(pageOrigin('file:///a.html', true, departs)).toBe('file://');
    expect(pageOrigin('file://', false, departs)).toBe('file://');
    expect(asked).toEqual(['file-access-shows-origin']);
  });
});
