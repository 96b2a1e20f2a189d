import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplication, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  VirtualBrowser,
  type BodyInput,
  type Exchange,
  type FetchResult,
  type PageFetchInit,
} from '../../lib/testing/index.js';
import { createAdapter, PLATFORMS, type Platform } from '../support/apps.js';
import { startedBySuite, startedByTest } from '../support/suites.js';
import { API, OpenModule, OrdersModule, SHOP } from './orders.js';

/** Where the second app is in production. */
const FILES = 'https://files.example.net';

function create(module: Type, platform: Platform): Promise<INestApplication> {
  return NestFactory.create(module, createAdapter(platform) as never, { logger: false });
}

/** Method, path and status of everything that was sent. */
function sent({ exchanges }: FetchResult): readonly string[] {
  return exchanges.map(({ method, url, response }) => `${method} ${url} ${response?.status}`);
}

/** The lines of a request, without those that say nothing here. */
function linesOf(exchange: Exchange | undefined): readonly string[] {
  return [...(exchange?.headers ?? [])]
    .filter(([name]) => !['Connection', 'User-Agent'].includes(name))
    .map((line) => line.join(': '));
}

describe.each(PLATFORMS)('VirtualBrowser in front of %s', (platform) => {
  const own = startedBySuite();
  let app: INestApplication;
  let files: INestApplication;
  let browser: VirtualBrowser;

  beforeAll(async () => {
    app = await own(create(OrdersModule, platform), (created) => created.close());
    files = await own(create(OpenModule, platform), (created) => created.close());
  });

  beforeEach(async () => {
    browser = await VirtualBrowser.for(app, { origin: API, origins: { [FILES]: files } });
  });

  it('runs the example of the documentation', async () => {
    browser = await VirtualBrowser.for(app);
    const page = browser.page('https://shop.example.com');
    const result = await page.fetch('/orders/7', {
      method: 'DELETE',
      headers: { 'x-csrf-token': 't' },
      credentials: 'include',
    });
    expect(result.readable).toBe(true);
    expect(result.failure).toBeUndefined();
    expect(result).toMatchObject({
      type: 'cors',
      status: 200,
      ok: true,
      redirected: false,
      preflight: 'sent',
    });
    expect(await result.json()).toEqual({ removed: '7', token: 't' });
    expect(sent(result)).toEqual([
      `OPTIONS ${browser.origin}/orders/7 204`,
      `DELETE ${browser.origin}/orders/7 200`,
    ]);
  });

  it('sends what browsers send, in order', async () => {
    const result = await browser.page(SHOP).fetch('/orders/7', {
      method: 'put',
      headers: { 'Content-Type': 'application/json' },
      body: '{"a":1}',
    });
    const [preflight, request] = result.exchanges;
    expect(linesOf(preflight)).toEqual([
      'Host: api.example.com',
      'Accept: */*',
      'Access-Control-Request-Method: PUT',
      'Access-Control-Request-Headers: content-type',
      `Origin: ${SHOP}`,
      'Sec-Fetch-Site: same-site',
      'Sec-Fetch-Mode: cors',
      'Sec-Fetch-Dest: empty',
      `Referer: ${SHOP}/`,
    ]);
    expect(linesOf(request)).toEqual([
      'Host: api.example.com',
      'Content-Length: 7',
      'Content-Type: application/json',
      'Accept: */*',
      `Origin: ${SHOP}`,
      'Sec-Fetch-Site: same-site',
      'Sec-Fetch-Mode: cors',
      'Sec-Fetch-Dest: empty',
      `Referer: ${SHOP}/`,
    ]);
    expect(await result.json()).toEqual({ a: 1 });
    expect(result.url).toBe(`${API}/orders/7`);
  });

  it.each<[what: string, body: BodyInput | undefined, expected: object]>([
    ['no body', undefined, { 'content-length': '0' }],
    ['a string', 'x', { 'content-length': '1', 'content-type': 'text/plain;charset=UTF-8' }],
    [
      'parameters',
      new URLSearchParams('a=b'),
      { 'content-type': 'application/x-www-form-urlencoded;charset=UTF-8' },
    ],
  ])('what leaves arrives: %s', async (_, body, expected) => {
    const result = await browser.page(SHOP).fetch('/echo', { method: 'POST', body });
    expect(await result.json()).toMatchObject({ method: 'POST', headers: expected });
    expect(result.preflight).toBe('none');
  });

  it('a PATCH without a body has none, not an empty one in chunks', async () => {
    const result = await browser.page(SHOP).fetch('/orders/7', { method: 'PATCH' });
    expect(await result.text()).toBe('patched');
    expect(result.exchanges[1]?.headers.has('Transfer-Encoding')).toBe(false);
  });

  it('fails where the policy refuses, and script learns nothing', async () => {
    const result = await browser.page('https://evil.example').fetch('/orders');
    expect(result).toMatchObject({
      readable: false,
      type: 'error',
      status: 0,
      url: '',
      failure: {
        step: 'cors-check',
        reason: 'allow-origin-missing',
        message: 'the response has no Access-Control-Allow-Origin',
        section: 'CORS check',
      },
    });
    expect([...result.headers]).toEqual([]);
    await expect(result.text()).rejects.toThrow(
      new TypeError('Failed to fetch: the response has no Access-Control-Allow-Origin'),
    );
    expect(sent(result)).toEqual([`GET ${API}/orders 200`]);
  });

  it('a refused preflight keeps the request from leaving', async () => {
    const result = await browser.page('https://evil.example').fetch('/orders/7', { method: 'DELETE' });
    expect(result.failure).toEqual({
      step: 'preflight',
      reason: 'preflight-status',
      message: 'the preflight answered 403',
      section: 'CORS-preflight fetch',
    });
    expect(sent(result)).toEqual([`OPTIONS ${API}/orders/7 403`]);
  });

  it('shows script the exposed headers only', async () => {
    const result = await browser.page(SHOP).fetch('/orders');
    expect(result.headers.get('x-total-count')).toBe('2');
    expect(result.headers.get('x-secret')).toBeNull();
    expect(result.headers.get('access-control-allow-origin')).toBeNull();
    expect(result.exchanges[0]?.response?.headers.get('x-secret')).toBe('shh');
  });

  it('a page on the origin of the app needs no CORS', async () => {
    const page = browser.page(API);
    const get = await page.fetch('/internal');
    expect(get).toMatchObject({ readable: true, type: 'basic' });
    expect(get.exchanges[0]?.headers.has('Origin')).toBe(false);
    const remove = await page.fetch('/orders/7', { method: 'DELETE', headers: { 'x-csrf-token': 't' } });
    expect(remove).toMatchObject({ type: 'basic', preflight: 'none' });
    expect(remove.exchanges[0]?.headers.get('Origin')).toBe(API);
    expect(remove.exchanges[0]?.headers.get('Sec-Fetch-Site')).toBe('same-origin');
  });

  it('opaque origins send null', async () => {
    const page = browser.page('null');
    const open = await page.fetch('/public');
    expect(open).toMatchObject({ readable: true });
    expect(linesOf(open.exchanges[0])).toContain('Origin: null');
    expect(open.exchanges[0]?.headers.has('Referer')).toBe(false);
    expect(await page.fetch('/orders')).toMatchObject({ readable: false });
  });

  it('no-cors is sent, opaque, without Origin', async () => {
    const result = await browser.page('https://evil.example').fetch('/orders', { mode: 'no-cors' });
    expect(result).toMatchObject({ readable: false, failure: undefined, type: 'opaque', status: 0, url: '' });
    expect(result.exchanges[0]?.headers.has('Origin')).toBe(false);
    expect(await result.text()).toBe('');
    expect([...result.headers]).toEqual([]);
  });

  it('a no-cors POST under no-referrer hides the page (append a request `Origin` header)', async () => {
    const page = browser.page(SHOP, { referrerPolicy: 'no-referrer' });
    const post = { method: 'POST', mode: 'no-cors', body: 'x' } as const;
    const referral = async (init: PageFetchInit): Promise<readonly (string | undefined)[]> => {
      const [exchange] = (await page.fetch('/echo', { ...post, ...init })).exchanges;
      return ['Origin', 'Referer'].map((name) => exchange?.headers.get(name));
    };
    expect(await referral({})).toEqual(['null', undefined]);
    expect(await referral({ referrerPolicy: 'origin' })).toEqual([SHOP, `${SHOP}/`]);
    expect(await referral({ referrerPolicy: '' })).toEqual(['null', undefined]);
  });

  it('a part of a response is asked for as it is (HTTP-network-or-cache fetch)', async () => {
    const page = browser.page(SHOP);
    const part = await page.fetch('/public', { headers: { Range: 'bytes=0-1' } });
    expect(linesOf(part.exchanges[0])).toEqual([
      'Host: api.example.com',
      'Range: bytes=0-1',
      'Accept: */*',
      `Origin: ${SHOP}`,
      'Sec-Fetch-Site: same-site',
      'Sec-Fetch-Mode: cors',
      'Sec-Fetch-Dest: empty',
      `Referer: ${SHOP}/`,
      'Accept-Encoding: identity',
    ]);
    const [preflight] = (await page.fetch('/echo', { headers: { Range: 'bytes=-1' } })).exchanges;
    expect(preflight?.kind).toBe('preflight');
    expect(preflight?.headers.has('Accept-Encoding')).toBe(false);
  });

  it('what script may not even ask for is a failure without an exchange', async () => {
    const result = await browser.page(SHOP).fetch('/orders', { method: 'TRACE' });
    expect(result.failure).toMatchObject({ step: 'request', reason: 'method-forbidden' });
    expect(result.exchanges).toEqual([]);
    expect((await browser.page(SHOP).fetch('/orders', { mode: 'same-origin' })).failure).toMatchObject({
      step: 'main-fetch',
      reason: 'not-same-origin',
    });
  });

  it('uploads with a listener, and streams, ask first', async () => {
    const page = browser.page(SHOP);
    const upload = await page.fetch('/echo', { method: 'POST', uploadListener: true });
    expect(sent(upload)).toEqual([`OPTIONS ${API}/echo 204`, `POST ${API}/echo 200`]);
    expect(upload.exchanges[0]?.headers.has('Access-Control-Request-Headers')).toBe(false);
    const stream = await page.fetch('/orders/7', {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: new Blob(['{"streamed":', 'true}']).stream(),
      duplex: 'half',
    });
    expect(await stream.json()).toEqual({ streamed: true });
  });

  it('HEAD, 204 and data: URLs', async () => {
    const page = browser.page(SHOP);
    const head = await page.fetch('/head', { method: 'HEAD' });
    expect(head).toMatchObject({ readable: true, status: 200, body: null });
    expect(await page.fetch('/empty')).toMatchObject({ readable: true, status: 204, body: null });
    const data = await page.fetch('data:text/plain,hello');
    expect(data).toMatchObject({ type: 'basic', status: 200, exchanges: [] });
    expect(await data.text()).toBe('hello');
  });

  it.each(['data:nonsense', 'data:text/plain;base64,!'])('%s holds no data (Scheme fetch)', async (url) => {
    const result = await browser.page(SHOP).fetch(url);
    expect(result).toMatchObject({
      failure: {
        step: 'main-fetch',
        reason: 'url-invalid',
        message: 'the data: URL has no comma, or no base64 where it says so',
        section: 'Scheme fetch',
      },
      exchanges: [],
    });
  });

  it('reads a body once, as bytes, text or a stream', async () => {
    const result = await browser.page(SHOP).fetch('/public');
    expect(await result.bytes()).toEqual(new TextEncoder().encode('open'));
    await expect(result.text()).rejects.toThrow('already been read');
    const chunks: Uint8Array[] = [];
    for await (const chunk of (await browser.page(SHOP).fetch('/public')).body ?? []) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('open');
  });

  describe('the preflight cache', () => {
    const REMOVE = { method: 'DELETE', headers: { 'x-csrf-token': 't' } };

    it('is used until it expires', async () => {
      const page = browser.page(SHOP);
      expect((await page.fetch('/orders/7', REMOVE)).preflight).toBe('sent');
      const again = await page.fetch('/orders/7', REMOVE);
      expect(again.preflight).toBe('cached');
      expect(sent(again)).toEqual([`DELETE ${API}/orders/7 200`]);
      browser.advance(599);
      expect((await page.fetch('/orders/7', REMOVE)).preflight).toBe('cached');
      browser.advance(1);
      expect((await page.fetch('/orders/7', REMOVE)).preflight).toBe('sent');
    });

    it('is keyed by URL and origin, and can be emptied', async () => {
      const page = browser.page(SHOP);
      await page.fetch('/orders/7', REMOVE);
      expect((await page.fetch('/orders/8', REMOVE)).preflight).toBe('sent');
      // The whole URL, as browsers have it (CORS-preflight cache, "cache entry match").
      expect((await page.fetch('/orders/7#x', REMOVE)).preflight).toBe('sent');
      expect((await page.fetch('/orders/7#x', REMOVE)).preflight).toBe('cached');
      expect((await page.fetch('/orders/7#y', REMOVE)).preflight).toBe('sent');
      expect((await page.fetch('/orders/7?', REMOVE)).preflight).toBe('sent');
      expect((await browser.page(SHOP).fetch('/orders/7', REMOVE)).preflight).toBe('cached');
      browser.clearPreflightCache();
      expect((await page.fetch('/orders/7', REMOVE)).preflight).toBe('sent');
    });

    it('holds no more than maxPreflightAge', async () => {
      browser = await VirtualBrowser.for(app, { maxPreflightAge: 10 });
      const page = browser.page(SHOP);
      await page.fetch('/orders/7', REMOVE);
      browser.advance(10);
      expect((await page.fetch('/orders/7', REMOVE)).preflight).toBe('sent');
    });

    it('an entry with credentials serves requests without, not the reverse', async () => {
      const page = browser.page(SHOP);
      await page.fetch('/orders/7', REMOVE);
      expect((await page.fetch('/orders/7', { ...REMOVE, credentials: 'include' })).preflight).toBe('sent');
      await page.fetch('/orders/8', { ...REMOVE, credentials: 'include' });
      expect((await page.fetch('/orders/8', REMOVE)).preflight).toBe('cached');
    });

    it('opaque pages share nothing', async () => {
      const put = { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{}' };
      const page = browser.page('null');
      await page.fetch(`${FILES}/orders/7`, put);
      expect((await page.fetch(`${FILES}/orders/7`, put)).preflight).toBe('cached');
      expect((await browser.page('null').fetch(`${FILES}/orders/7`, put)).preflight).toBe('sent');
    });

    it('pages on two sites share nothing either, though both are null after a redirect', async () => {
      const cdn = 'https://cdn.example.org';
      browser = await VirtualBrowser.for(app, { origin: API, origins: { [FILES]: files, [cdn]: files } });
      const askedAt = async (origin: string): Promise<readonly string[]> => {
        const post = { method: 'POST', headers: { 'x-a': '1' } };
        const { exchanges } = await browser.page(origin).fetch(`${FILES}/moved?to=${cdn}/echo`, post);
        return exchanges.filter(({ kind }) => kind === 'preflight').map(({ url }) => new URL(url).origin);
      };
      expect(await askedAt(SHOP)).toEqual([FILES, cdn]);
      expect(await askedAt('https://www.example.com')).toEqual([FILES]);
      expect(await askedAt('https://shop.example')).toEqual([FILES, cdn]);
    });
  });

  describe('cookies', () => {
    async function cookieOf(init: object, page = browser.page(SHOP)): Promise<string | undefined> {
      return (await page.fetch('/echo', init)).exchanges.at(-1)?.headers.get('Cookie');
    }

    it('are kept and sent with credentials only', async () => {
      const page = browser.page(SHOP);
      await page.fetch('/login', { credentials: 'same-origin' });
      expect(await cookieOf({ credentials: 'include' })).toBeUndefined();
      await page.fetch('/login', { credentials: 'include' });
      expect(await cookieOf({ credentials: 'include' })).toBe('sid=42');
      expect(await cookieOf({})).toBeUndefined();
      expect(await cookieOf({ credentials: 'omit' })).toBeUndefined();
      expect(await cookieOf({}, browser.page(API))).toBe('sid=42');
      browser.advance(60);
      expect(await cookieOf({ credentials: 'include' })).toBeUndefined();
    });

    it('are kept even where script may not read the response, and never shown', async () => {
      const result = await browser.page(SHOP).fetch('/secret-login', { credentials: 'include' });
      expect(result.readable).toBe(false);
      expect(await cookieOf({ credentials: 'include' })).toBe('sid=43');
      browser.clearCookies();
      expect(await cookieOf({ credentials: 'include' })).toBeUndefined();
      const login = await browser.page(API).fetch('/login');
      expect(login.headers.has('set-cookie')).toBe(false);
    });

    it('do not go with preflights', async () => {
      const page = browser.page(SHOP);
      await page.fetch('/login', { credentials: 'include' });
      const { exchanges } = await page.fetch('/orders/7', { method: 'DELETE', credentials: 'include' });
      expect(exchanges.map(({ headers }) => headers.get('Cookie'))).toEqual([undefined, 'sid=42']);
    });
  });

  describe('redirects', () => {
    function to(url: string): string {
      return `/moved?to=${encodeURIComponent(url)}`;
    }

    /** The Origin of each request that was sent. */
    function origins({ exchanges }: FetchResult): readonly (string | undefined)[] {
      return exchanges.map(({ headers }) => headers.get('Origin'));
    }

    it('within the other origin keep the page`s', async () => {
      const result = await browser.page(SHOP).fetch(to('/orders'));
      expect(result).toMatchObject({ readable: true, redirected: true, url: `${API}/orders` });
      expect(origins(result)).toEqual([SHOP, SHOP]);
    });

    it('to a third origin lose it', async () => {
      const result = await browser.page(SHOP).fetch(to(`${FILES}/orders`));
      expect(origins(result)).toEqual([SHOP, 'null']);
      expect(result).toMatchObject({ readable: true, redirected: true, url: `${FILES}/orders` });
    });

    it('and back do not get it again', async () => {
      const result = await browser.page(SHOP).fetch(to(`${FILES}${to(`${API}/orders`)}`));
      expect(origins(result)).toEqual([SHOP, 'null', 'null']);
      expect(result.failure).toMatchObject({ step: 'cors-check', reason: 'allow-origin-missing' });
    });

    it('away from the own origin take the referrer along for good (Main fetch)', async () => {
      const page = browser.page(API, { referrerPolicy: 'same-origin' });
      const { exchanges } = await page.fetch(to(`${FILES}${to(`${API}/orders`)}`));
      expect(exchanges.map(({ headers }) => headers.get('Referer'))).toEqual([
        `${API}/`,
        undefined,
        undefined,
      ]);
    });

    it('from the own origin become CORS requests', async () => {
      const result = await browser.page(API).fetch(to(`${FILES}/orders`));
      expect(origins(result)).toEqual([undefined, API]);
      expect(result).toMatchObject({ type: 'cors', redirected: true });
    });

    it('ask again at each origin, without Authorization', async () => {
      const result = await browser.page(SHOP).fetch(`/moved?to=${FILES}/echo`, {
        method: 'POST',
        headers: { authorization: 'x', 'x-a': '1' },
      });
      expect(sent(result)).toEqual([
        `OPTIONS ${API}/moved?to=${FILES}/echo 204`,
        `POST ${API}/moved?to=${FILES}/echo 307`,
        `OPTIONS ${FILES}/echo 204`,
        `POST ${FILES}/echo 200`,
      ]);
      const asked = result.exchanges.map(({ headers }) => headers.get('Access-Control-Request-Headers'));
      expect(asked).toEqual(['authorization,x-a', undefined, 'x-a', undefined]);
      expect(result.exchanges[3]?.headers.has('authorization')).toBe(false);
    });

    it('302 turns a JSON POST into a simple GET', async () => {
      const result = await browser.page(SHOP).fetch('/moved?status=302&to=/echo', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
      expect(result.exchanges.map(({ method }) => method)).toEqual(['OPTIONS', 'POST', 'GET']);
      expect(result.exchanges[2]?.headers.has('content-type')).toBe(false);
      expect(result.exchanges[2]?.headers.has('content-length')).toBe(false);
    });

    it('error and manual', async () => {
      const page = browser.page(SHOP);
      expect((await page.fetch(to('/orders'), { redirect: 'error' })).failure).toMatchObject({
        step: 'redirect',
        reason: 'redirect-not-expected',
      });
      const manual = await page.fetch(to('/orders'), { redirect: 'manual' });
      expect(manual).toMatchObject({
        readable: false,
        type: 'opaqueredirect',
        status: 0,
        failure: undefined,
      });
      expect([...manual.headers]).toEqual([]);
    });

    it('with a password fail', async () => {
      const result = await browser.page(SHOP).fetch(to('https://u:p@files.example.net/'));
      expect(result.failure).toMatchObject({ step: 'redirect', reason: 'location-credentials' });
    });

    it('to nowhere say what to do', async () => {
      await expect(browser.page(SHOP).fetch(to('https://unknown.example/'))).rejects.toThrow(
        "Nothing is known to serve https://unknown.example, and the virtual browser does not leave this machine. Say what does: VirtualBrowser.for(app, { origins: { 'https://unknown.example': 'http://127.0.0.1:3000' } }), or an app in its place.",
      );
    });
  });

  it('explains an exchange, in the words of the app that served it', async () => {
    const { exchanges } = await browser.page('https://shop.example.co').fetch('/orders');
    const [exchange] = exchanges as [Exchange];
    expect(await browser.explain(exchange)).toMatchObject({ allowed: false, closest: SHOP });
    const byUrl = await VirtualBrowser.for(await app.getUrl(), { origin: API });
    expect(await byUrl.explain(exchange)).toBeUndefined();
  });

  it('ends event streams when it is closed, so that the app can be', async () => {
    const result = await browser.page(SHOP).fetch('/events');
    expect(result).toMatchObject({ readable: true, status: 200 });
    browser.close();
    await expect(result.text()).rejects.toThrow();
    expect((await browser.page(SHOP).fetch('/orders')).failure).toMatchObject({ reason: 'aborted' });
  });

  it('a signal ends a request, and what still arrives', async () => {
    const page = browser.page(SHOP);
    expect((await page.fetch('/orders', { signal: AbortSignal.abort() })).failure).toMatchObject({
      step: 'network',
      reason: 'aborted',
    });
    const abort = new AbortController();
    const result = await page.fetch('/events', { signal: abort.signal });
    abort.abort();
    await expect(result.text()).rejects.toThrow();
  });
});

describe('VirtualBrowser.for', () => {
  const own = startedByTest();
  let app: INestApplication;

  beforeEach(async () => {
    app = await own(create(OrdersModule, 'fastify'), (created) => created.close());
  });

  it('has an app listen that does not, once', async () => {
    const browser = await VirtualBrowser.for(app, { origins: { 'https://www.example.com': app } });
    const { port } = new URL(await app.getUrl());
    expect(browser.origin).toBe(`http://localhost:${port}`);
    expect((await VirtualBrowser.for(app)).origin).toBe(browser.origin);
  });

  it('has it listen again after a failure', async () => {
    const listens = [() => Promise.reject(new Error('EADDRINUSE')), () => app.listen(0, '127.0.0.1')];
    const unlucky = {
      getHttpServer: () => app.getHttpServer(),
      listen: () => listens.shift()?.(),
    } as unknown as INestApplication;
    await expect(VirtualBrowser.for(unlucky)).rejects.toThrow('EADDRINUSE');
    expect((await VirtualBrowser.for(unlucky)).origin).toMatch(/^http:\/\/localhost:\d+$/);
  });

  it('takes the URL of one, with a path', async () => {
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();
    const browser = await VirtualBrowser.for(`${url}/orders/`);
    expect(browser.origin).toBe(url);
    const result = await browser.page(SHOP).fetch('7', { method: 'DELETE' });
    expect(sent(result)[0]).toBe(`OPTIONS ${url}/orders/7 204`);
    const named = await VirtualBrowser.for(new URL(`${url}/orders/`), { origin: API });
    expect((await named.page(SHOP).fetch('7', { method: 'DELETE' })).url).toBe(`${API}/orders/7`);
  });

  it('says when nobody listens', async () => {
    const browser = await VirtualBrowser.for('http://127.0.0.1:1');
    const result = await browser.page(SHOP).fetch('/');
    expect(result.failure).toMatchObject({ step: 'network', reason: 'connection-failed' });
    expect(result.exchanges).toMatchObject([{ method: 'GET', response: undefined }]);
  });

  it.each<[origin: string, message: string]>([
    ['https://shop.example.com/', 'page: "https://shop.example.com/" '],
    ['https://shop.example.com/', ': write "https://shop.example.com"'],
    ['shop.example.com', 'write "https://shop.example.com"'],
    ['https://*.example.com', 'stands for many origins: write the one that is meant'],
    ['*', 'stands for many origins'],
    ['', 'is empty'],
  ])('refuses a page on %j', async (origin, message) => {
    const browser = await VirtualBrowser.for('http://127.0.0.1:1');
    expect(() => browser.page(origin)).toThrow(message);
  });

  it.each<[app: string, options: object, message: string]>([
    ['https://api.example.com', {}, 'Nothing is known to serve https://api.example.com'],
    [
      'localhost:3000',
      {},
      '"localhost:3000" is no URL of http or https: write one such as "http://127.0.0.1:3000"',
    ],
    ['nonsense', {}, '"nonsense" is no URL of http or https'],
    ['http://127.0.0.1:1', { origin: `${API}/` }, 'origins: "https://api.example.com/"'],
    ['http://127.0.0.1:1', { origin: 'null' }, 'is not served over HTTP'],
    [
      'http://127.0.0.1:1',
      { origins: { 'capacitor://localhost': 'http://127.0.0.1' } },
      'is not served over HTTP',
    ],
    [
      'http://127.0.0.1:1',
      { origins: { [API]: 'http://127.0.0.1:1/api' } },
      'has a path, which is for pages to name: write "http://127.0.0.1:1"',
    ],
    [
      'http://127.0.0.1:1',
      { origins: { [API]: 'https://example.com' } },
      'https://example.com is not on this machine',
    ],
  ])('refuses %s with %j', async (url, options, message) => {
    await expect(VirtualBrowser.for(url, options)).rejects.toThrow(message);
  });
});
