import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PLATFORMS } from '../support/apps.js';
import { startedBySuite } from '../support/suites.js';
import { startBrowser, type TestBrowser } from './support/browser.js';
import { fetchIn, fetchInSandbox } from './support/scripts.js';
import { APP, EVIL, startShop, type Shop } from './support/shop.js';

/** All that a browser tells a script of a response that it may not read. */
const HIDDEN = 'TypeError: Failed to fetch';

const JSON_PUT = {
  method: 'PUT',
  headers: { 'content-type': 'application/json', 'x-csrf-token': 'secret' },
  body: '{"name":"tea"}',
};

describe.each(PLATFORMS)('policies in Chromium, on %s', (platform) => {
  let browser: TestBrowser;
  let shop: Shop;

  const own = startedBySuite();
  beforeAll(async () => {
    [browser, shop] = await Promise.all([
      own(startBrowser(), (started) => started.close()),
      own(startShop(platform), (started) => started.close()),
    ]);
  });

  afterEach(async () => {
    await browser.closePages();
    shop.received();
  });

  /** Method and path of each request that reached the server. */
  function received(): readonly string[] {
    return shop.received().map(({ method, path }) => `${method} ${path}`);
  }

  describe('a simple request', () => {
    it('is readable on an origin that the policy names', async () => {
      const page = await browser.open(APP);
      expect(await fetchIn(page, `${shop.url}/prices`)).toMatchObject({ status: 200, body: 'prices' });
      expect(shop.received()).toMatchObject([{ method: 'GET', headers: { origin: APP } }]);
    });

    it.each(['/wholesale', '/internal'])('is hidden by another route: %s', async (path) => {
      const page = await browser.open(APP);
      expect(await fetchIn(page, shop.url + path)).toBe(HIDDEN);
      expect(received()).toEqual([`GET ${path}`]);
    });

    it('is hidden on an origin that the policy does not name', async () => {
      const page = await browser.open(EVIL);
      expect(await fetchIn(page, `${shop.url}/prices`)).toBe(HIDDEN);
      expect(await fetchIn(page, `${shop.url}/tenants`)).toBe(HIDDEN);
      expect(received()).toEqual(['GET /prices', 'GET /tenants']);
    });

    it('is readable where an asynchronous function says so', async () => {
      const page = await browser.open(APP);
      expect(await fetchIn(page, `${shop.url}/tenants`)).toMatchObject({ status: 200, body: 'tenants' });
    });

    it('is readable on every origin under *, the opaque one of a sandboxed frame included', async () => {
      const page = await browser.open(EVIL);
      expect(await fetchIn(page, `${shop.url}/news`)).toMatchObject({ status: 200, body: 'news' });
      expect(await fetchInSandbox(page, `${shop.url}/news`)).toBe('news');
      expect(shop.received()).toMatchObject([{ headers: { origin: EVIL } }, { headers: { origin: 'null' } }]);
    });

    it('is hidden from a sandboxed frame of a page that may read it', async () => {
      const page = await browser.open(APP);
      expect(await fetchInSandbox(page, `${shop.url}/prices`)).toBe(HIDDEN);
    });
  });

  describe('a preflighted request', () => {
    it('goes through, and the handler sees the header', async () => {
      const page = await browser.open(APP);
      const seen = await fetchIn(page, `${shop.url}/items/7`, JSON_PUT);
      expect(seen).toMatchObject({
        status: 200,
        body: JSON.stringify({ id: '7', token: 'secret', body: { name: 'tea' } }),
      });
      const [preflight, actual, ...more] = shop.received();
      expect(preflight).toMatchObject({
        method: 'OPTIONS',
        headers: {
          origin: APP,
          'access-control-request-method': 'PUT',
          'access-control-request-headers': 'content-type,x-csrf-token',
        },
      });
      expect(actual).toMatchObject({ method: 'PUT', headers: { origin: APP, 'x-csrf-token': 'secret' } });
      expect(more).toEqual([]);
    });

    it.each([
      ['the origin', EVIL, '/items/7', JSON_PUT],
      [
        'one header of several',
        APP,
        '/items/7',
        { ...JSON_PUT, headers: { ...JSON_PUT.headers, 'x-debug': '1' } },
      ],
      ['a header of a GET', APP, '/prices', { headers: { 'x-debug': '1' } }],
      ['the method', APP, '/nowhere', { method: 'DELETE' }],
      ['the method in lower case', APP, '/items/7', { method: 'patch' }],
      ['@NoCors()', APP, '/internal', { headers: { 'x-debug': '1' } }],
      ['Authorization under *', APP, '/search', { method: 'POST', headers: { authorization: 'Bearer x' } }],
    ])('is never sent when its preflight is refused for %s', async (_reason, origin, path, options) => {
      const page = await browser.open(origin);
      expect(await fetchIn(page, shop.url + path, options)).toBe(HIDDEN);
      expect(received()).toEqual([`OPTIONS ${path}`]);
    });

    it('of a method that the path does not serve is sent, and its 404 can be read', async () => {
      const page = await browser.open(APP);
      expect(await fetchIn(page, `${shop.url}/prices`, { method: 'DELETE' })).toMatchObject({ status: 404 });
      expect(received()).toEqual(['OPTIONS /prices', 'DELETE /prices']);
    });

    it('needs no header to be asked about', async () => {
      const page = await browser.open(APP);
      expect(await fetchIn(page, `${shop.url}/items/7`, { method: 'DELETE' })).toMatchObject({
        status: 200,
        body: 'removed 7',
      });
      const [preflight] = shop.received();
      expect(preflight?.headers).not.toHaveProperty('access-control-request-headers');
    });

    it('may carry any header where the policy says *, with cookies too', async () => {
      const page = await browser.open(APP);
      const options = {
        method: 'POST',
        headers: { 'x-one': '1', 'x-two': '2' },
        credentials: 'include',
      } as const;
      expect(await fetchIn(page, `${shop.url}/search`, options)).toMatchObject({
        status: 201,
        body: 'found',
      });
    });

    it('asks once in maxAge seconds', async () => {
      const page = await browser.open(APP);
      await fetchIn(page, `${shop.url}/items/7`, JSON_PUT);
      await fetchIn(page, `${shop.url}/items/7`, JSON_PUT);
      expect(received()).toEqual(['OPTIONS /items/7', 'PUT /items/7', 'PUT /items/7']);
    });

    it('asks each time with a maxAge of 0', async () => {
      const page = await browser.open(APP);
      await fetchIn(page, `${shop.url}/items/7`, { method: 'PATCH' });
      expect(await fetchIn(page, `${shop.url}/items/7`, { method: 'PATCH' })).toMatchObject({
        body: 'patched 7',
      });
      expect(received()).toEqual([
        'OPTIONS /items/7',
        'PATCH /items/7',
        'OPTIONS /items/7',
        'PATCH /items/7',
      ]);
    });

    it('reaches the handler of OPTIONS, when that is what it asks for', async () => {
      const page = await browser.open(APP);
      expect(await fetchIn(page, `${shop.url}/upload`, { method: 'OPTIONS' })).toMatchObject({
        status: 200,
        body: 'POST, please',
      });
      expect(received()).toEqual(['OPTIONS /upload', 'OPTIONS /upload']);
    });
  });

  describe('credentials', () => {
    it('let a cookie be set and sent, and the response be read', async () => {
      const page = await browser.open(APP);
      const options = { credentials: 'include' } as const;
      expect(await fetchIn(page, `${shop.url}/account`, options)).toMatchObject({ body: 'no cookie' });
      await fetchIn(page, `${shop.url}/login`, options);
      expect(await fetchIn(page, `${shop.url}/account`, options)).toMatchObject({
        status: 200,
        body: 'sid=42',
      });
    });

    it('are not sent unless the script says so', async () => {
      const page = await browser.open(APP);
      await fetchIn(page, `${shop.url}/login`, { credentials: 'include' });
      expect(await fetchIn(page, `${shop.url}/account`)).toMatchObject({ status: 200, body: 'no cookie' });
    });

    it.each(['/news', '/prices'])('hide the response of a policy without credentials: %s', async (path) => {
      const page = await browser.open(APP);
      expect(await fetchIn(page, shop.url + path)).toMatchObject({ status: 200 });
      expect(await fetchIn(page, shop.url + path, { credentials: 'include' })).toBe(HIDDEN);
      expect(received()).toEqual([`GET ${path}`, `GET ${path}`]);
    });
  });

  describe('response headers', () => {
    it('are visible where the policy exposes them, and only those', async () => {
      const page = await browser.open(APP);
      const news = await fetchIn(page, `${shop.url}/news`);
      expect(news).toHaveProperty('headers.x-count', '2');
      expect(news).not.toHaveProperty('headers.x-secret');
      const account = await fetchIn(page, `${shop.url}/account`, { credentials: 'include' });
      expect(account).toHaveProperty('headers.x-request-id', '7');
    });
  });

  describe('enforce', () => {
    it('keeps a request from the handler that CORS alone would let through', async () => {
      const page = await browser.open(EVIL);
      const [response] = await Promise.all([
        page.waitForResponse(`${shop.url}/orders`),
        fetchIn(page, `${shop.url}/orders`, { method: 'POST', mode: 'no-cors' }),
      ]);
      expect(response.status()).toBe(403);
      expect(await fetchIn(page, `${shop.url}/orders`, { method: 'POST' })).toBe(HIDDEN);
    });

    it('never refuses the API’s own pages, whose POSTs name an origin as well', async () => {
      const page = await browser.open(`${shop.url}/news`);
      shop.received();
      expect(await fetchIn(page, `${shop.url}/orders`, { method: 'POST' })).toMatchObject({
        status: 201,
        body: 'ordered',
      });
      expect(shop.received()).toMatchObject([{ method: 'POST', headers: { origin: shop.url } }]);
    });
  });
});
