import type { ServerResponse } from 'node:http';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Module,
  Post,
  Res,
  Sse,
  VersioningType,
  type MessageEvent,
  type Type,
} from '@nestjs/common';
import { from, type Observable } from 'rxjs';
import {
  AllowOrigin,
  CorsConfigurationError,
  CorsModule,
  CorsService,
  NoCors,
  Preflight,
  UseCorsPolicy,
  type CorsModuleOptions,
  type CorsVerdict,
  type OriginSource,
} from '../../lib/index.js';
import { PLATFORMS, startApp as start, type RunningApp } from '../support/apps.js';
import { controllerOf, moduleOf, untyped } from '../support/faulty-apps.js';
import { preflightHeaders, send, type WireResponse } from '../support/http.js';
import { appsOfSuite, appsOfTest } from '../support/suites.js';
import { verdictsOfTest } from '../support/verdicts.js';

const APP = 'https://app.example.com';
const OLD = 'https://old.example.com';
const NEW = 'https://new.example.com';
const EVIL = 'https://evil.example.net';

/** What the slow source has been asked about. */
const asked: string[] = [];

@Injectable()
class SlowOrigins implements OriginSource {
  readonly timeout = 1_000;
  allows(origin: string): Promise<boolean> {
    asked.push(origin);
    return new Promise((resolve) =>
      setTimeout(() => resolve(origin === NEW), origin === OLD ? 100_000 : 20).unref(),
    );
  }
}

/** An app with fields to come, or the same without them. */
function appOf(isReporting: boolean): Type {
  const reportOnly = <T>(fields: T): { reportOnly?: T } => (isReporting ? { reportOnly: fields } : {});

  @Controller('orders')
  class OrdersController {
    @Get() list(): string {
      return 'list';
    }
    @Get('own') @AllowOrigin(APP, OLD) own(): string {
      return 'own';
    }
    @Get('wider')
    @AllowOrigin({ origin: APP, ...reportOnly({ origin: NEW, merge: 'extend' } as const) })
    wider(): string {
      return 'wider';
    }
    @Post('walled') @AllowOrigin(APP, { ...reportOnly({ enforce: true }) }) walled(): string {
      return 'walled';
    }
    @Get('slow') @AllowOrigin(APP, { ...reportOnly({ origin: [SlowOrigins] }) }) slow(): string {
      return 'slow';
    }
    @Get('failing')
    @AllowOrigin(APP, {
      ...reportOnly({
        origin: () => {
          throw new Error('down');
        },
      }),
    })
    failing(): string {
      return 'failing';
    }
    @Get('cookies')
    @AllowOrigin(APP, { credentials: true, ...reportOnly({ credentials: false as const }) })
    cookies() {
      return 'cookies';
    }
    @Get('closed') @NoCors() closed(): string {
      return 'closed';
    }
    @Get('raw') raw(@Res() response: ServerResponse & { readonly raw?: ServerResponse }): void {
      (response.raw ?? response).end('raw');
    }
    @Get('broken') broken(): void {
      throw new Error('broken');
    }
    @Sse('stream') stream(): Observable<MessageEvent> {
      return from([{ data: 'one' }]);
    }
    @Get('both') @AllowOrigin(APP, OLD) both(): string {
      return 'both';
    }
    @Post('both')
    @AllowOrigin({ origin: [APP, OLD], ...reportOnly({ origin: APP } as const) })
    bothToCome(): string {
      return 'both';
    }
    @Get('named') @UseCorsPolicy('partners') named(): string {
      return 'named';
    }
    @Post('asked')
    @Preflight({ allowedHeaders: ['x-a', 'x-b'], ...reportOnly({ allowedHeaders: 'x-a', methods: 'PUT' }) })
    preflighted(): string {
      return 'preflighted';
    }
  }

  @Module({
    imports: [
      CorsModule.forRoot({
        origin: [APP, OLD],
        ...reportOnly({ origin: [APP] }),
        policies: { partners: { origin: OLD, ...reportOnly({ origin: NEW }) } },
        routes: [{ path: '/files', policy: { origin: [APP], ...reportOnly({ origin: '*' as const }) } }],
      }),
    ],
    controllers: [OrdersController],
    providers: [SlowOrigins],
  })
  class AppModule {}
  return AppModule;
}

/** All that could differ. */
const REQUESTS: readonly (readonly [method: string, path: string, origin: string])[] = [
  ...['list', 'own', 'wider', 'slow', 'failing', 'closed', 'named'].flatMap((name) =>
    [APP, OLD, NEW, EVIL, 'junk'].map(
      (origin) => ['GET', `/orders/${name === 'list' ? '' : name}`, origin] as const,
    ),
  ),
  ['POST', '/orders/walled', EVIL],
  ['GET', '/files/a', EVIL],
  ['GET', '/nowhere', OLD],
];

/** A response, byte for byte, but for the time. */
function bytesOf({ status, lines, body }: WireResponse): unknown {
  return { status, body, lines: lines.filter(([name]) => name.toLowerCase() !== 'date') };
}

describe.each(PLATFORMS)('reportOnly on %s', (platform) => {
  const startApp = appsOfSuite();
  const verdicts = verdictsOfTest();
  let reporting: RunningApp;
  let plain: RunningApp;
  beforeAll(async () => {
    reporting = await startApp(platform, appOf(true));
    plain = await startApp(platform, appOf(false));
  });

  it('sends nothing of it: responses are the same, byte for byte', async () => {
    for (const [method, path, origin] of REQUESTS) {
      for (const request of [
        { method, path, headers: { origin, cookie: 'a=b' } },
        { method: 'OPTIONS', path, headers: preflightHeaders(origin, method, 'x-a,x-b') },
      ]) {
        const [one, other] = await Promise.all([send(reporting.port, request), send(plain.port, request)]);
        expect([request, bytesOf(one)]).toEqual([request, bytesOf(other)]);
      }
    }
  });

  async function verdictOn(method: string, path: string, origin: string, more = {}) {
    verdicts.length = 0;
    const response = await send(reporting.port, { method, path, headers: { origin, ...more } });
    const find = (): CorsVerdict | undefined =>
      verdicts.find((one) => one.request.url === path && one.origin === origin);
    while (find() === undefined) await new Promise((resolve) => setTimeout(resolve, 5));
    const verdict = find();
    const { difference, reason } = verdict?.reportOnly ?? {};
    const decided = `${response.status} ${verdict?.outcome}`;
    return [decided, difference && `, ${difference}`, reason && `: ${reason}`].join('');
  }

  it('tells what would be refused and what would be allowed', async () => {
    expect(await verdictOn('GET', '/orders', APP)).toBe('200 allowed: origin-allowed');
    expect(await verdictOn('GET', '/orders', OLD)).toBe('200 allowed, would be refused: origin-not-allowed');
    expect(await verdictOn('GET', '/orders', EVIL)).toBe('200 refused: origin-not-allowed');
    expect(await verdictOn('GET', '/files/a', EVIL)).toBe('404 refused, would be allowed: any-origin');
    expect(await verdictOn('GET', '/orders/named', NEW)).toBe(
      '200 refused, would be allowed: origin-allowed',
    );
    expect(await verdictOn('GET', '/nowhere', OLD)).toBe('404 allowed, would be refused: origin-not-allowed');
    expect(await verdictOn('POST', '/orders/walled', EVIL)).toBe(
      '201 refused, would be refused: origin-not-allowed',
    );
    expect(await verdictOn('GET', '/orders/cookies', APP)).toBe('200 allowed: origin-allowed');
    expect(await verdictOn('GET', '/orders/cookies', APP, { cookie: 'a=b' })).toBe(
      '200 allowed, would be refused: credentials-not-allowed',
    );
  });

  it('merges as real fields do: layers further in have their say', async () => {
    expect(await verdictOn('GET', '/orders/own', OLD)).toBe('200 allowed');
    expect(await verdictOn('GET', '/orders/closed', OLD)).toBe('200 refused');
    expect(await verdictOn('GET', '/orders/wider', NEW)).toBe(
      '200 refused, would be allowed: origin-allowed',
    );
    expect(await verdictOn('GET', '/orders/wider', APP)).toBe('200 allowed: origin-allowed');
    const reports = reporting.app.get(CorsService).routes();
    const of = (where: string) => reports.find((report) => report.where === where)?.reportOnly?.origin;
    expect(of('OrdersController#list')).toEqual([APP]);
    expect(of('OrdersController#own')).toBeUndefined();
    expect(of('OrdersController#wider')).toEqual([APP, NEW]);
    expect(of('options')).toEqual([APP]);
  });

  it('tells of preflights which part would be refused', async () => {
    const preflight = (origin: string, headers: string) =>
      verdictOn('OPTIONS', '/orders/asked', origin, preflightHeaders(origin, 'POST', headers));
    expect(await preflight(APP, 'x-a')).toBe('204 allowed: preflight-approved');
    expect(await preflight(APP, 'x-a,x-b')).toBe('204 allowed, would be refused: headers-not-allowed');
    expect(await preflight(OLD, 'x-a')).toBe('204 allowed, would be refused: origin-not-allowed');
  });

  it('tells of methods that no route of the path serves, by what the routes of the path have in common', async () => {
    // What an entry covers is the entry's, whatever method is asked for.
    expect(await verdictOn('OPTIONS', '/files/a', EVIL, preflightHeaders(EVIL, 'PUT'))).toBe(
      '403 refused: method-not-allowed',
    );
    expect(await verdictOn('DELETE', '/orders/wider', NEW)).toBe(
      '404 refused, would be allowed: origin-allowed',
    );
    expect(await verdictOn('DELETE', '/orders', OLD)).toBe(
      '404 allowed, would be refused: origin-not-allowed',
    );
    expect(await verdictOn('OPTIONS', '/orders', OLD, preflightHeaders(OLD, 'PATCH'))).toBe(
      '204 allowed, would be refused: origin-not-allowed',
    );
    // Without fields to come at any of them, nothing is reported.
    expect(await verdictOn('DELETE', '/orders/closed', OLD)).toBe('404 refused');
    // Two routes, of which only one has fields to come: what they have in common then.
    expect(await verdictOn('DELETE', '/orders/both', OLD)).toBe(
      '404 allowed, would be refused: origin-not-allowed',
    );
    expect(await verdictOn('DELETE', '/orders/both', APP)).toBe('404 allowed: origin-allowed');
  });

  it.each([
    ['raw', 200],
    ['broken', 500],
    ['stream', 200],
    ['missing', 404],
  ])('tells of every response once: %s', async (name, status) => {
    expect(await verdictOn('GET', `/orders/${name}`, OLD)).toBe(
      `${status} allowed, would be refused: origin-not-allowed`,
    );
    expect(verdicts).toHaveLength(1);
  });

  it("has nothing to say of the app's own origin, to which CORS does not apply", async () => {
    const own = { 'sec-fetch-site': 'same-origin' };
    for (const [path, origin] of [
      ['/orders/cookies', APP],
      ['/orders', OLD],
      ['/orders/walled', EVIL],
    ] as const) {
      const verdict = await verdictOn('GET', path, origin, { ...own, cookie: 'a=b' });
      expect([path, verdict]).toEqual([path, expect.stringMatching(/^\d{3} allowed(?:: [a-z-]+)?$/)]);
    }
  });

  it('compares a preflight with all that share its path: versions', async () => {
    @Controller({ path: 'stock', version: '1' })
    class FirstController {
      @Get() @AllowOrigin(OLD, { reportOnly: { origin: APP } }) list(): string {
        return 'first';
      }
    }
    @Controller({ path: 'stock', version: '2' })
    class SecondController {
      @Get() @AllowOrigin(NEW, { reportOnly: { origin: OLD } }) list(): string {
        return 'second';
      }
    }
    const { port } = await startApp(platform, moduleOf({}, [FirstController, SecondController]), {
      prepare: (app) => void app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' }),
    });
    const preflight = async (origin: string): Promise<unknown> => {
      verdicts.length = 0;
      const headers = preflightHeaders(origin, 'GET', 'x-version');
      await send(port, { method: 'OPTIONS', path: '/stock', headers });
      return verdicts.map(({ outcome, reportOnly }) => [outcome, reportOnly?.difference, reportOnly?.reason]);
    };
    expect(await preflight(OLD)).toEqual([['allowed', undefined, 'preflight-approved']]);
    expect(await preflight(NEW)).toEqual([['allowed', 'would be refused', 'origin-not-allowed']]);
    expect(await preflight(APP)).toEqual([['refused', 'would be allowed', 'preflight-approved']]);
    expect(await preflight(EVIL)).toEqual([['refused', undefined, 'origin-not-allowed']]);
  });

  it('asks sources behind the response, only where they decide, and in time', async () => {
    asked.length = 0;
    const path = '/orders/slow?behind';
    const reported = () =>
      verdicts.flatMap(({ request, reportOnly }) => (request.url === path ? [reportOnly] : []));
    const { status } = await send(reporting.port, { path, headers: { origin: OLD } });
    expect(status).toBe(200);
    // The source, which never answers, still has the rest of its time.
    expect(reported()).toEqual([]);
    while (reported().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(reported()).toEqual([
      { outcome: 'refused', reason: 'source-failed', status: undefined, difference: undefined },
    ]);
    expect(await verdictOn('GET', '/orders/slow', NEW)).toBe('200 refused, would be allowed: origin-allowed');
    expect(await verdictOn('GET', '/orders/slow', APP)).toBe(
      '200 allowed, would be refused: origin-not-allowed',
    );
    expect(await verdictOn('GET', '/orders/failing', APP)).toBe(
      '200 allowed, would be refused: source-failed',
    );
    expect(await verdictOn('GET', '/orders/slow', 'junk')).toBe('200 refused: origin-malformed');
    expect(asked).toEqual([OLD, NEW, APP]);
  });

  it('counts differences, without refusals being counted', async () => {
    const fresh = await startApp(platform, appOf(true));
    const cors = fresh.app.get(CorsService);
    for (let time = 0; time < 3; time++)
      await send(fresh.port, { path: '/orders', headers: { origin: OLD } });
    await send(fresh.port, { path: '/orders/wider', headers: { origin: NEW } });
    await send(fresh.port, { path: '/orders', headers: { origin: EVIL } });
    expect(
      (await cors.reportOnly()).map(({ origin, route, difference, reason, count }) => [
        origin,
        route,
        difference,
        reason,
        count,
      ]),
    ).toEqual([
      [OLD, '/orders', 'would be refused', 'origin-not-allowed', 3],
      [NEW, '/orders/wider', 'would be allowed', 'origin-allowed', 1],
    ]);
    await expect(cors.refusals()).rejects.toThrow('set refusals: true');
    await cors.update({ origin: [APP, OLD], policies: { partners: { origin: OLD } }, refusals: true });
    // What was counted stays, under options that report nothing as well.
    expect((await cors.reportOnly()).map(({ count }) => count)).toEqual([3, 1]);
  });
});

describe('what is wrong with reportOnly', () => {
  const startApp = appsOfTest();

  async function problemsOf(options: unknown, ...controllers: readonly Type[]): Promise<unknown> {
    try {
      await startApp('fastify', moduleOf(options, controllers));
    } catch (error) {
      if (!(error instanceof CorsConfigurationError)) throw error;
      return error.problems.map(({ code, where, field }) => [code, where, field]);
    }
    return 'none';
  }

  it.each<readonly [unknown, unknown]>([
    [
      { origin: APP, reportOnly: { origin: [APP, 'https://x.example/'] } },
      ['origin-path', 'options', 'reportOnly.origin[1]'],
    ],
    [{ origin: APP, reportOnly: { maxAge: -1 } }, ['max-age-invalid', 'options', 'reportOnly.maxAge']],
    [{ origin: APP, reportOnly: { orgin: APP } }, ['option-unknown', 'options', 'reportOnly.orgin']],
    [{ origin: APP, reportOnly: 'x' }, ['option-type', 'options', 'reportOnly']],
    [{ origin: APP, reportOnly: {} }, ['option-conflict', 'options', 'reportOnly']],
    [
      { origin: APP, reportOnly: { maxAge: 5, refusals: true } },
      ['option-unknown', 'options', 'reportOnly.refusals'],
    ],
    [
      { origin: APP, reportOnly: { maxAge: 5, reportOnly: { maxAge: 6 } } },
      ['option-conflict', 'options', 'reportOnly.reportOnly'],
    ],
    [
      { origin: APP, credentials: true, reportOnly: { origin: '*' } },
      ['origin-any-with-credentials', 'options', 'reportOnly.origin'],
    ],
    [
      { origin: APP, credentials: true, reportOnly: { origin: [APP, 'http://x.example'] } },
      ['origin-insecure-with-credentials', 'options', 'reportOnly.origin[1]'],
    ],
    [
      { origin: APP, reportOnly: { origin: NEW, merge: 'restrict' } },
      ['restrict-leaves-nothing', 'options', 'reportOnly.origin'],
    ],
    [
      { policies: { a: { origin: APP, reportOnly: { origin: 'null' } } } },
      ['origin-null', 'options.policies.a', 'reportOnly.origin'],
    ],
    [
      { routes: [{ path: '/a', policy: { origin: APP, reportOnly: { methods: 'patch' } } }] },
      ['method-case', 'options.routes[0].policy', 'reportOnly.methods'],
    ],
  ])('is told with its place: %j', async (options, problem) => {
    expect(await problemsOf(options)).toEqual([problem]);
  });

  it('is told with the layer of which it is', async () => {
    const startPlain = (options: object, ...decorators: readonly MethodDecorator[]) => {
      class Plain {
        answer(): void {}
      }
      const descriptor = Object.getOwnPropertyDescriptor(Plain.prototype, 'answer') as PropertyDescriptor;
      for (const decorate of [Get(), ...decorators]) decorate(Plain.prototype, 'answer', descriptor);
      Controller()(Plain);
      return startApp('fastify', moduleOf(untyped(options), [Plain as Type]));
    };
    await expect(
      startPlain({ origin: APP, reportOnly: { origin: '*' } }, AllowOrigin(untyped({ credentials: true }))),
    ).rejects.toThrow(
      'Plain#answer, origin: "*" lets every site act with the cookies of its visitors, together with credentials: true (origin comes from reportOnly of options)',
    );
    await expect(
      startPlain(
        { origin: APP, reportOnly: { origin: NEW } },
        AllowOrigin(untyped({ origin: APP, merge: 'restrict' })),
      ),
    ).rejects.toThrow(`Plain#answer, origin: ["${APP}"] has no origin in common with reportOnly of options`);
  });

  it('is told of decorators', async () => {
    const controller = controllerOf([
      AllowOrigin(untyped({ origin: APP, reportOnly: { origin: ['*', NEW], methods: 'PUT' } })),
      Preflight(untyped({ reportOnly: { maxAge: '5' } })),
    ]);
    expect(await problemsOf({}, controller)).toEqual([
      ['origin-any-in-list', 'Cats#list', 'reportOnly.origin[0]'],
      ['option-unknown', 'Cats#list', 'reportOnly.methods'],
      ['max-age-invalid', 'Cats#list', 'reportOnly.maxAge'],
    ]);
  });

  it('is nothing where it alone names an origin, and the options are copied whole', async () => {
    const reportOnly = { origin: [NEW] };
    const options: CorsModuleOptions = { routes: [{ path: '/a', policy: { maxAge: 5, reportOnly } }] };
    const controller = controllerOf([AllowOrigin({ reportOnly: { origin: NEW } })]);
    const { app } = await start('fastify', moduleOf(options, [controller]));
    try {
      reportOnly.origin.push(EVIL);
      const current = app.get(CorsService).current() as typeof options;
      expect(current.routes?.[0]?.policy).toEqual({ maxAge: 5, reportOnly: { origin: [NEW] } });
    } finally {
      await app.close();
    }
  });
});
