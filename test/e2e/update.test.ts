import { Agent, request as httpRequest } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Delete,
  Get,
  Injectable,
  Module,
  Sse,
  type DynamicModule,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import fc from 'fast-check';
import { of } from 'rxjs';
import {
  AllowOrigin,
  CorsConfigurationError,
  CorsModule,
  CorsService,
  UseCorsPolicy,
  type CorsModuleOptions,
  type OriginSourceAfterGuards,
} from '../../lib/index.js';
import { seed } from '../protocol/seed.js';
import { createAdapter, PLATFORMS, startApp, type Platform, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send } from '../support/http.js';
import { appsOfSuite } from '../support/suites.js';
import { LongOrigins, options, ORIGINS } from './update/random-options.js';

const A = 'https://a.example';
const B = 'https://b.example';

/** Lets requests through one by one: those that wait are let go when a test says so. */
class Gate {
  private waiting: (() => void)[] = [];
  private arrived: (() => void) | undefined;

  pass(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      this.arrived?.();
    });
  }

  /** Resolves when so many wait. */
  async occupied(count = 1): Promise<void> {
    while (this.waiting.length < count) {
      await new Promise<void>((resolve) => {
        this.arrived = resolve;
      });
    }
  }

  open(): void {
    for (const release of this.waiting.splice(0)) release();
    this.arrived = undefined;
  }
}

const gate = new Gate();

@Injectable()
class TenantOrigins implements OriginSourceAfterGuards {
  readonly after = 'guards';
  allows(origin: string): Promise<boolean> {
    return Promise.resolve(origin === A);
  }
  mayAllow(): boolean {
    return true;
  }
}

@Controller('cats')
class CatsController {
  @Get() list() {
    return 'cats';
  }
  @Delete() remove() {}
  @Get('slow') async slow() {
    await gate.pass();
    return 'slow';
  }
  @Get('own') @AllowOrigin(B, { merge: 'extend' }) own() {
    return 'own';
  }
  @Get('named') @UseCorsPolicy('cats') named() {
    return 'named';
  }
  @Sse('events') events() {
    return of({ data: 'event' });
  }
}

@Controller('guarded')
class GuardedController {
  @Get() @AllowOrigin(TenantOrigins) read() {
    return 'guarded';
  }
}

function moduleOf(given: CorsModuleOptions, ...controllers: Type[]): DynamicModule {
  @Module({})
  class AppModule {}
  return {
    module: AppModule,
    imports: [CorsModule.forRoot(given)],
    controllers: [CatsController, ...controllers],
    providers: [LongOrigins, TenantOrigins],
  };
}

const CATS = { policies: { cats: { maxAge: 7 } } };

describe.each(PLATFORMS)('CorsService.update() on %s', (platform) => {
  let running: RunningApp | undefined;
  afterEach(async () => {
    gate.open();
    await running?.app.close();
    running = undefined;
  });

  async function start(given: CorsModuleOptions, ...controllers: Type[]) {
    running = await startApp(platform, moduleOf(given, ...controllers));
    const { app, port } = running;
    const cors = app.get(CorsService);
    const get = (path: string, origin: string) => send(port, { path, headers: { origin } });
    return { app, port, cors, get };
  }

  it('takes on other options for all that is decided: routes, paths, named policies, what decorators add to', async () => {
    const { cors, get, port } = await start({ ...CATS, origin: A, routes: [{ path: '/x', policy: false }] });
    await cors.update({
      origin: 'https://c.example',
      credentials: true,
      policies: { cats: { origin: B, credentials: false } },
      routes: [{ path: '/x', policy: { exposedHeaders: 'x-one' } }],
    });
    const acao = 'https://c.example';
    const c = expected({ acao, acac: 'true', vary: 'Origin' });
    expect(corsHeaders(await get('/cats', A))).toEqual(expected({ vary: 'Origin' }));
    expect(corsHeaders(await get('/cats', acao))).toEqual(c);
    expect(corsHeaders(await get('/cats/own', acao))).toEqual(c);
    expect(corsHeaders(await get('/cats/own', B))).toEqual(
      expected({ acao: B, acac: 'true', vary: 'Origin' }),
    );
    expect(corsHeaders(await get('/cats/named', B))).toEqual(expected({ acao: B, vary: 'Origin' }));
    expect(corsHeaders(await get('/nowhere', acao))).toEqual(c);
    expect(corsHeaders(await get('/x', acao))).toEqual(
      expected({ acao, acac: 'true', aceh: 'x-one', vary: 'Origin' }),
    );
    const headers = preflightHeaders(acao, 'DELETE');
    const preflight = await send(port, { method: 'OPTIONS', path: '/cats', headers });
    expect([preflight.status, corsHeaders(preflight)]).toEqual([
      204,
      expected({ acao, acac: 'true', acam: 'DELETE', vary: PREFLIGHT_VARY }),
    ]);
    const explained = await cors.explain({ method: 'GET', url: '/cats', headers: { origin: acao } });
    expect(explained.allowed).toBe(true);
  });

  it('lets a request finish by the options with which it came in', async () => {
    const { cors, get, port } = await start({ ...CATS, origin: A, exposedHeaders: 'x-old' });
    const old = expected({ acao: A, aceh: 'x-old', vary: 'Origin' });
    const inHandler = get('/cats/slow', A);
    await gate.occupied();
    const waits = async (origin: string): Promise<boolean> => {
      await gate.pass();
      return origin === A;
    };
    await cors.update({ ...CATS, origin: waits, exposedHeaders: 'x-asked', maxAge: 1 });
    gate.open();
    expect(corsHeaders(await inHandler)).toEqual(old);

    const inSource = get('/cats', A);
    await gate.occupied();
    const headers = preflightHeaders(A, 'DELETE');
    const preflight = send(port, { method: 'OPTIONS', path: '/cats', headers });
    await gate.occupied(2);
    await cors.update({ ...CATS, origin: B });
    gate.open();
    expect(corsHeaders(await inSource)).toEqual(expected({ acao: A, aceh: 'x-asked', vary: 'Origin' }));
    expect(corsHeaders(await preflight)).toEqual(
      expected({ acao: A, acam: 'DELETE', acma: '1', vary: PREFLIGHT_VARY }),
    );
    expect(corsHeaders(await get('/cats', A))).toEqual(expected({ vary: 'Origin' }));
  });

  it('throws all that is wrong with invalid options, and changes nothing', async () => {
    const { cors, get } = await start({ ...CATS, origin: A, maxAge: 5 });
    const before = [cors.current(), JSON.stringify(cors.routes())];
    const invalid = {
      origin: [B, `${A}/`],
      maxAge: -1,
      policies: { cats: { origin: class Nowhere {} } },
      routes: ['/cats'],
    };
    let thrown: unknown;
    try {
      await cors.update(invalid as never);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(CorsConfigurationError);
    expect((thrown as CorsConfigurationError).problems.map(({ code, where }) => [code, where])).toEqual([
      ['origin-path', 'options'],
      ['max-age-invalid', 'options'],
      ['origin-source-missing', 'options.policies.cats'],
      ['option-type', 'options.routes[0]'],
    ]);
    expect([cors.current(), JSON.stringify(cors.routes())]).toEqual(before);
    expect(cors.current()).toBe(before[0]);
    expect(corsHeaders(await get('/cats', A))).toEqual(expected({ acao: A, vary: 'Origin' }));
    expect(corsHeaders(await get('/cats', B))).toEqual(expected({ vary: 'Origin' }));
  });

  it('checks options without taking them on, and says the same of them', async () => {
    const { cors, get } = await start({ ...CATS, origin: A });
    const before = [cors.current(), JSON.stringify(cors.routes())];
    const invalid = { ...CATS, origin: [B, `${A}/`], maxAge: -1, routes: ['/cats'] } as never;
    const problemsOf = async (call: Promise<void>): Promise<unknown> =>
      call.then(
        () => undefined,
        (error: CorsConfigurationError) => error.problems,
      );
    const problems = await problemsOf(cors.check(invalid));
    expect(problems).toHaveLength(3);
    expect(await problemsOf(cors.update(invalid))).toEqual(problems);

    expect(await cors.check({ ...CATS, origin: B, debug: true })).toBeUndefined();
    expect([cors.current(), JSON.stringify(cors.routes())]).toEqual(before);
    expect(cors.current()).toBe(before[0]);
    expect(corsHeaders(await get('/cats', A))).toEqual(expected({ acao: A, vary: 'Origin' }));
    expect(corsHeaders(await get('/cats', B))).toEqual(expected({ vary: 'Origin' }));
  });

  it('checks options that share a long list with those in force, which goes on to change', async () => {
    const list = Array.from({ length: 2000 }, (_, index): `https://${string}` => `https://n${index}.example`);
    const { cors, get } = await start({ ...CATS, origin: list });
    const checked = cors.check({ ...cors.current(), maxAge: 7, policies: { cats: { origin: list } } });
    await Promise.all([checked, cors.addOrigins(A), cors.removeOrigins('https://n7.example')]);
    expect(corsHeaders(await get('/cats', A))).toEqual(expected({ acao: A, vary: 'Origin' }));
    expect(corsHeaders(await get('/cats', 'https://n7.example'))).toEqual(expected({ vary: 'Origin' }));
    expect(cors.current()).toEqual({
      ...CATS,
      origin: [...list.filter((origin) => origin !== 'https://n7.example'), A],
    });
  });

  it.each([undefined, null, 'https://a.example', Promise.resolve({ origin: A }), () => ({ origin: A })])(
    'refuses what is no options: %p',
    async (given) => {
      const { cors } = await start({ ...CATS, origin: A });
      await expect(cors.update(given as never)).rejects.toThrow(CorsConfigurationError);
      await expect(cors.check(given as never)).rejects.toThrow(CorsConfigurationError);
    },
  );

  it('gives the options in force as a copy that nobody can change', async () => {
    const source = new LongOrigins();
    const allows = (): boolean => true;
    const given = {
      origin: [A, LongOrigins, source, allows, /^https:\/\/[a-z]\.example$/],
      policies: { cats: { origin: [B], dangerously: { nullOrigin: true } } },
      routes: [{ path: '/x', policy: { origin: [B] } }],
    } satisfies CorsModuleOptions;
    const { cors, get } = await start(given);
    const expectedOptions = structuredCloneOf(given);
    given.origin.push('https://later.example' as never);
    given.policies.cats.origin.push('https://later.example' as never);
    given.routes[0]?.policy.origin.push('https://later.example' as never);
    const current = cors.current() as typeof given;
    expect(current).toEqual(expectedOptions);
    expect(current.origin[1]).toBe(LongOrigins);
    expect(current.origin[2]).toBe(source);
    expect(current.origin[3]).toBe(allows);
    expect(current.origin[4]).toBe(given.origin[4]);
    for (const value of [
      current,
      current.origin,
      current.policies,
      current.policies.cats.origin,
      current.policies.cats.dangerously,
      current.routes,
      current.routes[0]?.policy.origin,
    ]) {
      expect(Object.isFrozen(value)).toBe(true);
    }
    expect(Object.isFrozen(source)).toBe(false);
    expect(cors.current()).toBe(current);
    const mine = { origin: [A] };
    await cors.update({ ...CATS, ...(mine as CorsModuleOptions) });
    mine.origin.push(B);
    expect(corsHeaders(await get('/cats', B))).toEqual(expected({ vary: 'Origin' }));
    expect(cors.current()).toEqual({ ...CATS, origin: [A] });
  });

  /** A copy of which only the containers are new. */
  function structuredCloneOf(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(structuredCloneOf);
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
      return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, structuredCloneOf(inner)]));
  }

  it('gives what a factory has made, and takes plain options in its place', async () => {
    @Module({
      imports: [CorsModule.forRootAsync({ useFactory: async () => Promise.resolve({ origin: A, ...CATS }) })],
      controllers: [CatsController],
    })
    class AppModule {}
    running = await startApp(platform, AppModule);
    const cors = running.app.get(CorsService);
    expect(cors.current()).toEqual({ origin: A, ...CATS });
    await cors.update({ ...cors.current(), origin: B });
    expect(cors.current()).toEqual({ origin: B, ...CATS });
  });

  describe('and sources that decide after the guards', () => {
    const AFTER: CorsModuleOptions = { ...CATS, origin: TenantOrigins };

    it('cannot bring the first one', async () => {
      const { cors, get } = await start({ ...CATS, origin: A });
      const before = JSON.stringify(cors.routes());
      const error = await caught(() => cors.update(AFTER));
      expect(error.problems.map(({ code, where }) => [code, where])).toEqual(
        ['list', 'remove', 'slow', 'own', 'named', 'events'].map((name) => [
          'origin-source-after-guards',
          `CatsController#${name}`,
        ]),
      );
      expect(error.message).toMatch(/TenantOrigins decides after the guards, but when the app started/);
      expect(JSON.stringify(cors.routes())).toBe(before);
      expect(corsHeaders(await get('/cats', A))).toEqual(expected({ acao: A, vary: 'Origin' }));
    });

    it('takes one where the app had one when it started, also for routes that had none', async () => {
      const { cors, get } = await start({ ...CATS, origin: B }, GuardedController);
      expect((await get('/cats', 'https://evil.example')).status).toBe(200);
      await cors.update(AFTER);
      for (const path of ['/cats', '/cats/named', '/cats/events', '/guarded']) {
        const allowed = await get(path, A);
        expect([allowed.status, corsHeaders(allowed)]).toEqual([200, expected({ acao: A, vary: 'Origin' })]);
        const refused = await get(path, 'https://evil.example');
        expect([refused.status, corsHeaders(refused)]).toEqual([403, expected({ vary: 'Origin' })]);
      }
      await cors.update({ ...CATS, origin: B });
      expect((await get('/cats', 'https://evil.example')).status).toBe(200);
      await cors.update(AFTER);
      expect((await get('/cats', 'https://evil.example')).status).toBe(403);
    });

    it('cannot put one on a path that no controller serves', async () => {
      const { cors } = await start({ ...CATS, origin: A }, GuardedController);
      const routes = [{ path: '/graphql', policy: { origin: TenantOrigins } }];
      const error = await caught(() => cors.update({ ...CATS, origin: A, routes }));
      expect(error.problems.map(({ code, where }) => [code, where])).toEqual([
        ['origin-source-after-guards', 'options.routes[0]'],
      ]);
    });
  });

  async function caught(run: () => Promise<void>): Promise<CorsConfigurationError> {
    try {
      await run();
    } catch (error) {
      if (error instanceof CorsConfigurationError) return error;
      throw error;
    }
    throw new Error('nothing was thrown');
  }

  it('throws before the app is initialized, and without HTTP', async () => {
    const created = await NestFactory.create(moduleOf(CATS), createAdapter(platform) as never, {
      logger: false,
    });
    const context = await NestFactory.createApplicationContext(moduleOf(CATS), { logger: false });
    const uninitialized: readonly [INestApplication | typeof context, string][] = [
      [created, 'The routes are not known yet: call this after app.init() or app.listen().'],
      [context, 'This app serves no HTTP'],
    ];
    for (const [app, message] of uninitialized) {
      expect(() => app.get(CorsService).current()).toThrow(message);
      await expect(app.get(CorsService).update({})).rejects.toThrow(message);
      await expect(app.get(CorsService).check({})).rejects.toThrow(message);
      await expect(app.get(CorsService).addOrigins(A)).rejects.toThrow(message);
      await expect(app.get(CorsService).removeOrigins(A)).rejects.toThrow(message);
    }
    await created.close();
    await context.close();
  });
});

describe.each(PLATFORMS)('CorsService.update() under load, on %s', (platform) => {
  const asked = (origin: string): Promise<boolean> =>
    new Promise((resolve) => {
      setImmediate(() => resolve(origin === A));
    });
  /** Two policies that differ in all that shows, of which one has to be asked. */
  const FIRST: CorsModuleOptions = {
    ...CATS,
    origin: asked,
    credentials: true,
    exposedHeaders: 'x-first',
    allowedHeaders: 'x-one',
    maxAge: 1,
  };
  const SECOND: CorsModuleOptions = {
    ...CATS,
    origin: [A, B],
    exposedHeaders: ['x-second', 'x-third'],
    allowedHeaders: ['x-one', 'x-two'],
    maxAge: 2,
    optionsSuccessStatus: 200,
  };
  const vary = 'Origin';
  const KINDS: readonly {
    readonly method: string;
    readonly headers: Record<string, string>;
    /** Status and headers under each of the two. */
    readonly answers: readonly (readonly [status: number, headers: object])[];
  }[] = [
    {
      method: 'GET',
      headers: { origin: A },
      answers: [
        [200, expected({ acao: A, acac: 'true', aceh: 'x-first', vary })],
        [200, expected({ acao: A, aceh: 'x-second, x-third', vary })],
      ],
    },
    {
      method: 'GET',
      headers: { origin: B },
      answers: [
        [200, expected({ vary })],
        [200, expected({ acao: B, aceh: 'x-second, x-third', vary })],
      ],
    },
    {
      method: 'OPTIONS',
      headers: preflightHeaders(A, 'DELETE', 'x-one'),
      answers: [
        [
          204,
          expected({ acao: A, acac: 'true', acam: 'DELETE', acah: 'x-one', acma: '1', vary: PREFLIGHT_VARY }),
        ],
        [200, expected({ acao: A, acam: 'DELETE', acah: 'x-one', acma: '2', vary: PREFLIGHT_VARY })],
      ],
    },
  ];

  const start = appsOfSuite();
  let running: RunningApp;
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  beforeAll(async () => {
    running = await start(platform, moduleOf(FIRST));
  });
  afterAll(() => agent.destroy());

  it('answers each request by exactly one of the policies', async () => {
    const cors = running.app.get(CorsService);
    const seen = KINDS.map(() => [0, 0]);
    const mixed: unknown[] = [];
    const load = { isOver: false };
    const visitor = async (kind: number): Promise<void> => {
      const { method, headers, answers } = KINDS[kind] as (typeof KINDS)[number];
      while (!load.isOver) {
        const answer = await answerTo(method, headers);
        const which = answers.findIndex((expectedAnswer) => equal(answer, expectedAnswer));
        if (which === -1) mixed.push(answer);
        else (seen[kind] as number[])[which]!++;
      }
    };
    const visitors = Array.from({ length: 12 }, (_, index) => visitor(index % KINDS.length));
    let refused = 0;
    for (let count = 0; count < 100; count++) {
      await cors.update(count % 2 === 0 ? SECOND : FIRST);
      if (count % 10 === 5) {
        await expect(cors.update({ ...FIRST, origin: '*' } as never)).rejects.toThrow(CorsConfigurationError);
        refused++;
      }
      await new Promise((resolve) => {
        setTimeout(resolve, count % 4);
      });
    }
    load.isOver = true;
    await Promise.all(visitors);
    expect(mixed).toEqual([]);
    expect(refused).toBe(10);
    for (const counts of seen) for (const count of counts) expect(count).toBeGreaterThan(5);
  });

  function answerTo(
    method: string,
    headers: Record<string, string>,
  ): Promise<readonly [status: number, headers: object]> {
    return new Promise((resolve, reject) => {
      const target = { host: '127.0.0.1', port: running.port, path: '/cats', method, headers, agent };
      httpRequest(target, (response) => {
        const raw = response.rawHeaders;
        const lines = raw.flatMap((name, index) =>
          index % 2 === 0 ? [[name, raw[index + 1] as string] as const] : [],
        );
        response.resume();
        response.on('end', () =>
          resolve([response.statusCode as number, corsHeaders({ status: 0, headers: {}, body: '', lines })]),
        );
      })
        .on('error', reject)
        .end();
    });
  }

  function equal(a: unknown, b: unknown): boolean {
    return JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
  }

  function sorted(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(sorted);
    return typeof value === 'object'
      ? Object.entries(value as object)
          .map(String)
          .toSorted()
      : value;
  }
});

describe.each(PLATFORMS)(`update(current()) on %s (seed ${seed})`, (platform: Platform) => {
  const start = appsOfSuite();
  let app: INestApplication;
  beforeAll(async () => {
    ({ app } = await start(platform, moduleOf({ ...CATS, origin: A })));
  });

  it('changes nothing, whatever the options', async () => {
    const cors = app.get(CorsService);
    let accepted = 0;
    const verdicts = async (): Promise<readonly unknown[]> => {
      const requests = ORIGINS.flatMap((origin) =>
        ['/cats', '/cats/own', '/cats/named', '/files/a', '/graphql', '/nowhere'].flatMap((url) => [
          { method: 'GET', url, headers: { origin } },
          { method: 'OPTIONS', url, headers: preflightHeaders(origin, 'DELETE', 'x-one') },
        ]),
      );
      return Promise.all(
        requests.map(async (request) => {
          const { allowed, reason, fields, status, message } = await cors.explain(request);
          return { allowed, reason, fields, status, message };
        }),
      );
    };
    await fc.assert(
      fc.asyncProperty(options, async (given) => {
        try {
          await cors.update(given);
        } catch (error) {
          // Two layers that are wrong together.
          if (error instanceof CorsConfigurationError) return fc.pre(false);
          throw error;
        }
        accepted++;
        const before = [cors.routes(), await verdicts()];
        const current = cors.current();
        await cors.update(current);
        expect(cors.current()).toEqual(current);
        expect([cors.routes(), await verdicts()]).toEqual(before);
      }),
      { seed, numRuns: 100 },
    );
    expect(accepted).toBe(100);
  });
});
