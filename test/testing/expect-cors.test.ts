import { AssertionError } from 'node:assert';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Module, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  expectCors,
  VirtualBrowser,
  type FetchResult,
  type PageExpectation,
} from '../../lib/testing/index.js';
import { createAdapter, PLATFORMS } from '../support/apps.js';
import { startedBySuite } from '../support/suites.js';
import { OrdersModule, SHOP } from './orders.js';

const NEAR = 'https://shop.example.co';

/** The message of the assertion, or `passed`. */
async function outcome(assertion: Promise<FetchResult>): Promise<string> {
  try {
    await assertion;
    return 'passed';
  } catch (error) {
    if (error instanceof AssertionError) return error.message;
    throw error;
  }
}

describe.each(PLATFORMS)('expectCors on %s', (platform) => {
  const ownApp = startedBySuite();
  let app: INestApplication;
  let shop: PageExpectation;
  let near: PageExpectation;

  beforeAll(async () => {
    const creating = NestFactory.create(OrdersModule, createAdapter(platform) as never, { logger: false });
    app = await ownApp(creating, (created) => created.close());
    shop = expectCors(app).from(SHOP);
    near = expectCors(app).from(NEAR);
  });

  it('passes, and hands the result on', async () => {
    expect(await (await shop.toRead('GET /orders')).json()).toEqual([7, 8]);
    expect((await shop.toRead('/orders')).exchanges).toMatchObject([{ method: 'GET' }]);
    await shop.toRead('DELETE /orders/7', { headers: { 'x-csrf-token': 't' }, credentials: 'include' });
    await shop.toExpose('GET /orders', 'x-total-count');
    await shop.toExpose('GET /orders', ['X-Total-Count', 'content-type']);
    await shop.toHide('GET /orders', 'x-secret');
    await shop.toNeedPreflight('DELETE /orders/7');
    await shop.toNeedPreflight('POST /echo', { uploadListener: true });
    await shop.toNeedNoPreflight('GET /orders');
    await shop.toNeedNoPreflight('POST /echo', { body: 'x' });
    await near.toNeedPreflight('DELETE /orders/7');
    await near.toNeedNoPreflight('GET /orders');
    expect((await near.toBeRefused('GET /orders')).failure?.reason).toBe('allow-origin-missing');
    await near.toBeRefused('DELETE /orders/7', { reason: 'preflight-status' });
    await near.toBeRefused('DELETE /orders/7', { step: 'preflight', credentials: 'include' });
    await shop.toBeRefused('TRACE /orders', { reason: 'method-forbidden' });
    await shop.toBeRefused('GET /orders', { step: 'main-fetch', mode: 'same-origin' });
    await shop.toBeRefused('GET /moved?to=http://u:p@127.0.0.1:1/');
    await shop.toBeRefused('GET /moved?to=/', { redirect: 'error', reason: 'redirect-not-expected' });
    await near.toBeRefused('GET /internal', { mode: 'no-cors' });
    await expectCors(app).from('null').toBeRefused('GET /orders');
  });

  it.each<[what: string, assertion: () => Promise<FetchResult>, message: string]>([
    [
      'a refused preflight, why, and what was meant',
      () => near.toRead('DELETE /orders/7', { headers: { 'x-csrf-token': 't' } }),
      `DELETE /orders/7 from ${NEAR} is refused: the preflight answered 403, because the policy of OrdersController#remove (origin from options) does not allow the origin; the closest allowed origin is ${SHOP}`,
    ],
    [
      'a refused response',
      () => near.toRead('GET /orders'),
      `GET /orders from ${NEAR} is refused: the response has no Access-Control-Allow-Origin, because the policy of OrdersController#list (origin from options) does not allow the origin; the closest allowed origin is ${SHOP}`,
    ],
    [
      'a header that the preflight does not allow',
      () => shop.toRead('GET /echo', { headers: { 'x-b': '1' } }),
      `GET /echo from ${SHOP} is refused: the preflight answered 403, because the policy of OrdersController#get (allowedHeaders from OrdersController#get) does not allow the request header x-b`,
    ],
    [
      'a method that no route serves',
      () => shop.toRead('DELETE /nowhere'),
      `DELETE /nowhere from ${SHOP} is refused: the preflight answered 403, because the default policy (methods by default) does not allow the method DELETE`,
    ],
    [
      'credentials with *',
      () => shop.toRead('GET /public', { credentials: 'include' }),
      `GET /public from ${SHOP} is refused: the response has Access-Control-Allow-Origin: *, which does not count for a request that includes credentials`,
    ],
    [
      'a forbidden method',
      () => shop.toRead('TRACE /orders'),
      `TRACE /orders from ${SHOP} is never sent: no page can send TRACE, a forbidden method`,
    ],
    [
      'an opaque response',
      () => shop.toRead('GET /orders', { mode: 'no-cors' }),
      `GET /orders from ${SHOP} is opaque: with mode no-cors, script sees nothing of the response`,
    ],
    [
      'a redirect that was not followed',
      () => shop.toRead('GET /moved?to=/', { redirect: 'manual' }),
      `GET /moved?to=/ from ${SHOP} stops at a redirect, of which script sees nothing`,
    ],
    [
      'what should be refused and is not',
      () => shop.toBeRefused('GET /orders'),
      `GET /orders from ${SHOP} should be refused by CORS, but script can read it: the response (200) has Access-Control-Allow-Origin: ${SHOP}`,
    ],
    [
      'what is opaque, but goes through',
      () => near.toBeRefused('GET /orders', { mode: 'no-cors' }),
      `GET /orders from ${NEAR} should be refused by CORS, but it goes through, unread`,
    ],
    [
      'what is refused for another reason',
      () => near.toBeRefused('DELETE /orders/7', { reason: 'header-not-allowed' }),
      `DELETE /orders/7 from ${NEAR} should be refused with header-not-allowed, but it is refused with preflight-status: the preflight answered 403`,
    ],
    [
      'what is refused at another step',
      () => near.toBeRefused('GET /orders', { step: 'preflight' }),
      `GET /orders from ${NEAR} should be refused at step preflight, but it is refused with allow-origin-missing at step cors-check: the response has no Access-Control-Allow-Origin`,
    ],
    [
      'what is refused for that reason, but at another step',
      () => near.toBeRefused('GET /orders', { step: 'preflight', reason: 'allow-origin-missing' }),
      `GET /orders from ${NEAR} should be refused with allow-origin-missing at step preflight, but it is refused with allow-origin-missing at step cors-check: the response has no Access-Control-Allow-Origin`,
    ],
    [
      'what fails, but not for CORS',
      () => near.toBeRefused('TRACE /orders'),
      `TRACE /orders from ${NEAR} should be refused by CORS, but it is never sent with method-forbidden: no page can send TRACE, a forbidden method`,
    ],
    [
      'no preflight where one should be',
      () => shop.toNeedPreflight('GET /orders'),
      `GET /orders from ${SHOP} needs no preflight: its method and headers are CORS-safelisted`,
    ],
    [
      'no preflight for what mode no-cors drops',
      () => shop.toNeedPreflight('GET /orders', { mode: 'no-cors', headers: { 'X-A': '1', Accept: '*/*' } }),
      `GET /orders from ${SHOP} needs no preflight: mode no-cors takes what is CORS-safelisted, and drops X-A`,
    ],
    [
      'no preflight in mode no-cors',
      () => shop.toNeedPreflight('GET /orders', { mode: 'no-cors' }),
      `GET /orders from ${SHOP} needs no preflight: mode no-cors takes what is CORS-safelisted`,
    ],
    [
      'no preflight for headers that no page can set',
      () =>
        shop.toNeedPreflight('GET /orders', {
          headers: [
            ['Cookie', 'a=b'],
            ['Accept', '*/*'],
            ['accept', 'text/html'],
            ['DNT', '1'],
          ],
        }),
      `GET /orders from ${SHOP} needs no preflight: its method and headers are CORS-safelisted, and browsers drop Cookie, DNT`,
    ],
    [
      'an aborted request, which no policy has refused',
      () => near.toRead('GET /orders', { signal: AbortSignal.abort() }),
      `GET /orders from ${NEAR} gets no response: the request was aborted`,
    ],
    [
      'a response that may not be embedded, which is not for CORS to say',
      () => near.toRead('GET /internal', { mode: 'no-cors' }),
      `GET /internal from ${NEAR} is refused: the response has Cross-Origin-Resource-Policy: same-origin`,
    ],
    [
      'a redirect that is not followed for reasons of its own',
      () => shop.toBeRefused('GET /moved?to=/', { redirect: 'error' }),
      `GET /moved?to=/ from ${SHOP} should be refused by CORS, but it fails at a redirect with redirect-not-expected: the response is a redirect (302), and redirect is 'error'`,
    ],
    [
      'no preflight for what was never sent',
      () => shop.toNeedPreflight('TRACE /orders'),
      `TRACE /orders from ${SHOP} is never sent: no page can send TRACE, a forbidden method`,
    ],
    [
      'a preflight where none should be',
      () =>
        shop.toNeedNoPreflight('DELETE /orders/7', {
          headers: { 'x-csrf-token': 't', 'content-type': 'application/json' },
        }),
      `DELETE /orders/7 from ${SHOP} needs a preflight for the method DELETE and the headers content-type, x-csrf-token`,
    ],
    [
      'a preflight for an upload listener',
      () => shop.toNeedNoPreflight('POST /echo', { uploadListener: true }),
      `POST /echo from ${SHOP} needs a preflight for its upload listener or stream`,
    ],
    [
      'a header that is not exposed',
      () => shop.toExpose('GET /orders', ['x-total-count', 'x-secret']),
      `GET /orders from ${SHOP} does not show script x-secret: the response has Access-Control-Expose-Headers: x-total-count`,
    ],
    [
      'a header that the response does not have',
      () => shop.toExpose('GET /orders', 'x-nothing'),
      `GET /orders from ${SHOP} is answered without x-nothing`,
    ],
    [
      'a header that is hidden since it is not there',
      () => shop.toHide('GET /orders', 'x-nothing'),
      `GET /orders from ${SHOP} is answered without x-nothing`,
    ],
    [
      'a header that is exposed',
      () => shop.toHide('GET /orders', ['x-secret', 'x-total-count']),
      `GET /orders from ${SHOP} shows script x-total-count: the response has Access-Control-Expose-Headers: x-total-count`,
    ],
    [
      'exposure of what cannot be read',
      () => near.toExpose('GET /internal', 'x-total-count'),
      `GET /internal from ${NEAR} is refused: the response has no Access-Control-Allow-Origin, because OrdersController#internal is closed by @NoCors() of OrdersController#internal`,
    ],
  ])('%s', async (_, assertion, message) => {
    expect(await outcome(assertion())).toBe(message);
  });

  it('a page on the app`s own origin', async () => {
    const browser = await VirtualBrowser.for(app);
    const own = expectCors(browser).from(browser.origin);
    await own.toExpose('GET /orders', 'x-secret');
    expect(await outcome(own.toBeRefused('GET /internal'))).toBe(
      `GET /internal from ${browser.origin} should be refused by CORS, but script can read it: the response (200) is same-origin, where CORS does not apply`,
    );
    expect(await outcome(own.toNeedPreflight('DELETE /orders/7'))).toBe(
      `DELETE /orders/7 from ${browser.origin} needs no preflight: it is a same-origin request`,
    );
    expect(await outcome(own.toBeRefused('GET /moved?to=/', { redirect: 'error' }))).toBe(
      `GET /moved?to=/ from ${browser.origin} should be refused by CORS, but it fails at a redirect with redirect-not-expected: the response is a redirect (302), and redirect is 'error'`,
    );
    const leaving = 'GET /moved?to=http://127.0.0.1:1/';
    expect(await outcome(own.toRead(leaving, { mode: 'same-origin' }))).toBe(
      `${leaving} from ${browser.origin} is refused after a redirect: mode same-origin does not go to http://127.0.0.1:1`,
    );
    expect(await outcome(own.toBeRefused(leaving, { mode: 'same-origin' }))).toBe(
      `${leaving} from ${browser.origin} should be refused by CORS, but it is refused after a redirect with not-same-origin: mode same-origin does not go to http://127.0.0.1:1`,
    );
    expect(await outcome(own.toHide('GET /orders', 'x-secret'))).toBe(
      `GET /orders from ${browser.origin} shows script x-secret: the response is same-origin`,
    );
  });

  it('says what the client saw where there is just a URL', async () => {
    const expectation = expectCors(await app.getUrl()).from(NEAR);
    expect(await outcome(expectation.toRead('DELETE /orders/7'))).toBe(
      `DELETE /orders/7 from ${NEAR} is refused: the preflight answered 403`,
    );
    expect(await outcome(expectCors('http://127.0.0.1:1').from(NEAR).toBeRefused('GET /'))).toMatch(
      `GET / from ${NEAR} should be refused by CORS, but it gets no response with connection-failed: there was no response:`,
    );
  });

  it('says what the client saw where the app does not import CorsModule', async () => {
    @Module({})
    class PlainModule {}
    const plain = await NestFactory.create(PlainModule, createAdapter(platform) as never, {
      logger: false,
      abortOnError: false,
    });
    expect(await outcome(expectCors(plain).from(SHOP).toRead('PUT /'))).toBe(
      `PUT / from ${SHOP} is refused: the preflight answered 404`,
    );
    await plain.close();
  });

  it('makes several assertions at once on an app that does not listen yet', async () => {
    const idle = await NestFactory.create(OrdersModule, createAdapter(platform) as never, { logger: false });
    try {
      const page = expectCors(idle).from(SHOP);
      const results = await Promise.all([
        page.toRead('GET /orders'),
        page.toRead('GET /public'),
        page.toNeedPreflight('DELETE /orders/7'),
        expectCors(idle).from(NEAR).toBeRefused('GET /orders'),
      ]);
      const origin = `http://localhost:${new URL(await idle.getUrl()).port}`;
      for (const { exchanges } of results) expect(new URL(String(exchanges[0]?.url)).origin).toBe(origin);
    } finally {
      await idle.close();
    }
  });

  it('has a new browser for each assertion on an app, and one with its cache and cookies else', async () => {
    await shop.toRead('DELETE /orders/7');
    expect((await shop.toRead('DELETE /orders/7')).preflight).toBe('sent');
    const same = expectCors(await VirtualBrowser.for(app)).from(SHOP);
    await same.toRead('DELETE /orders/7');
    expect((await same.toRead('DELETE /orders/7')).preflight).toBe('cached');
    await same.toNeedPreflight('DELETE /orders/7');
    expect(await outcome(same.toNeedNoPreflight('DELETE /orders/7'))).toBe(
      `DELETE /orders/7 from ${SHOP} needs a preflight, the answer to which was cached`,
    );
  });

  it('does not keep an event stream open', async () => {
    const result = await shop.toRead('GET /events');
    expect(result.status).toBe(200);
  });

  it.each(['', 'GET', 'GET  ', 'orders', 'GET /a b', '   '])(
    'refuses %j, which is no request',
    async (request) => {
      await expect(shop.toRead(request)).rejects.toThrow('write a method and a path, such as "GET /orders"');
    },
  );

  it('refuses a method beside the request, where it would be taken for another one', async () => {
    const message = 'the method is written with the URL: write "DELETE /orders"';
    // @ts-expect-error -- nor do the types have it
    await expect(shop.toRead('/orders', { method: 'DELETE' })).rejects.toThrow(new TypeError(message));
    // @ts-expect-error -- nor here
    await expect(near.toBeRefused('GET /orders', { method: 'DELETE' })).rejects.toThrow(message);
    // @ts-expect-error -- nor where it is the same
    await expect(shop.toRead('DELETE /orders', { method: 'DELETE' })).rejects.toThrow(message);
  });

  it('refuses to expose or hide nothing', async () => {
    await expect(shop.toExpose('GET /orders', [])).rejects.toThrow(
      new TypeError('no header is named: name one, such as "x-total-count"'),
    );
    await expect(shop.toHide('GET /orders', [])).rejects.toThrow(TypeError);
  });

  it('answers no question about preflights where nobody listens', async () => {
    const nobody = expectCors('http://127.0.0.1:1').from(SHOP);
    for (const request of ['GET /', 'DELETE /']) {
      const message = new RegExp(`^${request} from ${SHOP} gets no response: there was no response: `);
      expect(await outcome(nobody.toNeedPreflight(request))).toMatch(message);
      expect(await outcome(nobody.toNeedNoPreflight(request))).toMatch(message);
    }
  });

  it('knows that an error of the set-up is no failed assertion', async () => {
    await expect(shop.toBeRefused('GET https://unknown.example/')).rejects.toThrow(
      'Nothing is known to serve',
    );
    await expect(expectCors(app).from('shop.example.com').toRead('GET /')).rejects.toThrow(TypeError);
  });
});
