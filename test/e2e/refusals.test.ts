import { channel } from 'node:diagnostics_channel';
import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Put, type LoggerService, type Type } from '@nestjs/common';
import {
  AllowOrigin,
  CORS_VERDICT_CHANNEL,
  CorsModule,
  CorsService,
  NoCors,
  Preflight,
  type CorsModuleOptions,
} from '../../lib/index.js';
import { PLATFORMS } from '../support/apps.js';
import { moduleOf, untyped } from '../support/faulty-apps.js';
import { preflightHeaders, send, type WireRequest } from '../support/http.js';
import { appsOfTest } from '../support/suites.js';

const APP = 'https://www.app.example.com';
const NEAR = 'https://app.example.com';
const EVIL = 'https://evil.example.net';

@Controller('orders')
@AllowOrigin(APP)
class OrdersController {
  @Get(':id') read(): string {
    return 'read';
  }
  @Put(':id') @Preflight({ allowedHeaders: ['x-api-key'] }) write(): string {
    return 'written';
  }
  @Get('internal/:id') @NoCors() internal(): string {
    return 'internal';
  }
  @Get('failing/source') @AllowOrigin(() => Promise.reject(new Error('down'))) failing(): string {
    return 'failing';
  }
}

function appOf(options: CorsModuleOptions): Type {
  @Module({ imports: [CorsModule.forRoot(options)], controllers: [OrdersController] })
  class AppModule {}
  return AppModule;
}

/** What is logged. */
class Lines implements LoggerService {
  readonly lines: string[] = [];
  log = (): void => {};
  error = this.log;
  warn = (line: unknown): void => void this.lines.push(String(line));
}

const REQUESTS: readonly WireRequest[] = [
  { path: '/orders/1?a=1', headers: { origin: NEAR } },
  { path: '/orders/2', headers: { origin: NEAR } },
  { path: '/orders/3', headers: { origin: APP } },
  { path: '/orders/4' },
  { method: 'OPTIONS', path: '/orders/5', headers: preflightHeaders(APP, 'PUT', 'x-api-keys') },
  { method: 'OPTIONS', path: '/orders/5', headers: preflightHeaders(APP, 'patch') },
  { method: 'OPTIONS', path: '/orders/5', headers: preflightHeaders(`${APP}/`, 'PUT') },
  { path: '/orders/internal/7', headers: { origin: EVIL } },
  { path: '/orders/failing/source', headers: { origin: 'http://localhost:1' } },
  { path: '/nowhere', headers: { origin: EVIL } },
];

describe.each(PLATFORMS)('CorsService.refusals() on %s', (platform) => {
  const startApp = appsOfTest();

  it('has what was refused, by route pattern, with the hints of explain()', async () => {
    const { app, port } = await startApp(platform, appOf({ refusals: true }));
    const cors = app.get(CorsService);
    const from = Date.now();
    for (const request of REQUESTS) await send(port, request);
    const refusals = await cors.refusals();
    expect(refusals[0]).toMatchObject({
      origin: NEAR,
      route: '/orders/:id',
      path: '/orders/1',
      count: 2,
      atLeast: 2,
    });
    expect(refusals.length).toBe(7);
    for (const { first, last } of refusals) {
      expect(first.getTime()).toBeGreaterThanOrEqual(from);
      expect(last.getTime()).toBeGreaterThanOrEqual(first.getTime());
    }
    for (const { method: _, ...request } of REQUESTS) {
      const { path: url = '', headers = {} } = request;
      const explanation = await cors.explain({ method: _ ?? 'GET', url, headers });
      if (explanation.allowed || explanation.origin === undefined) continue;
      const found = refusals.find(
        ({ origin, reason, route, method }) =>
          origin === explanation.origin &&
          reason === explanation.reason &&
          route === explanation.route?.path &&
          method === explanation.method,
      );
      expect([url, found?.hint, found?.closest]).toEqual([url, explanation.hint, explanation.closest]);
    }
    expect(new Set(refusals.map(({ hint }) => hint?.code))).toEqual(
      new Set(['header-typo', 'trailing-slash', 'www', 'method-case', undefined]),
    );
  });

  it('is of one app, and ends with it', async () => {
    const one = await startApp(platform, appOf({ refusals: true }));
    const other = await startApp(platform, appOf({ refusals: true }));
    await send(one.port, { path: '/orders/1', headers: { origin: EVIL } });
    expect((await one.app.get(CorsService).refusals()).length).toBe(1);
    expect(await other.app.get(CorsService).refusals()).toEqual([]);
    const cors = one.app.get(CorsService);
    await one.app.close();
    await expect(cors.refusals()).rejects.toThrow('Refusals are not counted');
  });

  it('is off where nobody has asked for it, and can be switched while the app runs', async () => {
    const { app, port } = await startApp(platform, appOf({}));
    const cors = app.get(CorsService);
    await expect(cors.refusals()).rejects.toThrow(
      'Refusals are not counted: set refusals: true in the options of CorsModule.',
    );
    await cors.update({ refusals: true });
    await send(port, { path: '/orders/1', headers: { origin: EVIL } });
    expect((await cors.refusals()).length).toBe(1);
    await cors.update({ refusals: true, maxAge: 5 });
    expect((await cors.refusals()).length).toBe(1);
    await cors.update({});
    await expect(cors.refusals()).rejects.toThrow('Refusals are not counted');
    // The channel is for others: it is never the library itself that makes verdicts worth publishing.
    expect(channel(CORS_VERDICT_CHANNEL).hasSubscribers).toBe(false);
  });

  it('keeps no more than what a hint needs of long requests', async () => {
    const { app, port } = await startApp(platform, appOf({ refusals: true }));
    const long = 'x'.repeat(3000);
    await send(port, { path: `/orders/${long}`, headers: { origin: `https://${long}.example` } });
    await send(port, {
      method: 'OPTIONS',
      path: '/orders/1',
      headers: preflightHeaders(APP, long, `x-api-key,${long}`),
    });
    const refusals = await app.get(CorsService).refusals();
    expect(refusals.length).toBe(2);
    expect(JSON.stringify(refusals).length).toBeLessThan(2500);
  });
});

describe('the hints of many refusals', () => {
  const startApp = appsOfTest();

  it('are found while the app answers others, and not without end where lists are long', async () => {
    const origin = Array.from({ length: 60_000 }, (_, at) => `https://shop-${at}.example.com`);
    const { app, port } = await startApp('fastify', appOf({ origin: [...origin, APP], refusals: true }));
    const names = Array.from({ length: 150 }, (_, at) => `https://shop-${at}.example.co`);
    for (const name of names) await send(port, { path: '/anywhere', headers: { origin: name } });
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const refusals = await app.get(CorsService).refusals();
    clearInterval(timer);
    expect(refusals).toHaveLength(names.length);
    const hints = refusals.map(({ hint }) => hint !== undefined);
    // 5,000,000 of 60,001 each.
    expect(hints.indexOf(false)).toBe(84);
    expect(hints.filter(Boolean)).toHaveLength(84);
    expect(turns).toBeGreaterThan(40);
  }, 30_000);
});

describe.each(PLATFORMS)('debug on %s', (platform) => {
  const startApp = appsOfTest();

  it('says that it is on, and logs what explain() says, once a minute for each', async () => {
    const logger = new Lines();
    const { app, port } = await startApp(platform, appOf({ debug: true }), { logger });
    expect(logger.lines.filter((line) => line.startsWith('debug is on'))).toHaveLength(1);
    const cors = app.get(CorsService);
    logger.lines.length = 0;
    const request = { method: 'GET', url: '/orders/1', headers: { origin: NEAR } };
    for (let time = 0; time < 3; time++) await send(port, { path: request.url, headers: request.headers });
    await send(port, { path: '/orders/2', headers: { origin: EVIL } });
    await send(port, { path: '/orders/2', headers: { origin: APP } });
    while (logger.lines.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const { message } = await cors.explain(request);
    expect(logger.lines[0]).toBe(message);
    expect(logger.lines[1]).toMatch(/^https:\/\/evil\.example\.net may not read GET \/orders\/2: /);
    expect(logger.lines).toHaveLength(2);
    expect((await cors.refusals()).length).toBe(2);
  });

  it('logs no more than a hundred in a minute', async () => {
    const logger = new Lines();
    const { port } = await startApp(platform, appOf({ debug: true }), { logger });
    logger.lines.length = 0;
    for (let at = 0; at < 120; at++) {
      await send(port, { path: '/orders/1', headers: { origin: `https://evil-${at}.example` } });
    }
    while (logger.lines.length < 100) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(logger.lines).toHaveLength(100);
  });
});

describe('refusals and debug in the options', () => {
  const startApp = appsOfTest();

  it('are switches', async () => {
    const options = untyped({ refusals: 'true', debug: 1 });
    await expect(startApp('fastify', moduleOf(options))).rejects.toThrow(
      /options, refusals: "true" is no boolean: write true, without quotes\..*\n.*options, debug: 1 is no boolean/,
    );
  });
});
