import { METHODS } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import {
  All,
  Body,
  Controller,
  Delete,
  Get,
  Head,
  Injectable,
  Module,
  Options,
  Post,
  Propfind,
  Put,
  QueryMethod,
  Search,
  RequestMapping,
  RequestMethod,
  Scope,
  Sse,
  Version,
  VERSION_NEUTRAL,
  VersioningType,
  type DynamicModule,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { LazyModuleLoader, RouterModule } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, RouteConfig, RouteConstraints } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import { EMPTY, type Observable } from 'rxjs';
import { CorsModule, CorsService, type CorsRouteReport } from '../../lib/index.js';
import { createAdapter, PLATFORMS, startApp, type Platform, type StartOptions } from '../support/apps.js';
import { on12 } from '../support/nest-11.js';
import { DEFAULT_OPTIONS, Numbered, Prober } from './probes.js';

/** What an adapter was given for one route. */
interface Registered {
  readonly method: string;
  readonly path: string;
  /** `Controller.handler`; Nest names its handlers only where it registers them at once. */
  readonly handler: string;
  readonly version: unknown;
}

/** Notes what Nest registers, independently of the library, on a new adapter. */
function recording(platform: Platform): {
  readonly adapter: FastifyAdapter | ExpressAdapter;
  readonly registered: Registered[];
} {
  const adapter = createAdapter(platform);
  const registered: Registered[] = [];
  if (adapter instanceof FastifyAdapter) {
    adapter.getInstance().addHook('onRoute', ({ method, url, handler, constraints }) => {
      const methods = [method].flat();
      const isHeadOf = ({ path, method: other, version }: Registered): boolean =>
        path === url && other === 'GET' && version === constraints?.['version'];
      // Fastify adds a HEAD route to a GET route right behind it, and for the same handler.
      if (method === 'HEAD' && registered.slice(-1).some(isHeadOf)) return;
      registered.push({
        method: methods.length > 1 ? 'ALL' : String(methods[0]),
        path: url,
        handler: handler.name,
        version: constraints?.['version'],
      });
    });
    return { adapter, registered };
  }
  const verbs = adapter as unknown as Record<string, (path: unknown, handler: { name: string }) => unknown>;
  for (const name of Object.keys(RequestMethod).filter((key) => Number.isNaN(Number(key)))) {
    const verb = name.toLowerCase();
    const register = verbs[verb]?.bind(adapter);
    if (register === undefined) continue;
    verbs[verb] = (path, handler) => {
      registered.push({ method: name, path: String(path), handler: handler.name, version: undefined });
      return register(path, handler);
    };
  }
  return { adapter, registered };
}

/** The library's own table, without the entry of the module's default. */
function tableOf(app: INestApplication): readonly CorsRouteReport[] {
  return app
    .get(CorsService)
    .routes()
    .filter(({ where }) => where !== 'options');
}

const NAMELESS = /^(?!.*\.)/;

/** A route of the table as {@link recording} notes it; what was not noted there is left out here as well. */
function asRegistered(route: CorsRouteReport, { handler, version }: Registered): Registered {
  const { method, path, where } = route;
  return {
    method,
    path,
    handler: NAMELESS.test(handler) ? handler : where.replace('#', '.'),
    version: version === undefined ? version : sameVersion(route, version),
  };
}

function sameVersion(route: CorsRouteReport, version: unknown): unknown {
  const names = [version].flat().map((one) => (typeof one === 'symbol' ? 'neutral' : one));
  return names.join() === route.version.join() ? version : route.version;
}

abstract class Base {
  @Get('inherited') @Numbered() inherited() {}
  @Get('overridden') @Numbered() overridden() {}
  @Get('silenced') @Numbered() silenced() {}
}

@Controller('first')
class First extends Base {
  @Get('mine') @Numbered() override overridden() {}
  override silenced() {}
}

@Controller(['second', 'zweite'])
class Second extends Base {
  @Put(['a', 'b/:c']) @Numbered() two() {}
}

/** The first versions of Node 20 do not know the method QUERY. */
const NewestMethod = METHODS.includes('QUERY') ? QueryMethod : Search;

@Controller('verbs')
class Verbs {
  @All('all') @Numbered() all() {}
  @Sse('sse') @Numbered() sse(): Observable<never> {
    return EMPTY;
  }
  @Options('options') @Numbered() options() {}
  @Head('head') @Numbered() head() {}
  @Get('head') @Numbered() get() {}
  @NewestMethod('query') @Numbered() query() {}
  @Propfind('propfind') @Numbered() propfind() {}
  @Delete() @Numbered() root() {}
  @RequestMapping({ path: ['m1', 'm2'], method: RequestMethod.PATCH }) @Numbered() mapped() {}
  @Get(':id') @Numbered() one() {}
  @Post(':id') @Numbered() add(@Body() body: unknown) {
    return body;
  }
}

@Controller({ path: 'requests', scope: Scope.REQUEST })
class RequestScoped {
  @Get() @Numbered() list() {}
}

@Controller('bound')
class Bound {
  constructor() {
    this.list = this.list.bind(this);
    this.constrained = this.constrained.bind(this);
  }
  @Get() @Numbered() list() {}
  // Nest reads the constraints from the bound function, which carries none.
  @Get('constrained') @RouteConstraints({ host: 'only.example' }) @Numbered() constrained() {}
}

@Controller({ path: 'bound-requests', scope: Scope.REQUEST })
class BoundRequests {
  constructor() {
    this.list = this.list.bind(this);
  }
  @Get() @Numbered() list() {}
}

@Injectable({ scope: Scope.REQUEST })
class PerRequest {}

@Controller('depends')
class Depends {
  constructor(readonly perRequest: PerRequest) {}
  @Get() @Numbered() list() {}
}

@Controller({ path: 'hosted', host: 'a.example' })
class HostedString {
  @Get('a') @Numbered() list() {}
}
@Controller({ path: 'hosted', host: /^b\d\.example$/ })
class HostedExpression {
  @Get('b') @Numbered() list() {}
}
@Controller({ path: 'hosted', host: ['c.example', ':tenant.d.example'] })
class HostedList {
  @Get('c') @Numbered() list() {}
}
@Controller({ path: 'hosted', host: '' })
class HostedNowhere {
  @Get('none') @Numbered() list() {}
}

/** Two classes of one name. */
function twin(path: string): Type {
  @Controller(path)
  class Twin {
    @Get() @Numbered() list() {}
  }
  return Twin;
}

@Controller('shared')
@Numbered()
class Shared {
  @Get() list() {}
  @Put(':id') put() {}
}

function wildcardsOf(platform: Platform): Type {
  @Controller('wild')
  class Wildcards {
    @Get('legacy/*') @Numbered() legacy() {}
    @Get(platform === 'fastify' ? 'named*' : 'named/*path') @Numbered() named() {}
    @All(platform === 'fastify' ? 'optional/:x' : 'optional{/:x}') @Numbered() optional() {}
  }
  return Wildcards;
}

@Controller({ path: 'versions', version: '1' })
class V1 {
  @Get() @Numbered() list() {}
  @Get(':id') @Numbered() one() {}
  @Get('method') @Version('5') @Numbered() ofMethod() {}
}
@Controller({ path: 'versions', version: ['2', '3'] })
class V23 {
  @Get() @Numbered() list() {}
  @Get(':id') @Version(VERSION_NEUTRAL) @Numbered() one() {}
}
@Controller({ path: 'versions', version: VERSION_NEUTRAL })
class Neutral {
  @Put() @Numbered() put() {}
}
@Controller('unversioned')
class Unversioned {
  @Get() @Numbered() list() {}
  @Get('both') @Version([VERSION_NEUTRAL, '4']) @Numbered() both() {}
}
const VERSIONED = [V1, V23, Neutral, Unversioned];

@Controller('constrained')
class Constrained {
  @Get() @RouteConstraints({ host: 'eu.example' }) @RouteConfig({ mine: 'eu' }) @Numbered() eu() {}
  @Get() @RouteConstraints({ host: 'us.example' }) @Numbered() us() {}
  @Get() @Version('2') @Numbered() version2() {}
  @Get() @Version('2') @RouteConstraints({ host: 'eu.example' }) @Numbered() eu2() {}
}

@Module({ controllers: [Shared] })
class Inner {}
@Module({ controllers: [Shared, Verbs], imports: [Inner] })
class Outer {}

/** An app of the contract test. */
interface Case {
  readonly name: string;
  readonly platforms?: readonly Platform[];
  readonly controllers?: readonly Type[];
  readonly imports?: readonly (Type | DynamicModule)[];
  readonly options?: StartOptions;
}

const PLAIN = [
  First,
  Second,
  Verbs,
  RequestScoped,
  Bound,
  BoundRequests,
  Depends,
  HostedString,
  HostedExpression,
  HostedList,
  HostedNowhere,
  twin('twin-a'),
  twin('twin-b'),
];

function versioning(options: Parameters<INestApplication['enableVersioning']>[0]): StartOptions {
  return { prepare: (app) => void app.enableVersioning(options) };
}

const byCustom = (request: unknown): string | string[] => {
  const { headers } = request as { readonly headers: Readonly<Record<string, string>> };
  return headers['x-version'] ?? '';
};

const CASES: readonly Case[] = [
  { name: 'all kinds of controllers and methods', controllers: PLAIN },
  {
    name: 'a global prefix',
    controllers: PLAIN,
    options: { prepare: (app) => void app.setGlobalPrefix('api') },
  },
  {
    name: 'a global prefix with exclusions',
    controllers: PLAIN,
    options: {
      prepare: (app) =>
        void app.setGlobalPrefix('/api/v0/', {
          exclude: ['first/mine', { path: 'verbs/:id', method: RequestMethod.GET }, 'requests'],
        }),
    },
  },
  {
    name: 'RouterModule, nested, and one class in two modules',
    imports: [
      Outer,
      Inner,
      RouterModule.register([
        { path: 'outer/:x', module: Outer, children: [{ path: 'inner', module: Inner }] },
      ]),
    ],
    options: { prepare: (app) => void app.setGlobalPrefix('api') },
  },
  {
    name: 'versions in the URL',
    controllers: VERSIONED,
    options: versioning({ type: VersioningType.URI, defaultVersion: ['1', VERSION_NEUTRAL] }),
  },
  {
    name: 'versions in the URL, with a global prefix and exclusions',
    controllers: VERSIONED,
    options: {
      prepare: (app) => {
        app.setGlobalPrefix('api', { exclude: ['versions', 'unversioned/both'] });
        app.enableVersioning({ type: VersioningType.URI, prefix: 'version-' });
      },
    },
  },
  {
    name: 'versions in a header',
    controllers: VERSIONED,
    options: versioning({ type: VersioningType.HEADER, header: 'X-Version' }),
  },
  {
    name: 'versions in a header, with a default',
    controllers: VERSIONED,
    options: versioning({ type: VersioningType.HEADER, header: 'X-Version', defaultVersion: '7' }),
  },
  {
    name: 'versions in the media type',
    controllers: VERSIONED,
    options: versioning({ type: VersioningType.MEDIA_TYPE, key: 'v=' }),
  },
  {
    name: 'versions of the app’s own',
    controllers: VERSIONED,
    options: versioning({ type: VersioningType.CUSTOM, extractor: byCustom }),
  },
  { name: 'a snapshot', controllers: PLAIN, options: { snapshot: true } },
  ...on12<Case>('conflicts', {
    name: 'a route conflict policy',
    controllers: [...PLAIN, twin('twin-a'), Shared],
    options: { routeConflictPolicy: { duplicate: 'warn', shadow: 'warn' } },
  }),
  ...on12<Case>('specificity', {
    name: 'routes by specificity',
    controllers: [Verbs, Second, First],
    options: { routeResolutionStrategy: 'specificity' },
  }),
  {
    name: 'constraints of Fastify',
    platforms: ['fastify'],
    controllers: [Constrained],
    options: versioning({ type: VersioningType.HEADER, header: 'X-Version' }),
  },
];

const runs = CASES.flatMap((one) => (one.platforms ?? PLATFORMS).map((platform) => ({ ...one, platform })));

function moduleOf({ controllers = [], imports = [] }: Case, platform: Platform): Type {
  @Module({
    imports: [CorsModule.forRoot(DEFAULT_OPTIONS), ...imports],
    controllers: [...controllers, ...(controllers === PLAIN ? [wildcardsOf(platform)] : [])],
    providers: [PerRequest],
  })
  class AppModule {}
  return AppModule;
}

/** A request that a route serves, unless an earlier one does. */
function requestFor({ path, method, version, hosts }: CorsRouteReport, platform: Platform) {
  const wanted = version.find((one) => one !== 'neutral');
  const [host = 'app.example'] = hosts;
  return {
    method: method === 'ALL' ? 'PATCH' : method,
    url: path
      .replace(/\{(.*?)\}/g, '$1')
      .replace(/\*\w*$/, platform === 'fastify' && !path.endsWith('/*') ? '-x' : 'x/y')
      .replaceAll(/:\w+/g, 'x'),
    headers: {
      host: host
        .replace(':tenant', 't')
        .replace(/^\/\^/, '')
        .replace(String.raw`\d`, '1')
        .replace(/\$\/$/, '')
        .replaceAll('\\', ''),
      ...(wanted !== undefined && { 'x-version': wanted, accept: `application/json;v=${wanted}` }),
    },
  };
}

/** The host that the handlers of {@link Constrained} are bound to shows in their names. */
function hostOfConstraint(where: string): { readonly host?: string } {
  const name = /^Constrained#(eu|us)/.exec(where)?.[1];
  return name === undefined ? {} : { host: `${name}.example` };
}

/** Serves a request with `x-stop` before any guard, so that nobody has told the library which handler it is for. */
function stopOnDemand(app: INestApplication): void {
  app.use((request: { headers: object }, response: { end(): void }, next: () => void) => {
    if ('x-stop' in request.headers) response.end();
    else next();
  });
}

describe.each(runs)('$platform, $name', (one) => {
  const { platform, options } = one;

  it('has the routes that Nest registers, in its order', async () => {
    const { adapter, registered } = recording(platform);
    const { app } = await startApp(platform, moduleOf(one, platform), { ...options, adapter });
    try {
      // Nest drops the later of two equal routes under a conflict policy where the platform would refuse it.
      const table = tableOf(app);
      const isDropped = (route: CorsRouteReport, index: number): boolean =>
        platform === 'fastify' &&
        table.slice(0, index).some(({ method, path }) => method === route.method && path === route.path) &&
        one.name === 'a route conflict policy';
      const kept = table.filter((route, index) => !isDropped(route, index));
      expect(registered.length).toBeGreaterThan(3);
      expect(kept.map((route, index) => asRegistered(route, registered[index] as Registered))).toEqual(
        registered,
      );
    } finally {
      await app.close();
    }
  });

  it('finds the policy of each route at run time, with and without the guard', async () => {
    const { app, port } = await startApp(platform, moduleOf(one, platform), {
      ...options,
      prepare: async (created) => {
        stopOnDemand(created);
        await options?.prepare?.(created);
      },
    });
    const prober = new Prober(port);
    try {
      const wrong: string[] = [];
      const served = new Set<string>();
      for (const route of tableOf(app)) {
        const { policy, where } = route;
        const request = requestFor(route, platform);
        const headers = { ...request.headers, ...hostOfConstraint(where) };
        const found = await prober.actual({ ...request, headers });
        const stopped = await prober.actual({ ...request, headers: { ...headers, 'x-stop': '1' } });
        const expected = typeof policy === 'object' ? policy.maxAge : undefined;
        if (found.policy === expected) served.add(where);
        if (found.policy !== stopped.policy) {
          wrong.push(
            `${request.method} ${request.url} (${where}): ${found.policy}, stopped ${stopped.policy}`,
          );
        }
      }
      expect(wrong).toEqual([]);
      const all = new Set(tableOf(app).map(({ where }) => where));
      expect([...all].filter((where) => !served.has(where))).toEqual([]);
    } finally {
      prober.close();
      await app.close();
    }
  });
});

describe('the configuration of Fastify’s routes', () => {
  // A property more would cost V8 a hidden class for each route.
  it('is left alone where method and URL name the route', async () => {
    const adapter = new FastifyAdapter();
    const seen: { readonly config?: unknown }[] = [];
    adapter.getInstance().addHook('onRoute', (options) => void seen.push(options));
    const { app } = await startApp('fastify', moduleOf({ name: '', controllers: [Second] }, 'fastify'), {
      adapter,
    });
    await app.close();
    expect(seen.length).toBeGreaterThan(5);
    expect(seen.map(({ config }) => config)).toEqual(seen.map(() => undefined));
  });

  it('keeps what the user has put there', async () => {
    const adapter = new FastifyAdapter();
    const seen: unknown[] = [];
    adapter.getInstance().addHook('onRequest', async (request) => {
      seen.push((request.routeOptions.config as { mine?: unknown }).mine);
    });
    const { app, port } = await startApp(
      'fastify',
      moduleOf({ name: '', controllers: [Constrained] }, 'fastify'),
      { adapter, ...versioning({ type: VersioningType.HEADER, header: 'x-version' }) },
    );
    const prober = new Prober(port);
    try {
      const { policy } = await prober.actual({
        method: 'GET',
        url: '/constrained',
        headers: { host: 'eu.example' },
      });
      expect(seen).toEqual(['eu']);
      expect(policy).toBe(numberOf(app, 'Constrained#eu'));
    } finally {
      prober.close();
      await app.close();
    }
  });
});

describe.each(PLATFORMS)('%s', (platform) => {
  it('tells routes of one method and URL apart by their version', async () => {
    const module = moduleOf({ name: '', controllers: VERSIONED }, platform);
    const options = versioning({ type: VersioningType.HEADER, header: 'x-version' });
    const { app, port } = await startApp(platform, module, {
      prepare: async (created) => {
        stopOnDemand(created);
        await options.prepare?.(created);
      },
    });
    const prober = new Prober(port);
    try {
      for (const [version, where] of [
        ['1', 'V1#list'],
        ['2', 'V23#list'],
        ['3', 'V23#list'],
      ] as const) {
        const headers = { 'x-version': version };
        const probe = { method: 'GET', url: '/versions', headers };
        const expected = numberOf(app, where);
        expect((await prober.actual(probe)).policy).toBe(expected);
        const stopped = await prober.actual({ ...probe, headers: { ...headers, 'x-stop': '1' } });
        expect(stopped.policy).toBe(expected);
      }
      // What no version serves has what all of them have in common: each exposes a header of its own.
      const unserved = { method: 'GET', url: '/versions', headers: { 'x-version': '9' } };
      expect(await prober.actual(unserved)).toMatchObject({ status: 404, allowed: true, policy: undefined });
    } finally {
      prober.close();
      await app.close();
    }
  });

  it('gives a handler that two controllers inherit the policy of the one that is called', async () => {
    abstract class Lists {
      @Get() list() {}
    }
    @Controller('a')
    @Numbered()
    class A extends Lists {}
    @Controller('b')
    @Numbered()
    class B extends Lists {}
    @Controller('c')
    class C extends B {}
    const { app, port } = await startApp(platform, moduleOf({ name: '', controllers: [A, B, C] }, platform));
    const prober = new Prober(port);
    try {
      const policies = await Promise.all(
        ['/a', '/b', '/c'].map(async (url) => (await prober.actual({ method: 'GET', url })).policy),
      );
      expect(policies).toEqual([numberOf(app, 'A#list'), numberOf(app, 'B#list'), numberOf(app, 'B#list')]);
      expect(numberOf(app, 'C#list')).toBe(numberOf(app, 'B#list'));
      expect(numberOf(app, 'A#list')).not.toBe(numberOf(app, 'B#list'));
    } finally {
      prober.close();
      await app.close();
    }
  });

  it('knows no route of a lazily loaded module, as Nest serves none', async () => {
    const { app, port } = await startApp(platform, moduleOf({ name: '', controllers: [Second] }, platform));
    const prober = new Prober(port);
    try {
      @Controller('lazy')
      class Lazy {
        @Get() @Numbered() list() {}
      }
      @Module({ controllers: [Lazy] })
      class LazyModule {}
      const before = tableOf(app);
      await app.get(LazyModuleLoader).load(() => LazyModule);
      expect(tableOf(app)).toEqual(before);
      expect(await prober.actual({ method: 'GET', url: '/lazy' })).toMatchObject({ status: 404, policy: 1 });
      expect(await prober.preflight({ method: 'GET', url: '/lazy' })).toMatchObject({ policy: 1 });
    } finally {
      prober.close();
      await app.close();
    }
  });

  it('works in an app of a testing module', async () => {
    const { adapter, registered } = recording(platform);
    const compiled = await Test.createTestingModule({
      imports: [moduleOf({ name: '', controllers: PLAIN }, platform)],
    })
      .setLogger(false as never)
      .compile();
    const app = compiled.createNestApplication(adapter as never, { logger: false });
    app.setGlobalPrefix('api');
    await app.listen(0, '127.0.0.1');
    const prober = new Prober((app.getHttpServer().address() as AddressInfo).port);
    try {
      const table = tableOf(app);
      expect(table.map(({ method, path }) => `${method} ${path}`)).toEqual(
        registered.map(({ method, path }) => `${method} ${path}`),
      );
      const probe = { method: 'GET', url: '/api/first/mine' };
      expect((await prober.actual(probe)).policy).toBe(numberOf(app, 'First#overridden'));
      expect((await prober.preflight(probe)).policy).toBe(numberOf(app, 'First#overridden'));
    } finally {
      prober.close();
      await app.close();
    }
  });
});

/** The number of the policy of a handler. */
function numberOf(app: INestApplication, where: string): number | undefined {
  const policy = tableOf(app).find((route) => route.where === where)?.policy;
  return typeof policy === 'object' ? policy.maxAge : undefined;
}
