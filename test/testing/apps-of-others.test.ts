import { AssertionError } from 'node:assert';
import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import {
  Controller,
  Get,
  Header,
  Module,
  Patch,
  Res,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { CorsModule, CorsService } from '../../lib/index.js';
import { expectCors, VirtualBrowser, type Exchange, type Served } from '../../lib/testing/index.js';
import { CERTIFICATE, KEY } from '../browser/table/tls-front.js';
import { createAdapter, PLATFORMS } from '../support/apps.js';
import { startedByTest } from '../support/suites.js';

/*
 * Apps as people have them: made by `NestFactory.create()` with its defaults, which end the process when a method of the
 * app throws; with or without the module; listening, closed, or unable to start.
 */

const SHOP = 'https://shop.example.com';
const EVIL = 'https://evil.example';

@Controller('orders')
class OrdersController {
  @Get() @Header('x-total', '2') list(): string {
    return 'orders';
  }

  @Patch() patch(): string {
    return 'patched';
  }

  /** An answer that never ends. */
  @Get('feed') feed(@Res() response: ServerResponse | { readonly raw: ServerResponse }): void {
    const raw = 'raw' in response ? response.raw : response;
    raw.writeHead(200, { 'Content-Type': 'application/x-ndjson' }).write('{}\n');
  }
}

@Module({ controllers: [OrdersController] })
class PlainModule {}

@Module({ imports: [CorsModule.forRoot({ origin: SHOP, methods: '*' })], controllers: [OrdersController] })
class GuardedModule {}

@Module({ imports: [CorsModule.forRoot({ origin: `${SHOP}/` as typeof SHOP })] })
class WrongModule {}

@Module({})
class BrokenModule {
  onModuleInit(): never {
    throw new Error('no database');
  }
}

/** How an assertion ends. */
function outcome(assertion: Promise<unknown>): Promise<string> {
  return assertion.then(
    () => 'holds',
    (error: Error) => (error instanceof AssertionError ? error.message : `${error.name}: ${error.message}`),
  );
}

describe.each(PLATFORMS)('an app of NestFactory.create(), with its defaults, on %s', (platform) => {
  const own = startedByTest();
  let endings: string[];

  beforeEach(() => {
    endings = [];
    for (const name of ['exit', 'abort'] as const) {
      jest.spyOn(process, name).mockImplementation(() => {
        endings.push(name);
        throw new Error(`process.${name}()`);
      });
    }
  });

  afterEach(() => {
    jest.restoreAllMocks();
    expect(endings).toEqual([]);
  });

  async function create(module: Type): Promise<INestApplication> {
    const app = await NestFactory.create(module, createAdapter(platform) as never, { logger: false });
    return await own(app, (created) => created.close().catch(() => undefined));
  }

  it('has its assertions fail, or hold, without CorsModule', async () => {
    const app = await create(PlainModule);
    const shop = expectCors(app).from(SHOP);
    const refused = `GET /orders from ${SHOP} is refused: the response has no Access-Control-Allow-Origin`;
    expect(await outcome(shop.toRead('GET /orders'))).toBe(refused);
    expect(await outcome(shop.toExpose('GET /orders', 'x-total'))).toBe(refused);
    expect(await outcome(shop.toHide('GET /orders', 'x-total'))).toBe(refused);
    expect(await outcome(shop.toBeRefused('GET /orders'))).toBe('holds');
    expect(await outcome(shop.toNeedPreflight('PATCH /orders'))).toBe('holds');
    expect(await outcome(shop.toNeedNoPreflight('GET /orders'))).toBe('holds');
    expect(await outcome(shop.toRead('PATCH /orders'))).toBe(
      `PATCH /orders from ${SHOP} is refused: the preflight answered 404`,
    );
    const browser = await VirtualBrowser.for(app);
    const { exchanges } = await browser.page(SHOP).fetch('/orders');
    expect(await browser.explain(exchanges[0] as Exchange)).toBeUndefined();
  });

  it('says why with CorsModule', async () => {
    const app = await create(GuardedModule);
    const evil = expectCors(app).from(EVIL);
    expect(await outcome(evil.toRead('GET /orders'))).toMatch(
      / because the policy of OrdersController#list /,
    );
  });

  it('says why as well in an app of a testing module, where the service may be a double', async () => {
    const explain = jest.fn(() => Promise.resolve({ allowed: true }));
    const module = await Test.createTestingModule({ imports: [GuardedModule] })
      .overrideProvider(CorsService)
      .useValue({ explain })
      .compile();
    const app = await own(
      module.createNestApplication(createAdapter(platform) as never, { logger: false }),
      (created) => created.close(),
    );
    expect(await outcome(expectCors(app).from(EVIL).toRead('GET /orders'))).toMatch(
      / is refused: the response/,
    );
    expect(explain).toHaveBeenCalledTimes(1);
  });

  it('fails on a method that only Node upper-cases, and says so', async () => {
    const shop = expectCors(await create(GuardedModule)).from(SHOP);
    const sent = `from ${SHOP} is refused: the response has no Access-Control-Allow-Origin, because Node knows no method`;
    const answers = 'and answers 400 before the app has the request';
    expect(await outcome(shop.toRead('patch /orders'))).toBe(
      `patch /orders ${sent} patch ${answers}; browsers send it as it is written: write PATCH`,
    );
    expect(await outcome(shop.toRead('BREW /orders'))).toBe(`BREW /orders ${sent} BREW ${answers}`);
    expect(await outcome(shop.toRead('PATCH /orders'))).toBe('holds');
  });

  it('can be closed after an assertion that failed on an answer without end', async () => {
    const app = await create(GuardedModule);
    const evil = expectCors(app).from(EVIL);
    const shop = expectCors(app).from(SHOP);
    expect(await outcome(shop.toBeRefused('GET /orders/feed'))).toMatch(/but script can read it/);
    expect(await outcome(shop.toNeedPreflight('GET /orders/feed'))).toMatch(/needs no preflight/);
    expect(await outcome(evil.toRead('GET /orders/feed'))).toMatch(/is refused/);
    await app.close();
  });

  it.each([
    ['cannot start', BrokenModule, 'Error: no database'],
    ['is configured wrongly', WrongModule, 'CorsConfigurationError: The CORS configuration has a problem'],
  ])('rejects if it %s', async (_, module, message) => {
    const app = await create(module);
    const read = (): Promise<string> => outcome(expectCors(app).from(SHOP).toRead('GET /orders'));
    expect(await read()).toContain(message);
    expect(await read()).toContain(message);
  });

  it('rejects, or listens again, after it was closed', async () => {
    const app = await create(GuardedModule);
    await app.listen(0, '127.0.0.1');
    await app.close();
    expect(await outcome(expectCors(app).from(SHOP).toRead('GET /orders'))).toMatch(
      platform === 'fastify' ? /already been closed/ : /^holds$/,
    );
  });

  it('is no app where it has no HTTP', async () => {
    const context = await NestFactory.createApplicationContext(PlainModule, { logger: false });
    await own(context, (created) => created.close());
    for (const served of [context, null, undefined, {}, 3000]) {
      expect(
        await outcome(
          expectCors(served as never)
            .from(SHOP)
            .toRead('GET /orders'),
        ),
      ).toMatch(/^TypeError: .* is no URL of http or https: write one such as/);
    }
  });
});

describe('an app on HTTP/2', () => {
  const https = { key: KEY, cert: CERTIFICATE };
  const own = startedByTest();

  async function create(options: object): Promise<Served> {
    const app = await NestFactory.create(GuardedModule, new FastifyAdapter(options) as never, {
      logger: false,
    });
    return await own(app, (created) => created.close());
  }

  it.each([
    ['without TLS', { http2: true }],
    ['with TLS', { http2: true, https }],
  ])('%s is refused, with a way out', async (_, options) => {
    expect(await outcome(VirtualBrowser.for(await create(options)))).toBe(
      'TypeError: The app speaks HTTP/2 alone, and the virtual browser HTTP/1.1: create the app of the test without http2, or with https: { allowHTTP1: true }.',
    );
  });

  it('is served if it speaks HTTP/1.1, too', async () => {
    const app = await create({ http2: true, https: { ...https, allowHTTP1: true } });
    const result = await expectCors(app).from(SHOP).toRead('PATCH /orders');
    expect(result.url).toMatch(/^https:/);
    expect(await result.text()).toBe('patched');
  });
});
