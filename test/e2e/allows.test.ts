import { afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Controller, Get, Logger, Module, Post, Put, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  AllowOrigin,
  CorsConfigurationError,
  CorsModule,
  CorsService,
  NoCors,
  type CorsAllowsOptions,
  type CorsModuleOptions,
  type CorsRequest,
} from '../../lib/index.js';
import { createAdapter, PLATFORMS } from '../support/apps.js';
import { appsOfSuite, appsOfTest } from '../support/suites.js';

const PAGE = 'https://app.example.com';
const PARTNER = 'https://partner.example';
const TENANT = 'https://acme.example.org';
const OTHER = 'https://other.example.net';

@Controller()
class OrdersController {
  @Get('orders/:id') @AllowOrigin(PARTNER) read() {}
  @Post('orders/:id') write() {}
  @Get('internal') @NoCors() internal() {}
  @Put('partly') @AllowOrigin(PARTNER) put() {}
  @Get('tenants/:tenant')
  @AllowOrigin((origin, { params }) =>
    Promise.resolve(origin === `https://${params?.['tenant']}.example.org`),
  )
  tenant() {}
}

/** What sources have been asked, and what of the request they have seen. */
const asked: unknown[] = [];

/** Anew for each app: a function that fails is logged once a minute. */
const makeOptions = (): CorsModuleOptions => ({
  origin: [PAGE, 'https://*.preview.example.com'],
  policies: {
    partners: { origin: PARTNER, merge: 'extend' },
    open: { origin: '*' },
    asked: {
      origin: [
        PARTNER,
        (origin: string, request: CorsRequest) => {
          const { method, path, host, params, preflight } = request;
          asked.push({ origin, method, path, host, params, preflight, key: request.header('X-Key') });
          return origin === TENANT;
        },
      ],
    },
    failing: { origin: () => Promise.reject(new Error('the database is down')) },
    throwing: {
      origin: () => {
        throw new Error('the cache is down');
      },
    },
    slow: { origin: { timeout: 20, allows: () => new Promise<boolean>(() => undefined) } },
    guarded: {
      origin: {
        after: 'guards',
        allows: () => false,
        mayAllow: (origin: string) => origin === TENANT,
      },
    },
  },
  routes: [
    { path: '/chat', policy: 'partners' },
    { path: '/chat/closed', policy: false },
    { path: '/left', unmanaged: true },
    { path: '/asked/:id', policy: 'asked' },
  ],
});

const OPTIONS = makeOptions();

function moduleOf(options: CorsModuleOptions): Type {
  @Module({ imports: [CorsModule.forRoot(options)], controllers: [OrdersController] })
  class AppModule {}
  return AppModule;
}

describe.each(PLATFORMS)('CorsService.allows() on %s', (platform) => {
  const startApp = appsOfSuite();
  let cors: CorsService;
  beforeAll(async () => {
    const { app } = await startApp(platform, moduleOf(makeOptions()));
    cors = app.get(CorsService);
  });
  beforeEach(() => {
    asked.length = 0;
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it.each<readonly [CorsAllowsOptions | undefined, string, boolean]>([
    [undefined, PAGE, true],
    [undefined, 'https://a.preview.example.com', true],
    [undefined, 'https://a.b.preview.example.com', false],
    [undefined, PARTNER, false],
    [undefined, 'null', false],
    [undefined, '', false],
    [undefined, `${PAGE}/`, false],
    [undefined, 'x'.repeat(10_000), false],
    [{}, PAGE, true],
    [{ policy: undefined, path: undefined, request: undefined }, PAGE, true],
    [{ policy: 'partners' }, PARTNER, true],
    [{ policy: 'partners' }, PAGE, true],
    [{ policy: 'partners' }, OTHER, false],
    [{ policy: 'open' }, OTHER, true],
    [{ policy: 'open' }, 'null', true],
    [{ path: '/' }, PAGE, true],
    [{ path: '/nothing/there' }, PARTNER, false],
    [{ path: '/chat' }, PARTNER, true],
    [{ path: '/chat/room?id=7' }, PARTNER, true],
    [{ path: '/chat/closed' }, PARTNER, false],
    [{ path: '/chat/closed' }, PAGE, false],
    [{ path: '/chat/%63losed' }, PARTNER, false],
    [{ path: '/left' }, PAGE, false],
    [{ path: '/orders/7' }, PARTNER, true],
    [{ path: '/orders/7' }, PAGE, false],
    [{ path: '/orders/7', request: { method: 'POST', headers: {} } }, PAGE, true],
    [{ path: '/orders/7', request: { method: 'POST', headers: {} } }, PARTNER, false],
    [{ path: '/internal' }, PAGE, false],
    [{ path: '/partly' }, PARTNER, true],
    [{ path: '/partly' }, PAGE, false],
    // The request does not choose.
    [{ request: { url: '/orders/7', headers: { origin: PARTNER } } }, PARTNER, false],
  ])('with %j of %s is %s, at once', (options, origin, allowed) => {
    expect(cors.allows(origin, options)).toBe(allowed);
  });

  it('answers later where somebody has to be asked, or could be', async () => {
    for (const [origin, allowed] of [
      [PARTNER, true],
      [TENANT, true],
      [OTHER, false],
      ['null', false],
      ['junk', false],
    ] as const) {
      const answer = cors.allows(origin, { policy: 'asked' });
      expect(answer).toBeInstanceOf(Promise);
      expect(await answer).toBe(allowed);
    }
    expect(asked).toHaveLength(2);
  });

  it('shows sources a request as it is, and what is known of none', async () => {
    await cors.allows(TENANT, { policy: 'asked' });
    await cors.allows(TENANT, { path: '/asked/7?a=1' });
    const request = {
      method: 'PUT',
      url: '/a%20b?c',
      headers: { Host: 'api.example.com', 'X-KEY': 'secret' },
    };
    await cors.allows(TENANT, { policy: 'asked', request });
    await cors.allows(TENANT, {
      policy: 'asked',
      request: new Request('https://api.example.com/graphql?q', { headers: { 'x-key': 'fetch' } }),
    });
    await cors.allows(TENANT, {
      policy: 'asked',
      request: { headers: { 'x-key': ['a', 'b'] }, originalUrl: '/first', url: '/second', host: 'proxied' },
    });
    const nothing = {
      method: 'GET',
      path: '/',
      host: '',
      params: undefined,
      preflight: false,
      key: undefined,
    };
    expect(asked).toEqual([
      { ...nothing, origin: TENANT },
      { ...nothing, origin: TENANT, path: '/asked/7' },
      { ...nothing, origin: TENANT, method: 'PUT', path: '/a%20b', host: 'api.example.com', key: 'secret' },
      { ...nothing, origin: TENANT, path: '/graphql', host: 'api.example.com', key: 'fetch' },
      { ...nothing, origin: TENANT, path: '/first', host: 'proxied', key: 'a, b' },
    ]);
  });

  it('shows sources the parameters of the path', async () => {
    expect(await cors.allows(TENANT, { path: '/tenants/acme' })).toBe(true);
    expect(await cors.allows(TENANT, { path: '/tenants/other' })).toBe(false);
  });

  it('asks one that waits for the guards what it says of all callers', async () => {
    expect(await cors.allows(TENANT, { policy: 'guarded' })).toBe(true);
    expect(await cors.allows(OTHER, { policy: 'guarded' })).toBe(false);
  });

  it('refuses where a source fails, in time, and logs it', async () => {
    const lines: string[] = [];
    jest
      .spyOn(Logger.prototype, 'error')
      .mockImplementation((line: unknown) => void lines.push(String(line)));
    const before = performance.now();
    for (const policy of ['failing', 'throwing', 'slow']) {
      expect(await cors.allows(PAGE, { policy })).toBe(false);
    }
    expect(performance.now() - before).toBeLessThan(2_000);
    expect(lines).toEqual([
      expect.stringMatching(/options\.policies\.failing failed.*the database is down/),
      expect.stringMatching(/options\.policies\.throwing failed.*the cache is down/),
      expect.stringMatching(/options\.policies\.slow failed.*did not answer within 20 ms/),
    ]);
  });

  it.each([undefined, null, 7, ['https://app.example.com'], new URL(PAGE)])(
    'refuses %p as an origin',
    (origin) => {
      expect(() => cors.allows(origin as never)).toThrow(TypeError);
      expect(() => cors.allows(origin as never, { policy: 'asked' })).toThrow(
        /^allows\(\): .* is no origin; give the value of the header Origin\. A request without one/s,
      );
    },
  );

  it('has no type for a policy beside a path', () => {
    // @ts-expect-error -- which of them would count?
    const both: CorsAllowsOptions = { policy: 'open', path: '/chat' };
    expect(Object.keys(both)).toHaveLength(2);
  });

  it.each<readonly [unknown, string]>([
    ['partners', `allows(): "partners" is no object of options: write one, as in { policy: 'partners' }`],
    [{ polcy: 'partners' }, 'allows(), polcy: is no option here (did you mean policy?): write policy'],
    [{ policy: 'partner' }, 'allows(), policy: "partner" names no policy: write "partners"'],
    [{ policy: 7 }, 'allows(), policy: 7 names no policy: add it to policies (there are partners, open,'],
    [{ policy: '__proto__' }, 'allows(), policy: "__proto__" names no policy'],
    [
      { policy: 'open', path: '/chat' },
      'allows(), policy: "open" stands beside a path, which has a policy already: remove policy, or path',
    ],
    [
      { path: 'chat' },
      'allows(), path: "chat" is no path that begins with a slash: write the path of a request',
    ],
    [{ path: 7 }, 'allows(), path: 7 is no path'],
    [{ request: 'GET /' }, 'allows(), request: "GET /" is no request with header fields: give that of Node'],
    [{ request: null }, 'allows(), request: null is no request with header fields'],
    [{ request: {} }, 'is no request with header fields'],
  ])('refuses %j', (options, message) => {
    expect(() => cors.allows(PAGE, options as never)).toThrow(CorsConfigurationError);
    expect(() => cors.allows(PAGE, options as never)).toThrow(message);
  });

  it('never rejects for what a client has sent', async () => {
    const request = { method: 'x', url: 'not a target', headers: { origin: PAGE, '': 'x' } };
    expect(await cors.allows(OTHER, { policy: 'asked', request })).toBe(false);
    expect(cors.allows(PAGE, { path: '/%zz/%', request })).toBe(true);
  });
});

describe.each(PLATFORMS)('CorsService.allows() in the life of an app on %s', (platform) => {
  const startApp = appsOfTest();

  it('is there once the app is initialized, and before it listens', async () => {
    const app = await NestFactory.create(moduleOf(OPTIONS), createAdapter(platform) as never, {
      logger: false,
    });
    const cors = app.get(CorsService);
    expect(() => cors.allows(PAGE)).toThrow(
      'The routes are not known yet: call this after app.init() or app.listen().',
    );
    await app.init();
    expect(cors.allows(PAGE)).toBe(true);
    await app.close();
  });

  it('follows updates', async () => {
    const { app } = await startApp(platform, moduleOf(OPTIONS));
    const cors = app.get(CorsService);
    await cors.addOrigins(OTHER);
    expect(cors.allows(OTHER)).toBe(true);
    expect(cors.allows(OTHER, { policy: 'partners' })).toBe(true);
    await cors.update({ ...OPTIONS, origin: async () => Promise.resolve(true) });
    expect(await cors.allows(TENANT)).toBe(true);
    await cors.update({});
    expect(cors.allows(PAGE)).toBe(false);
    expect(() => cors.allows(PAGE, { policy: 'partners' })).toThrow('there are none yet');
  });
});

it('says that an app without HTTP has no policies', async () => {
  @Module({ imports: [CorsModule.forRoot({ origin: PAGE })] })
  class WorkerModule {}
  const app = await NestFactory.createApplicationContext(WorkerModule, { logger: false });
  expect(() => app.get(CorsService).allows(PAGE)).toThrow('This app serves no HTTP, so it has no policies.');
  await app.close();
});
