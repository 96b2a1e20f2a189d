import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Module,
  Next,
  Param,
  Put,
  Version,
  VersioningType,
  type INestApplication,
} from '@nestjs/common';
import {
  AllowOrigin,
  CorsModule,
  CorsService,
  NoCors,
  UseCorsPolicy,
  type CorsRequest,
  type OriginFunction,
  type OriginSource,
} from '../../lib/index.js';
import { PLATFORMS, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send, type WireResponse } from '../support/http.js';
import { appsOfSuite } from '../support/suites.js';

const A = 'https://a.example';
const FIXED = 'https://fixed.example';

/** What sources have seen of requests, copied while they saw it. */
const seen: Record<string, unknown>[] = [];

const note: OriginFunction = (origin, request) => {
  const { method, path, host, params, preflight } = request;
  seen.push({ method, path, host: host.replace(/:\d+$/, ''), params, preflight });
  return origin === A;
};

/** Notes as {@link note} does, and only later, when the request has long gone on. */
const noteLater: OriginFunction = async (origin, request) => {
  await Promise.resolve();
  return note(origin, request);
};

/** Asked for by an abstract class, which stands for whatever provides it. */
abstract class Directory implements OriginSource {
  abstract allows(origin: string, request: CorsRequest): Promise<boolean>;
}

@Injectable()
class DatabaseDirectory extends Directory {
  async allows(origin: string, request: CorsRequest): Promise<boolean> {
    return Promise.resolve(note(origin, request));
  }
}

/** A request, as far as the app's middleware has to do with it. */
interface PlainRequest {
  url: string;
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** A source that is no class of Nest's. */
const instance: OriginSource = { timeout: 40, allows: () => new Promise(() => {}) };

@Controller('tenants/:tenant')
@AllowOrigin(note)
class TenantsController {
  @Get() read() {
    return 'read';
  }
  @Put('orders/:order') put() {}
  @Get('files/*') files() {}
  @Get('later/:order') @AllowOrigin(noteLater) later() {}
  @Get('versions/:id') @Version('1') first() {}
  @Get('versions/:id') @Version('2') second() {}
  @Get('mixed/:id') @Version('1') mixed() {}
  @Get('mixed/:name') @Version('2') mixedToo() {}
}

/** Two handlers for one path, which Fastify does not take. */
@Controller('tenants/:tenant')
@AllowOrigin(note)
class PassingController {
  @Get('passed/:first') passing(@Next() next: () => void) {
    next();
  }
  @Get('passed/:second') @AllowOrigin({ origin: note, enforce: true, exposedHeaders: 'x-second' }) passed() {
    return 'passed';
  }
}

/** Each tenant has one origin. */
const ofTenant: OriginFunction = (origin, request) => {
  void note(origin, request);
  return origin === `https://${request.params?.['tenant']}.example`;
};

@Controller('data')
@AllowOrigin(ofTenant)
class DataController {
  @Get(':tenant') data(@Param('tenant') tenant: string) {
    return tenant;
  }
  @Get(':tenant/enforced') @AllowOrigin({ origin: ofTenant, enforce: true }) enforced(
    @Param('tenant') tenant: string,
  ) {
    return tenant;
  }
}

/** Each says something of who may read, so that only a middleware leads to it from below an open entry. */
@Controller('data/:tenant')
class DecoratedController {
  @Get('shut') @NoCors() shut() {
    return 'shut';
  }
  @Get('walled') @AllowOrigin(FIXED, { enforce: true }) walled() {
    return 'walled';
  }
  @Get('cookies') @AllowOrigin({ credentials: true }) cookies() {
    return 'cookies';
  }
}

@Controller('data/:tenant')
class UndecoratedController {
  @Get('plain') plain() {
    return 'plain';
  }
}

@Controller('sources')
class SourcesController {
  @Get('abstract') @AllowOrigin(Directory) abstract() {}
  @Get('named') @UseCorsPolicy('directory') named() {}
  @Get('default') default() {}
  @Get('hangs') @AllowOrigin(FIXED, instance) hangs() {
    return 'still served';
  }
}

@Module({
  imports: [
    CorsModule.forRoot({
      origin: [FIXED, 'https://*.fixed.example', Directory],
      policies: { directory: { origin: [FIXED, Directory], credentials: true } },
      routes: [
        { path: '/entry/:id', policy: { origin: note } },
        { path: '/everybody', policy: { origin: '*' } },
      ],
    }),
  ],
  controllers: [
    TenantsController,
    DataController,
    DecoratedController,
    UndecoratedController,
    SourcesController,
  ],
  providers: [{ provide: Directory, useClass: DatabaseDirectory }],
})
class AppModule {}

describe.each(PLATFORMS)('the request that sources see, on %s', (platform) => {
  const startApp = appsOfSuite();
  let running: RunningApp;
  beforeAll(async () => {
    running = await startApp(
      platform,
      { module: AppModule, controllers: platform === 'express' ? [PassingController] : [] },
      { prepare },
    );
  });
  beforeEach(() => {
    seen.length = 0;
  });

  function prepare(app: INestApplication): void {
    app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });
    app.use((request: PlainRequest, _response: unknown, next: () => void) => {
      request.url = request.headers['x-rewrite-to'] ?? request.url;
      next();
    });
  }

  function get(path: string, origin = A, headers: Record<string, string> = {}): Promise<WireResponse> {
    return send(running.port, { path, headers: { ...headers, origin } });
  }

  function preflight(path: string, method: string, origin = A): Promise<WireResponse> {
    return send(running.port, { method: 'OPTIONS', path, headers: preflightHeaders(origin, method) });
  }

  /** What the one source has seen that was asked. */
  function once(): Record<string, unknown> | undefined {
    expect(seen).toHaveLength(1);
    return seen[0];
  }

  it('has method, path, host and parameters', async () => {
    await get('/tenants/acme?x=1');
    expect(once()).toEqual({
      method: 'GET',
      path: '/tenants/acme',
      host: '127.0.0.1',
      params: { tenant: 'acme' },
      preflight: false,
    });
  });

  it('is on a preflight what is known of the actual request', async () => {
    const response = await preflight('/tenants/acme/orders/7?x=1', 'PUT');
    expect(response.status).toBe(204);
    expect(once()).toEqual({
      method: 'PUT',
      path: '/tenants/acme/orders/7',
      host: '127.0.0.1',
      params: { tenant: 'acme', order: '7' },
      preflight: true,
    });
  });

  it.each<[title: string, path: string, params: object]>([
    ['decoded, the path being as it was sent', '/tenants/a%20b%2Fc', { tenant: 'a b/c' }],
    ['for a source that is asked later', '/tenants/acme/later/7', { tenant: 'acme', order: '7' }],
  ])('has parameters %s', async (_, path, params) => {
    await get(path);
    expect(once()).toMatchObject({ path, params });
    seen.length = 0;
    await preflight(path, 'GET');
    expect(once()).toMatchObject({ path, params });
  });

  it('has as one string what a wildcard covers', async () => {
    const params = { tenant: 'acme', [platform === 'fastify' ? '*' : 'path']: 'a/b c' };
    await get('/tenants/acme/files/a/b%20c');
    expect(once()).toMatchObject({ params });
    seen.length = 0;
    await preflight('/tenants/acme/files/a/b%20c', 'GET');
    expect(once()).toMatchObject({ params });
  });

  it('has on a preflight the parameters that all versions have in common', async () => {
    await preflight('/tenants/acme/versions/7', 'GET');
    expect(once()).toMatchObject({ params: { tenant: 'acme', id: '7' } });
    seen.length = 0;
    await preflight('/tenants/acme/mixed/7', 'GET');
    expect(once()).toMatchObject({ params: undefined });
    seen.length = 0;
    await get('/tenants/acme/mixed/7', A, { 'x-version': '2' });
    expect(once()).toMatchObject({ params: { tenant: 'acme', name: '7' } });
  });

  it('has no parameters where no route of Nest serves the path', async () => {
    await get('/entry/7');
    expect(once()).toMatchObject({ path: '/entry/7', params: undefined });
    seen.length = 0;
    await get('/nowhere');
    expect(once()).toMatchObject({ path: '/nowhere', params: undefined });
  });

  it('cannot be changed, nor what it is made of', async () => {
    const attempts: unknown[] = [];
    const cors = running.app.get(CorsService);
    const before = cors.current();
    await cors.update({
      ...before,
      origin: (_origin, request) => {
        const writable = request as { -readonly [K in keyof CorsRequest]: CorsRequest[K] };
        for (const name of ['method', 'path', 'host', 'params', 'preflight'] as const) {
          try {
            writable[name] = 'x' as never;
          } catch (error) {
            attempts.push(error);
          }
        }
        try {
          (request.params as Record<string, string>)['id'] = 'x';
        } catch (error) {
          attempts.push(error);
        }
        return true;
      },
    });
    await get('/sources/default');
    await cors.update(before);
    expect(attempts).toHaveLength(6);
    for (const attempt of attempts) expect(attempt).toBeInstanceOf(TypeError);
  });

  it('is explained with the same', async () => {
    const cors = running.app.get(CorsService);
    await cors.explain({ method: 'GET', url: '/tenants/acme', headers: { origin: A } });
    expect(once()).toMatchObject({ params: { tenant: 'acme' }, preflight: false });
    seen.length = 0;
    const headers = preflightHeaders(A, 'PUT');
    await cors.explain({ method: 'OPTIONS', url: '/tenants/acme/orders/7', headers });
    expect(once()).toMatchObject({ method: 'PUT', params: { tenant: 'acme', order: '7' }, preflight: true });
  });

  describe('sources', () => {
    it.each([
      ['by an abstract class', '/sources/abstract', { acao: A }],
      ['of a named policy', '/sources/named', { acao: A, acac: 'true' }],
      ['of the module options', '/sources/default', { acao: A }],
      ['of the module options, for what no route serves', '/nowhere', { acao: A }],
    ])('%s are asked', async (_, path, headers) => {
      expect(corsHeaders(await get(path))).toEqual(expected({ ...headers, vary: 'Origin' }));
      expect(seen).toHaveLength(1);
      expect(corsHeaders(await get(path, 'https://b.example'))).toEqual(expected({ vary: 'Origin' }));
    });

    it.each(['/sources/named', '/sources/default', '/nowhere', '/sources/hangs'])(
      'are never waited for where a fixed entry beside them allows: %s',
      async (path) => {
        expect((await get(path, FIXED)).headers['access-control-allow-origin']).toBe(FIXED);
        expect(seen).toEqual([]);
      },
    );

    it('that hang refuse when their time is up', async () => {
      const started = performance.now();
      const response = await get('/sources/hangs');
      expect([response.status, response.body]).toEqual([200, 'still served']);
      expect(corsHeaders(response)).toEqual(expected({ vary: 'Origin' }));
      const refused = await preflight('/sources/hangs', 'GET');
      expect([refused.status, corsHeaders(refused)]).toEqual([403, expected({ vary: PREFLIGHT_VARY })]);
      expect(performance.now() - started).toBeGreaterThan(75);
    });
  });

  describe('where a middleware changes the URL', () => {
    const to = (url: string): Record<string, string> => ({ 'x-rewrite-to': url });
    // The router of Fastify has read the URL by then.
    const reached = platform === 'express' ? 'globex' : 'acme';
    const other = platform === 'express' ? 'acme' : 'globex';

    it.each(['/data/acme', '/nowhere', '/entry/7'])(
      'it is the one of the route that answers: %s',
      async (path) => {
        if (platform === 'fastify' && path !== '/data/acme') return;
        const allowed = await get(path, `https://${reached}.example`, to('/data/globex'));
        expect([allowed.status, allowed.body]).toEqual([200, reached]);
        expect(corsHeaders(allowed)).toEqual(
          expected({ acao: `https://${reached}.example`, vary: 'Origin' }),
        );
        const refused = await get(path, `https://${other}.example`, to('/data/globex'));
        expect([refused.status, refused.body]).toEqual([200, reached]);
        expect(corsHeaders(refused)).toEqual(expected({ vary: 'Origin' }));
      },
    );

    it('the handler is protected by what is said of it', async () => {
      const path = platform === 'express' ? '/nowhere' : '/data/acme/enforced';
      const allowed = await get(path, `https://${reached}.example`, to('/data/globex/enforced'));
      expect([allowed.status, allowed.body]).toEqual([200, reached]);
      const refused = await get(path, `https://${other}.example`, to('/data/globex/enforced'));
      expect([refused.status, corsHeaders(refused)]).toEqual([403, expected({ vary: 'Origin' })]);
    });

    it.each(['acme', 'globex'])(
      'and so is the path that was asked for, before the middleware runs: from %s',
      async (tenant) => {
        const asked = await get(
          '/data/acme/enforced',
          `https://${tenant}.example`,
          to('/data/globex/enforced'),
        );
        // On Express the handler is that of one tenant, and the path that of the other: neither is allowed at both.
        const isAllowed = platform === 'fastify' && tenant === 'acme';
        expect([asked.status, corsHeaders(asked)]).toEqual(
          isAllowed
            ? [200, expected({ acao: 'https://acme.example', vary: 'Origin' })]
            : [403, expected({ vary: 'Origin' })],
        );
      },
    );

    if (platform === 'express') {
      it.each(['/data/acme/shut', '/data/acme/walled'])(
        'an open entry of routes lends nothing to a handler that says who may read: %s',
        async (url) => {
          const response = await get('/everybody/7', A, to(url));
          expect([response.status, corsHeaders(response)]).toEqual(
            url.endsWith('shut') ? [200, {}] : [403, expected({ vary: 'Origin' })],
          );
          const plain = await get('/everybody/7', A, to('/data/acme/plain'));
          expect([plain.status, corsHeaders(plain)]).toEqual([200, expected({ acao: '*' })]);
        },
      );

      it('a handler and an entry that are wrong together close it', async () => {
        const response = await get('/everybody/7', FIXED, to('/data/acme/cookies'));
        expect([response.status, response.body, corsHeaders(response)]).toEqual([200, 'cookies', {}]);
        const itself = await get('/data/acme/cookies', FIXED);
        expect(corsHeaders(itself)).toEqual(expected({ acao: FIXED, acac: 'true', vary: 'Origin' }));
      });
    }
  });

  if (platform === 'express') {
    it('has the parameters of the first handler where that passes the request on, and is asked once', async () => {
      const response = await get('/tenants/acme/passed/7');
      expect([response.status, response.body]).toEqual([200, 'passed']);
      expect(response.headers['access-control-expose-headers']).toBe('x-second');
      expect(once()).toMatchObject({ params: { tenant: 'acme', first: '7' } });
    });

    it('has no parameters that Express cannot decode, to which it answers 400', async () => {
      const response = await get('/tenants/%ZZ');
      expect(response.status).toBe(400);
      expect(once()).toMatchObject({ path: '/tenants/%ZZ', params: undefined });
    });
  }
});
