import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { PLATFORMS } from '../support/apps.js';
import { startedBySuite } from '../support/suites.js';
import { startBrowser, type TestBrowser } from './support/browser.js';
import { fetchIn, listenFrom, loadScript, uploadFrom } from './support/scripts.js';
import { APP, EVIL, startShop, type Shop } from './support/shop.js';

const HIDDEN = 'TypeError: Failed to fetch';

describe.each(PLATFORMS)('responses of all kinds in Chromium, on %s', (platform) => {
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

  describe('errors', () => {
    it.each([
      ['a handler’s', '/teapot', {}, 418, 'short and stout'],
      ['an unexpected one', '/bug', {}, 500, 'Internal server error'],
      ['a guard’s', '/staff', {}, 401, 'not you'],
      ['of a path that nothing serves', '/nowhere', {}, 404, 'Cannot GET /nowhere'],
      [
        'the body parser’s',
        '/items/7',
        { method: 'PUT', headers: { 'content-type': 'application/json' }, body: '{' },
        400,
        'JSON',
      ],
    ])('are readable: %s', async (_whose, path, options, status, message) => {
      const page = await browser.open(APP);
      expect(await fetchIn(page, shop.url + path, options)).toMatchObject({
        status,
        body: expect.stringContaining(message),
      });
    });

    it.each(['/teapot', '/bug', '/staff', '/nowhere'])(
      'are hidden as other responses are: %s',
      async (path) => {
        const page = await browser.open(EVIL);
        expect(await fetchIn(page, shop.url + path)).toBe(HIDDEN);
      },
    );
  });

  describe('event streams', () => {
    it('are readable', async () => {
      const page = await browser.open(APP);
      expect(await listenFrom(page, `${shop.url}/ticks`, 2)).toEqual(['one', 'two']);
    });

    it('are readable with cookies', async () => {
      const page = await browser.open(APP);
      await fetchIn(page, `${shop.url}/login`, { credentials: 'include' });
      expect(await listenFrom(page, `${shop.url}/account/ticks`, 1, true)).toEqual(['sid=42']);
    });

    it('are refused to another origin, and with cookies by a policy without credentials', async () => {
      expect(await listenFrom(await browser.open(EVIL), `${shop.url}/ticks`, 1)).toBe('refused');
      expect(await listenFrom(await browser.open(APP), `${shop.url}/ticks`, 1, true)).toBe('refused');
    });
  });

  describe('redirects', () => {
    const redirect = (to: string): string => `${shop.url}/moved?to=${encodeURIComponent(to)}`;

    it('are followed within the API', async () => {
      const page = await browser.open(APP);
      expect(await fetchIn(page, redirect('/prices'))).toMatchObject({
        status: 200,
        body: 'prices',
        redirected: true,
      });
    });

    it('end where the policy of the target refuses, or that of the redirect itself', async () => {
      expect(await fetchIn(await browser.open(APP), redirect('/wholesale'))).toBe(HIDDEN);
      shop.received();
      expect(await fetchIn(await browser.open(EVIL), redirect('/news'))).toBe(HIDDEN);
      expect(shop.received()).toHaveLength(1);
    });

    it('to another origin lose the page’s own, which only * allows', async () => {
      const page = await browser.open(APP);
      expect(await fetchIn(page, redirect(`${shop.mirrorUrl}/news`))).toMatchObject({
        status: 200,
        body: 'news',
      });
      expect(await fetchIn(page, redirect(`${shop.mirrorUrl}/prices`))).toBe(HIDDEN);
      expect(shop.received().map(({ headers }) => headers.origin)).toEqual([APP, 'null', APP, 'null']);
    });

    it('of a preflighted request are preflighted again', async () => {
      const page = await browser.open(APP);
      const options = {
        method: 'PUT',
        headers: { 'content-type': 'application/json', 'x-csrf-token': 'secret' },
        body: '{}',
      };
      expect(await fetchIn(page, `${shop.url}/moved/7`, options)).toMatchObject({
        status: 200,
        body: JSON.stringify({ id: '7', token: 'secret', body: {} }),
      });
      expect(shop.received().map(({ method, path }) => `${method} ${path}`)).toEqual([
        'OPTIONS /moved/7',
        'PUT /moved/7',
        'OPTIONS /items/7',
        'PUT /items/7',
      ]);
    });
  });

  describe('uploads with a progress listener', () => {
    it('are preflighted without naming a header, and go through', async () => {
      const page = await browser.open(APP);
      const { status, text, events } = await uploadFrom(page, `${shop.url}/upload`, 'content');
      expect({ status, text, progressed: events > 0 }).toEqual({
        status: 201,
        text: 'uploaded',
        progressed: true,
      });
      const [preflight, actual] = shop.received();
      expect(preflight).toMatchObject({
        method: 'OPTIONS',
        headers: { 'access-control-request-method': 'POST' },
      });
      expect(preflight?.headers).not.toHaveProperty('access-control-request-headers');
      expect(actual?.method).toBe('POST');
    });

    it('are not sent from another origin', async () => {
      const page = await browser.open(EVIL);
      expect(await uploadFrom(page, `${shop.url}/upload`, 'content')).toEqual({
        status: 0,
        text: '',
        events: 0,
      });
      expect(shop.received()).toMatchObject([{ method: 'OPTIONS' }]);
    });
  });

  describe('cached responses', () => {
    it('that came without CORS do not stand in for those that need it: Vary keeps them apart', async () => {
      const page = await browser.open(APP);
      await loadScript(page, `${shop.url}/prices.js`);
      expect(await fetchIn(page, `${shop.url}/prices.js`)).toMatchObject({ status: 200 });
      expect(shop.received().map(({ headers }) => headers.origin)).toEqual([undefined, APP]);
    });

    it('are shared under *, which needs no Vary because it is always sent', async () => {
      const page = await browser.open(APP);
      await loadScript(page, `${shop.url}/news.js`);
      expect(await fetchIn(page, `${shop.url}/news.js`)).toMatchObject({ status: 200 });
      expect(shop.received().map(({ headers }) => headers.origin)).toEqual([undefined]);
    });
  });
});
