import type { ServerResponse } from 'node:http';
import { runInThisContext } from 'node:vm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Module,
  Next,
  type DynamicModule,
  type ExecutionContext,
  type INestApplication,
  type LoggerService,
  type Type,
} from '@nestjs/common';
import { ApplicationConfig } from '@nestjs/core';
import { AllowOrigin, CorsModule, CorsService, type OriginSourceAfterGuards } from '../../lib/index.js';
import { CorsInterceptor } from '../../lib/http/cors.interceptor.js';
import { PLATFORMS, startApp, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send, type WireRequest, type WireResponse } from '../support/http.js';
import { appsOfSuite } from '../support/suites.js';
import {
  A,
  B,
  EVIL,
  FIXED,
  globalRecorder,
  InterceptedModule,
  ran,
  TenantOrigins,
  TenantsModule,
} from './after-guards/app.js';

class Errors implements LoggerService {
  readonly all: string[] = [];
  error(message: string): void {
    this.all.push(message);
  }
  warn(): void {}
  log(): void {}
}

/** The real one. Jest hands out a copy, whose listeners are others. */
const realProcess = runInThisContext('process') as NodeJS.Process;

const REFUSED = expected({ vary: 'Origin' });

function readableBy(origin: string): object {
  // Express varies its redirects on `Accept` as well.
  return expected({
    acao: origin,
    acac: 'true',
    vary: expect.stringMatching(/^(Accept, )?Origin$/) as never,
  });
}

/** What Nest answers where a guard refuses. */
const FORBIDDEN = JSON.stringify({ message: 'Forbidden resource', error: 'Forbidden', statusCode: 403 });

describe.each(PLATFORMS)('a source that decides after the guards, on %s', (platform) => {
  const start = appsOfSuite();
  let running: RunningApp;
  const logger = new Errors();
  const failures: string[] = [];
  beforeAll(async () => {
    running = await start(platform, TenantsModule, { logger, prepare });
  });
  beforeEach(() => {
    ran.length = 0;
    failures.push(...logger.all.splice(0));
  });

  /** A middleware that answers in place of the handler, as caches do. */
  function prepare(app: INestApplication): void {
    app.use((request: WireRequest, response: ServerResponse, next: () => void) => {
      const status = request.headers?.['x-answer'];
      if (status === undefined) next();
      else response.writeHead(JSON.parse(String(status)) as number).end();
    });
  }

  function get(path: string, origin?: string, tenant?: string, more?: WireRequest): Promise<WireResponse> {
    const headers = {
      ...more?.headers,
      ...(origin !== undefined && { origin }),
      ...(tenant !== undefined && { 'x-api-key': tenant }),
    };
    return send(running.port, { ...more, path, headers });
  }

  const HANDLERS: readonly [path: string, status: number, body: RegExp][] = [
    ['/tenants', 200, /^read$/],
    ['/tenants/slow', 200, /^slow$/],
    ['/tenants/promise', 200, /^promise$/],
    ['/tenants/observable', 200, /^observable$/],
    ['/tenants/stream', 200, /^stream$/],
    ['/tenants/events', 200, /data: event/],
    ['/tenants/slow-events', 200, /data: event/],
    ['/tenants/response', 200, /^response$/],
    ['/tenants/raw', 200, /^raw$/],
    ['/tenants/redirect', 302, /elsewhere|^$/],
    ['/tenants/fails', 418, /teapot/],
  ];

  it.each(HANDLERS)(
    'lets the handler run for the tenant whose origin it is: %s',
    async (path, status, body) => {
      const response = await get(path, A, 'a');
      expect([response.status, corsHeaders(response)]).toEqual([status, readableBy(A)]);
      expect(response.body).toMatch(body);
      expect(ran).toEqual([
        'mayAllow',
        'auth guard',
        expect.stringMatching(/^allows a TenantsController#\w+$/),
        'handler',
      ]);
    },
  );

  it.each(HANDLERS)('refuses another tenant with 403 before the handler runs: %s', async (path) => {
    const response = await get(path, A, 'b');
    expect([response.status, response.body, corsHeaders(response)]).toEqual([403, FORBIDDEN, REFUSED]);
    expect(ran.slice(0, 2)).toEqual(['mayAllow', 'auth guard']);
    expect(ran).not.toContain('handler');
  });

  it('decides for controllers that have an instance for each request', async () => {
    const allowed = await get('/scoped', B, 'b');
    expect([allowed.status, allowed.body, corsHeaders(allowed)]).toEqual([
      200,
      'scoped',
      expected({ acao: B, vary: 'Origin' }),
    ]);
    ran.length = 0;
    const refused = await get('/scoped', B, 'a');
    expect([refused.status, corsHeaders(refused)]).toEqual([403, REFUSED]);
    expect(ran).not.toContain('handler');
  });

  it.each([
    ['no Origin', undefined, []],
    ['an origin that a fixed entry allows', FIXED, []],
  ])('is not asked about %s', async (_, origin, asked) => {
    const response = await get('/tenants', origin, 'a');
    expect([response.status, response.body]).toEqual([200, 'read']);
    expect(corsHeaders(response)).toEqual(origin === undefined ? REFUSED : readableBy(origin));
    expect(ran).toEqual([...asked, 'auth guard', 'handler']);
  });

  it.each(['null', 'https://a.example.com/', `${A}, ${A}`, 'http://plain.example.com'])(
    'is not asked about %s, which is refused',
    async (origin) => {
      const response = await get('/tenants', origin, 'a');
      expect([response.status, corsHeaders(response), ran]).toEqual([403, REFUSED, ['auth guard']]);
    },
  );

  it.each([
    ['/tenants/open', expected({ acao: '*' })],
    ['/tenants/closed', {}],
  ])('has no say at %s', async (path, headers) => {
    const response = await get(path, EVIL, 'b');
    expect([response.status, corsHeaders(response), ran]).toEqual([200, headers, ['auth guard', 'handler']]);
  });

  describe('never refuses a request from the same origin', () => {
    it('of which the browser says so', async () => {
      const response = await get('/tenants', EVIL, 'a', { headers: { 'sec-fetch-site': 'same-origin' } });
      expect([response.status, response.body]).toEqual([200, 'read']);
      expect(corsHeaders(response)).toEqual(REFUSED);
    });

    it('of which the host says so', async () => {
      const response = await get('/tenants', 'https://own.example', 'a', {
        headers: { host: 'own.example' },
      });
      expect([response.status, response.body, corsHeaders(response)]).toEqual([200, 'read', REFUSED]);
    });

    it('but one that only has the same site', async () => {
      const response = await get('/tenants', EVIL, 'a', { headers: { 'sec-fetch-site': 'same-site' } });
      expect(response.status).toBe(403);
    });
  });

  describe('says by mayAllow() who may read what leaves before it has decided', () => {
    it.each([A, B])('approves the preflight of every tenant: %s', async (origin) => {
      const headers = preflightHeaders(origin, 'PUT', 'x-api-key');
      const response = await send(running.port, { method: 'OPTIONS', path: '/tenants', headers });
      expect([response.status, corsHeaders(response)]).toEqual([
        204,
        expected({ acao: origin, acac: 'true', acam: 'PUT', acah: 'x-api-key', vary: PREFLIGHT_VARY }),
      ]);
    });

    it('refuses the preflight of anybody else', async () => {
      const headers = preflightHeaders(EVIL, 'GET');
      const response = await send(running.port, { method: 'OPTIONS', path: '/tenants', headers });
      expect([response.status, corsHeaders(response), ran]).toEqual([
        403,
        expected({ vary: PREFLIGHT_VARY }),
        ['mayAllow preflight'],
      ]);
    });

    const ERRORS: readonly [title: string, path: string, status: number, more: WireRequest][] = [
      ['the 401 of a guard', '/tenants', 401, {}],
      ['the 401 before a slow source', '/tenants/slow', 401, {}],
      ['a redirect of a middleware', '/tenants', 302, { headers: { 'x-answer': '302' } }],
      ['a 500 of a middleware', '/tenants/slow', 500, { headers: { 'x-answer': '500' } }],
      [
        'the 400 of a body parser',
        '/tenants',
        400,
        {
          method: 'POST',
          body: '{',
          headers: { 'content-type': 'application/json', 'content-length': '1' },
        },
      ],
    ];

    it.each(ERRORS)('%s', async (_, path, status, more) => {
      const allowed = await get(path, A, undefined, more);
      expect([allowed.status, corsHeaders(allowed)]).toEqual([status, readableBy(A)]);
      const refused = await get(path, EVIL, undefined, more);
      expect([refused.status, corsHeaders(refused)]).toEqual([status, REFUSED]);
      expect(ran).not.toContain('handler');
    });

    it('a 404, by the default policy', async () => {
      const [allowed, refused] = [await get('/nowhere', A), await get('/nowhere', EVIL)];
      expect([allowed.status, corsHeaders(allowed)]).toEqual([404, expected({ acao: A, vary: 'Origin' })]);
      expect([refused.status, corsHeaders(refused)]).toEqual([404, REFUSED]);
    });

    // Node takes a status that is text, too.
    it.each([200, 204, 206, 304, '200', '304'])(
      'but never %j, in which a caller has content',
      async (status) => {
        const more = { headers: { 'x-answer': JSON.stringify(status) } };
        for (const path of ['/tenants', '/tenants/slow', '/nowhere']) {
          const response = await get(path, A, undefined, more);
          expect([response.status, corsHeaders(response)]).toEqual([Number(status), REFUSED]);
        }
        expect(corsHeaders(await get('/tenants', FIXED, undefined, more))).toEqual(readableBy(FIXED));
      },
    );
  });

  it('has the last word, whatever it said before the guards', async () => {
    const response = await get('/tenants/contrary', A, 'a');
    expect([response.status, corsHeaders(response)]).toEqual([200, readableBy(A)]);
    expect(corsHeaders(await get('/tenants/contrary', A))).toEqual(REFUSED);
  });

  describe('under enforce', () => {
    it('keeps those whom no tenant knows away from the other guards', async () => {
      const response = await get('/tenants/enforced', EVIL);
      expect([response.status, ran]).toEqual([403, ['mayAllow']]);
    });

    it('decides about the others after them', async () => {
      expect((await get('/tenants/enforced', A)).status).toBe(401);
      expect((await get('/tenants/enforced', A, 'b')).status).toBe(403);
      expect((await get('/tenants/enforced', A, 'a')).status).toBe(200);
    });
  });

  describe('beside a source that needs no guards', () => {
    it('is not asked where that allows the origin', async () => {
      const response = await get('/tenants/beside', EVIL, 'a');
      expect([response.status, corsHeaders(response)]).toEqual([200, readableBy(EVIL)]);
      expect(ran).toEqual(['plain', 'auth guard', 'handler']);
      const early = await get('/tenants/beside', EVIL, undefined, { headers: { 'x-answer': '200' } });
      expect(corsHeaders(early)).toEqual(readableBy(EVIL));
    });

    it('decides where that does not, which is asked once', async () => {
      expect((await get('/tenants/beside', A, 'a')).status).toBe(200);
      expect(ran).toEqual([
        'plain',
        'mayAllow',
        'auth guard',
        'allows a TenantsController#beside',
        'handler',
      ]);
    });

    it('has to agree with it where merge: restrict says so, and each is asked once', async () => {
      const allowed = await get('/tenants/both', A, 'a');
      expect([allowed.status, corsHeaders(allowed)]).toEqual([200, readableBy(A)]);
      expect(ran.toSorted()).toEqual(
        ['allows a TenantsController#both', 'auth guard', 'handler', 'mayAllow', 'plain'].toSorted(),
      );
      expect((await get('/tenants/both', A, 'b')).status).toBe(403);
      expect((await get('/tenants/both', EVIL, 'a')).status).toBe(403);
    });
  });

  describe('63: that fails refuses, and fails nothing else', () => {
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    beforeAll(() => void realProcess.on('unhandledRejection', note));
    afterAll(async () => {
      // Until the last of those that reject late has done so.
      await new Promise((resolve) => {
        setTimeout(resolve, 100);
      });
      realProcess.off('unhandledRejection', note);
      expect(unhandled).toEqual([]);
    });

    it.each(['throws', 'rejects', 'answers-text', 'hangs', 'rejects-late'])(
      'after the guards: %s',
      async (how) => {
        const response = await get(`/failing/${how}`, A, 'a');
        expect([response.status, response.body, corsHeaders(response)]).toEqual([403, FORBIDDEN, REFUSED]);
        expect(ran).not.toContain('handler');
      },
    );

    it.each(['throws', 'rejects', 'answers-text', 'hangs', 'rejects-late'])(
      'before them: %s',
      async (how) => {
        const response = await get(`/failing-first/${how}`, A);
        expect([response.status, corsHeaders(response)]).toEqual([401, REFUSED]);
        const headers = preflightHeaders(A, 'GET');
        const preflight = await send(running.port, {
          method: 'OPTIONS',
          path: `/failing-first/${how}`,
          headers,
        });
        expect([preflight.status, corsHeaders(preflight)]).toEqual([403, expected({ vary: PREFLIGHT_VARY })]);
      },
    );
  });

  it('is explained: mayAllow() answers, and who calls is not known', async () => {
    const { app } = running;
    const explain = (origin: string, path = '/tenants') =>
      app.get(CorsService).explain({ method: 'GET', url: path, headers: { origin } });
    const may = await explain(A);
    expect([may.allowed, may.reason, may.status]).toEqual([true, 'origin-may-be-allowed', undefined]);
    expect(may.message).toMatch(/leaves the origin to TenantOrigins, which decides after the guards/);
    expect(may.steps.map(({ step, reason }) => [step, reason])).toContainEqual([
      'enforce',
      'enforce-after-guards',
    ]);
    const not = await explain(EVIL);
    expect([not.allowed, not.reason, not.status]).toEqual([false, 'origin-not-allowed', undefined]);
    expect(not.message).toMatch(/Whether the handler runs is decided after the guards\.$/);
    expect((await explain('null')).status).toBe(403);
    expect((await explain(EVIL, '/tenants/enforced')).status).toBe(403);
    expect((await explain(FIXED)).reason).toBe('origin-allowed');
    const preflight = await app
      .get(CorsService)
      .explain({ method: 'OPTIONS', url: '/tenants', headers: preflightHeaders(A, 'GET') });
    expect([preflight.allowed, preflight.status]).toEqual([true, 204]);
  });

  it('logs its failures: one line in a minute', async () => {
    expect(failures).toEqual([
      expect.stringMatching(
        /^The origin source FailingOrigins of FailingController failed, so the origin was refused: /,
      ),
    ]);
  });
});

describe('a handler of Express that passes the request on', () => {
  /** What the source has been asked about. */
  const asked: string[] = [];

  class ByHandler implements OriginSourceAfterGuards {
    readonly after = 'guards';
    allows(_origin: string, context: ExecutionContext): Promise<boolean> {
      asked.push(context.getHandler().name);
      return Promise.resolve(context.getHandler().name === 'first');
    }
    mayAllow(): boolean {
      return true;
    }
  }

  @Controller('cats')
  @AllowOrigin(new ByHandler())
  class CatsController {
    @Get(':first') first(@Next() next: () => void): void {
      next();
    }
    @Get(':second') second(): string {
      return 'second';
    }
  }

  @Module({ imports: [CorsModule.forRoot({})], controllers: [CatsController] })
  class CatsModule {}

  it('allows nothing to the next one, about which the source is asked again', async () => {
    const { app, port } = await startApp('express', CatsModule);
    const response = await send(port, { path: '/cats/tom', headers: { origin: A } });
    await app.close();
    expect(asked).toEqual(['first', 'second']);
    expect([response.status, corsHeaders(response)]).toEqual([403, REFUSED]);
  });
});

describe.each(PLATFORMS)('the interceptor on %s', (platform) => {
  let app: INestApplication | undefined;
  afterEach(() => app?.close());

  async function start(
    module: Type | DynamicModule,
    prepare?: (created: INestApplication) => void,
  ): Promise<number> {
    const started = await startApp(platform, module, prepare && { prepare });
    app = started.app;
    return started.port;
  }

  it('is the outermost of every kind of interceptor', async () => {
    const port = await start(InterceptedModule, (created) => created.useGlobalInterceptors(globalRecorder));
    ran.length = 0;
    const headers = { origin: A, 'x-api-key': 'a' };
    const response = await send(port, { path: '/intercepted', headers });
    expect([response.status, corsHeaders(response)]).toEqual([200, expected({ acao: A, vary: 'Origin' })]);
    expect(ran).toEqual([
      'mayAllow',
      'auth guard',
      'allows a InterceptedController#read',
      'APP_INTERCEPTOR',
      'useGlobalInterceptors()',
      'request-scoped APP_INTERCEPTOR',
      'of the controller',
      'of the handler',
      'handler',
    ]);
    ran.length = 0;
    const refused = await send(port, { path: '/intercepted', headers: { ...headers, 'x-api-key': 'b' } });
    expect([refused.status, ran]).toEqual([
      403,
      ['mayAllow', 'auth guard', 'allows b InterceptedController#read'],
    ]);
  });

  @Controller('cats')
  class CatsController {
    @Get() @AllowOrigin((origin) => Promise.resolve(origin === A)) list() {
      return 'cats';
    }
    @Get('enforced') @AllowOrigin(A, { enforce: true }) one() {
      return 'cat';
    }
  }

  /** An app with these options, and with a source that decides after the guards. */
  function moduleOf(options: object, controllers: Type[]): DynamicModule {
    @Module({})
    class AppModule {}
    return {
      module: AppModule,
      imports: [CorsModule.forRoot(options)],
      controllers,
      providers: [TenantOrigins],
    };
  }

  it.each<[title: string, options: object, controllers: Type[], registered: number]>([
    ['no source', { origin: A }, [CatsController], 0],
    [
      'a policy that no route uses',
      { policies: { tenants: { origin: TenantOrigins } } },
      [CatsController],
      0,
    ],
    ['a default that every route replaces', { origin: TenantOrigins }, [CatsController], 0],
    ['no route', { origin: TenantOrigins }, [], 0],
    ['one route', { origin: TenantOrigins }, [CatsController, plainController()], 1],
  ])('is there exactly when a route has such a policy: %s', async (_, options, controllers, registered) => {
    await start(moduleOf(options, controllers));
    const all = (app as INestApplication).get(ApplicationConfig).getGlobalInterceptors();
    expect(all.filter((one) => one instanceof CorsInterceptor)).toHaveLength(registered);
    expect(all).toHaveLength(registered);
  });

  function plainController(): Type {
    @Controller('plain')
    class PlainController {
      @Get() read() {
        return 'plain';
      }
    }
    return PlainController;
  }
});
