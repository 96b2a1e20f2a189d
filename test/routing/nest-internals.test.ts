/**
 * The contract with Nest's private surface: whatever `lib/routing/nest-internals.ts` uses that Nest does not document.
 * A test that fails here is named after the part that Nest has changed; `route-table.test.ts` then shows the effect.
 */
import 'reflect-metadata';
import { METHODS } from 'node:http';
import { describe, expect, it } from '@jest/globals';
import {
  Body,
  Controller,
  Get,
  Headers,
  Module,
  Post,
  Put,
  RawBody,
  Redirect,
  RequestMethod,
  Scope,
  SetMetadata,
  Sse,
  UseGuards,
  UseInterceptors,
  Version,
  VERSION_NEUTRAL,
  VersioningType,
  type VersioningOptions,
  type CanActivate,
  type HttpServer,
  type INestApplication,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import {
  ApplicationConfig,
  MetadataScanner,
  ModulesContainer,
  NestFactory,
  RouterModule,
  type AbstractHttpAdapter,
} from '@nestjs/core';
import { EventPattern, MessagePattern } from '@nestjs/microservices';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, RouteConstraints } from '@nestjs/platform-fastify';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import cors from 'cors';
import express from 'express';
import fc from 'fast-check';
import fastify, { type FastifyInstance } from 'fastify';
import { of } from 'rxjs';
import {
  addLastGuard,
  addOutermostInterceptor,
  callerOf,
  currentRequestHook,
  currentResponseHook,
  declaredInput,
  expressApp,
  expressLayerNames,
  expressRoutes,
  exploreRoutes,
  fastifyConstraints,
  fastifyRouter,
  fixedRedirect,
  gatewayServer,
  importsOf,
  inFrontOf,
  PLAIN_PATH,
  streamsEvents,
  type Handler,
} from '../../lib/routing/nest-internals.js';
import { nestOf } from '../../lib/routing/nest/nest-of.js';
import { matchingOptions } from '../../lib/routing/nest/route-matching.js';
import { versionReader } from '../../lib/routing/requested-versions.js';
import { createAdapter, PLATFORMS, startApp } from '../support/apps.js';
import { send } from '../support/http.js';
import { has, itOn12 } from '../support/nest-11.js';
import { seed } from '../protocol/seed.js';

type AnyFunction = (...args: unknown[]) => unknown;

/** What a module of Nest exports, read so that a missing name is a failing assertion and not a file that cannot load. */
async function exportsOf(path: string): Promise<Readonly<Record<string, never>>> {
  return (await import(path)) as Readonly<Record<string, never>>;
}

/** An adapter as it is without `getRouteMatchingOptions()`. */
function sayingNothing(adapter: AbstractHttpAdapter): AbstractHttpAdapter {
  return Object.create(adapter, { getRouteMatchingOptions: { value: undefined } }) as AbstractHttpAdapter;
}

function handlerOf(controller: Type, name: string): Handler {
  return (controller.prototype as Record<string, Handler>)[name] as Handler;
}

@Controller({ path: ['cats', 'katzen'], version: ['1', VERSION_NEUTRAL], host: ['a.example', /^b$/] })
class Cats {
  @Get() list() {}
  @Put(['a', 'b']) @Version('2') put() {}
  @Post() add(@Body('name') _name: string, @Headers('x-tenant') _tenant: string, @Headers() _all: object) {}
  @Post('raw') raw(@RawBody() _body: unknown) {}
  @Get('eu') @RouteConstraints({ host: 'eu.example' }) eu() {}
  noRoute() {}
}

describe('@nestjs/common', () => {
  it.each([
    ['PATH_METADATA', 'path'],
    ['HOST_METADATA', 'host'],
    ['VERSION_METADATA', '__version__'],
    ['ROUTE_ARGS_METADATA', '__routeArguments__'],
    ['MODULE_PATH', '__module_path__'],
    ['GUARDS_METADATA', '__guards__'],
    ['SSE_METADATA', '__sse__'],
  ])('exports %s in constants.js', async (name, value) => {
    expect(await exportsOf('@nestjs/common/constants.js')).toHaveProperty(name, value);
  });

  it('exports MODULE_METADATA in constants.js with the key of what @Module imports', async () => {
    expect(await exportsOf('@nestjs/common/constants.js')).toMatchObject({
      MODULE_METADATA: { IMPORTS: 'imports' },
    });
    @Module({})
    class Imported {}
    @Module({ imports: [Imported] })
    class Importing {}
    expect([importsOf(Importing), importsOf(Imported), importsOf(Cats)]).toEqual([[Imported], [], []]);
  });

  it('exports RouteParamtypes in enums/route-paramtypes.enum.js with BODY, RAW_BODY and HEADERS', async () => {
    const { RouteParamtypes } = await exportsOf('@nestjs/common/enums/route-paramtypes.enum.js');
    expect(RouteParamtypes).toMatchObject({
      BODY: expect.any(Number),
      RAW_BODY: expect.any(Number),
      HEADERS: expect.any(Number),
    });
  });

  it('exports addLeadingSlash in utils/shared.utils.js', async () => {
    const { addLeadingSlash } = (await exportsOf('@nestjs/common/utils/shared.utils.js')) as unknown as {
      addLeadingSlash: AnyFunction;
    };
    expect(['', 'a', '/a'].map((path) => addLeadingSlash(path))).toEqual(['', '/a', '/a']);
  });
});

describe('the metadata that decorators write', () => {
  it.each([
    ['path by @Controller', 'path', Cats, ['cats', 'katzen']],
    ['host by @Controller', 'host', Cats, ['a.example', /^b$/]],
    ['version by @Controller', '__version__', Cats, ['1', VERSION_NEUTRAL]],
    ['path by @Put', 'path', handlerOf(Cats, 'put'), ['a', 'b']],
    ['method by @Put', 'method', handlerOf(Cats, 'put'), RequestMethod.PUT],
    ['version by @Version', '__version__', handlerOf(Cats, 'put'), '2'],
    [
      'constraints by @RouteConstraints',
      '__fastify_route_constraints__',
      handlerOf(Cats, 'eu'),
      { host: 'eu.example' },
    ],
  ] as const)('%s', (_name, key, target, value) => {
    expect(Reflect.getMetadata(key, target)).toEqual(value);
  });

  it('what calls a class or method that serves no route, as callerOf() reads it', () => {
    @WebSocketGateway()
    class Gateway {
      @SubscribeMessage('ping') ping() {}
    }
    class Messages {
      @MessagePattern('ping') ping() {}
      @EventPattern('ping') event(_data: unknown) {}
    }
    // `@Resolver()` and `@Query()` of @nestjs/graphql: a key, whatever its value.
    @SetMetadata('graphql:resolver_type', undefined)
    class Resolver {
      @SetMetadata('graphql:resolver_type', 'Query') query() {}
    }
    class Plain {}
    expect(
      [
        [Gateway, Gateway],
        [Plain, handlerOf(Gateway, 'ping')],
        [Messages, Messages],
        [Messages, handlerOf(Messages, 'ping')],
        [Messages, handlerOf(Messages, 'event')],
        [Resolver, undefined],
        [Plain, handlerOf(Resolver, 'query')],
        [Cats, handlerOf(Cats, 'list')],
      ].map(([type, member]) => callerOf(type as Type, member)),
    ).toEqual(['gateway', 'gateway', undefined, 'message', 'message', 'resolver', 'resolver', undefined]);
  });

  it('what a gateway says of its server, as gatewayServer() reads it', () => {
    @WebSocketGateway({ cors: { origin: '*' } })
    class OnThePort {}
    @WebSocketGateway(8080, { cors: true, path: '/star' })
    class OnAnother {}
    @WebSocketGateway()
    class Plain {}
    expect([OnThePort, OnAnother, Plain, Cats].map(gatewayServer)).toEqual([
      { cors: { origin: '*' }, path: undefined, hasPort: false },
      { cors: true, path: '/star', hasPort: true },
      { cors: undefined, path: undefined, hasPort: false },
      { cors: undefined, path: undefined, hasPort: false },
    ]);
  });

  it('parameters by @Body, @RawBody and @Headers, as declaredInput() reads them', () => {
    expect(declaredInput(Cats, 'add')).toEqual({ body: true, headers: ['x-tenant'] });
    expect(declaredInput(Cats, 'raw')).toEqual({ body: true, headers: [] });
    expect(declaredInput(Cats, 'list')).toEqual({ body: false, headers: [] });
  });

  it('a redirect by @Redirect, as fixedRedirect() reads it', () => {
    class Redirects {
      @Redirect('/done', 303) given() {}
      @Redirect('/done') found() {}
      @Redirect() later() {}
    }
    expect(fixedRedirect(handlerOf(Redirects, 'given'))).toEqual({ url: '/done', status: 303 });
    expect(fixedRedirect(handlerOf(Redirects, 'found'))).toEqual({ url: '/done', status: 302 });
    expect(fixedRedirect(handlerOf(Redirects, 'later'))).toBeUndefined();
    expect(fixedRedirect(handlerOf(Cats, 'list'))).toBeUndefined();
  });

  it('constraints by @RouteConstraints, as fastifyConstraints() reads them', () => {
    expect(fastifyConstraints(handlerOf(Cats, 'eu'))).toEqual({ host: 'eu.example' });
    expect(fastifyConstraints(handlerOf(Cats, 'list'))).toEqual({});
  });

  it('the path of a module by RouterModule, below a key that ends with the id of the application', async () => {
    @Module({})
    class Inner {}
    @Module({ imports: [Inner, RouterModule.register([{ path: 'inner', module: Inner }])] })
    class AppModule {}
    const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
    const { applicationId } = app.get(ModulesContainer);
    expect(Reflect.getMetadata(`__module_path__${applicationId}`, Inner)).toBe('/inner');
    await app.close();
  });
});

describe('PathsExplorer of @nestjs/core/router/paths-explorer.js', () => {
  it('scanForPaths() gives the handlers of an instance with path, method, version and callback', async () => {
    const { PathsExplorer } = await exportsOf('@nestjs/core/router/paths-explorer.js');
    const Explorer = PathsExplorer as unknown as new (scanner: MetadataScanner) => {
      scanForPaths: AnyFunction;
    };
    const instance = new Cats();
    const found = new Explorer(new MetadataScanner()).scanForPaths(instance) as Record<string, unknown>[];
    expect(found.map(({ methodName }) => methodName)).toEqual(['list', 'put', 'add', 'raw', 'eu']);
    expect(found[1]).toEqual({
      path: ['/a', '/b'],
      requestMethod: RequestMethod.PUT,
      targetCallback: handlerOf(Cats, 'put'),
      methodName: 'put',
      version: '2',
    });
  });
});

describe('RoutePathFactory of @nestjs/core/router/route-path-factory.js', () => {
  it('create() joins prefix, version, module, controller and method, and heeds exclusions', async () => {
    const { RoutePathFactory } = await exportsOf('@nestjs/core/router/route-path-factory.js');
    const Factory = RoutePathFactory as unknown as new (config: ApplicationConfig) => { create: AnyFunction };
    const factory = new Factory(new ApplicationConfig());
    const metadata = {
      ctrlPath: '/cats',
      modulePath: '/inner',
      methodPath: '/:id',
      globalPrefix: '/api',
      controllerVersion: ['1', VERSION_NEUTRAL],
      versioningOptions: { type: VersioningType.URI },
    };
    expect(factory.create(metadata, RequestMethod.GET)).toEqual([
      '/api/v1/inner/cats/:id',
      '/api/inner/cats/:id',
    ]);
    expect(factory.create({ ctrlPath: '/', methodPath: '/' }, RequestMethod.GET)).toEqual(['/']);
    expect(
      factory.create({ ...metadata, methodVersion: '2', modulePath: undefined }, RequestMethod.GET),
    ).toEqual(['/api/v2/cats/:id']);
  });

  it('create() takes a list of paths of methods as well, and goes through it once for each version', async () => {
    const { RoutePathFactory } = await exportsOf('@nestjs/core/router/route-path-factory.js');
    const { mapToExcludeRoute } = await exportsOf('@nestjs/core/middleware/utils.js');
    const Factory = RoutePathFactory as unknown as new (config: ApplicationConfig) => { create: AnyFunction };
    const config = new ApplicationConfig();
    const exclude = ['cats/out', { path: 'cats/:id', method: RequestMethod.GET }];
    config.setGlobalPrefixOptions({
      exclude: (mapToExcludeRoute as unknown as AnyFunction)(exclude) as never,
    });
    const factory = new Factory(config);
    const metadata = fc.record({
      globalPrefix: fc.constantFrom('', '/api'),
      modulePath: fc.constantFrom(undefined, '/inner'),
      ctrlPath: fc.constantFrom('/', '/cats', '/cats/'),
      controllerVersion: fc.constantFrom(undefined, '1', ['1', VERSION_NEUTRAL, '2']),
      versioningOptions: fc.constantFrom(undefined, { type: VersioningType.URI }),
    });
    const methodPaths = fc.array(fc.constantFrom('/', '', '/out', '/:id', '/a/', '/*rest'), { minLength: 1 });
    const requestMethod = fc.constantFrom(RequestMethod.GET, RequestMethod.PUT);
    fc.assert(
      fc.property(metadata, methodPaths, requestMethod, (common, asked, method) => {
        const each = asked.map((methodPath) => factory.create({ ...common, methodPath }, method) as string[]);
        const versions = each[0]?.map((_, version) => each.map((paths) => paths[version]));
        expect(factory.create({ ...common, methodPath: asked }, method)).toEqual(versions?.flat());
      }),
      { seed },
    );
  });
});

describe('RouteSpecificitySorter of @nestjs/core/router/route-specificity-sorter.js', () => {
  itOn12('specificity')(
    'sort() puts text before parameters before wildcards, reading nothing but `path`',
    async () => {
      const { RouteSpecificitySorter } = await exportsOf('@nestjs/core/router/route-specificity-sorter.js');
      const { sort } = RouteSpecificitySorter as unknown as { sort: AnyFunction };
      const paths = ['/*rest', '/:id', '/a/:id', '/a'];
      const sorted = sort.call(
        RouteSpecificitySorter,
        paths.map((path) => ({ path })),
      ) as { path: string }[];
      expect(sorted.map(({ path }) => path)).toEqual(['/a', '/a/:id', '/:id', '/*rest']);
    },
  );
});

describe('ApplicationConfig', () => {
  it.each(['getGlobalPrefix', 'getVersioning', 'addGlobalGuard', 'getGlobalInterceptors'] as const)(
    'has %s()',
    (name) => {
      expect(typeof new ApplicationConfig()[name]).toBe('function');
    },
  );

  itOn12('specificity')('leaves the resolution strategy undefined or "registration" by default', () => {
    expect(new ApplicationConfig().getRouteResolutionStrategy()).not.toBe('specificity');
  });
});

describe('interceptors and guards', () => {
  const order: string[] = [];
  const interceptor = (name: string): NestInterceptor => ({
    intercept: (_context, next) => {
      order.push(name);
      return next.handle();
    },
  });
  const guard = (name: string): CanActivate => ({ canActivate: () => order.push(name) > 0 });
  const last = guard('last guard');

  @Controller('streams')
  @UseGuards(guard('guard of the class'))
  @UseInterceptors(interceptor('of the class'))
  class StreamsController {
    @Sse() @UseGuards(guard('guard of the handler')) events() {
      order.push('handler');
      return of({ data: 'event' });
    }
    @Get('list') list() {}
  }
  const { events, list } = StreamsController.prototype as unknown as Record<'events' | 'list', Handler>;

  it('are found by what Nest leaves on a handler that streams events', () => {
    expect([streamsEvents(events), streamsEvents(list)]).toEqual([true, false]);
  });

  it.each(PLATFORMS)('run in the order in which configure() has put them, on %s', async (platform) => {
    @Module({ controllers: [StreamsController] })
    class AppModule {
      constructor(private readonly config: ApplicationConfig) {}
      configure(): void {
        addOutermostInterceptor(this.config, interceptor('outermost'));
        addLastGuard(events, last);
        addLastGuard(events, last);
      }
    }
    Reflect.defineMetadata('design:paramtypes', [ApplicationConfig], AppModule);
    order.length = 0;
    const { app, port } = await startApp(platform, AppModule, {
      prepare: (created) => {
        created.useGlobalGuards(guard('global guard'));
        created.useGlobalInterceptors(interceptor('global'));
      },
    });
    await send(port, { path: '/streams' });
    await app.close();
    expect(order).toEqual([
      'global guard',
      'guard of the class',
      'guard of the handler',
      'last guard',
      'outermost',
      'global',
      'of the class',
      'handler',
    ]);
  });
});

describe('ModulesContainer', () => {
  it('has controllers with metatype and instance in every module from configure() on, also request-scoped ones', async () => {
    let seen: unknown[] = [];
    @Controller({ path: 'scoped', scope: Scope.REQUEST })
    class Scoped {
      @Get() list() {}
    }
    @Module({ controllers: [Cats, Scoped] })
    class AppModule {
      constructor(private readonly modules: ModulesContainer) {}
      configure(): void {
        seen = [...this.modules.values()].flatMap(({ controllers }) =>
          [...controllers.values()].map(({ metatype, instance }) => [
            metatype,
            instance instanceof (metatype as Type),
          ]),
        );
      }
    }
    Reflect.defineMetadata('design:paramtypes', [ModulesContainer], AppModule);
    const { app } = await startApp('express', AppModule);
    expect(seen).toEqual([
      [Cats, true],
      [Scoped, true],
    ]);
    await app.close();
  });
});

describe.each(PLATFORMS)('the adapter of %s', (platform) => {
  it('keeps the request hook in `onRequestHook`', () => {
    const adapter = createAdapter(platform) as unknown as AbstractHttpAdapter;
    const hook = (_request: unknown, _response: unknown, done: () => void): void => done();
    expect(currentRequestHook(adapter)).toBeUndefined();
    adapter.setOnRequestHook(hook);
    expect(currentRequestHook(adapter)).toBe(hook);
  });

  it('calls the request hook before any middleware, with a `done` that lets the request go on', async () => {
    @Module({})
    class AppModule {}
    const order: string[] = [];
    const { app, port } = await startApp(platform, AppModule, {
      prepare: (created: INestApplication) => {
        created.use((_request: unknown, _response: unknown, next: () => void) => {
          order.push('middleware');
          next();
        });
        const adapter = created.getHttpAdapter() as unknown as AbstractHttpAdapter;
        adapter.setOnRequestHook((_request: unknown, _response: unknown, done: () => void) => {
          order.push('hook');
          done();
        });
      },
    });
    await send(port);
    await app.close();
    expect(order).toEqual(['hook', 'middleware']);
  });

  itOn12('hookPromises')(
    'takes the rejection of a promise that the request hook returns for an error',
    async () => {
      @Module({})
      class AppModule {}
      const { app, port } = await startApp(platform, AppModule, {
        prepare: (created: INestApplication) => {
          const adapter = created.getHttpAdapter() as unknown as AbstractHttpAdapter;
          adapter.setOnRequestHook(async () => {
            throw new Error('refused');
          });
        },
      });
      const { status } = await send(port);
      await app.close();
      expect(status).toBe(500);
    },
  );

  it('says how it matches paths in getRouteMatchingOptions()', () => {
    const adapter = createAdapter(platform) as unknown as AbstractHttpAdapter;
    expect(typeof (adapter as HttpServer).getRouteMatchingOptions).toBe('function');
    expect(matchingOptions(adapter)).toMatchObject(
      platform === 'fastify'
        ? { caseSensitive: true, ignoreTrailingSlash: false }
        : { caseSensitive: false, ignoreTrailingSlash: true },
    );
  });

  itOn12('orderSensitivity')('says in isRouteOrderSensitive() whether the order of routes counts', () => {
    const adapter = createAdapter(platform) as unknown as HttpServer;
    expect(adapter.isRouteOrderSensitive?.()).toBe(platform === 'express');
  });

  it('tries routes in their order on Express alone, as nestOf() knows', () => {
    const nest = nestOf(new ApplicationConfig());
    const adapter = createAdapter(platform) as unknown as AbstractHttpAdapter;
    expect(nest.isOrderSensitive(adapter)).toBe(platform === 'express');
    const silent = { getType: () => 'other' } as unknown as AbstractHttpAdapter;
    expect(nest.isOrderSensitive(silent)).toBe(true);
  });

  it('reads of a request hook what nestOf() knows', () => {
    const adapter = createAdapter(platform);
    expect('runLifecycleHook' in adapter || 'runRequestHook' in adapter).toBe(has('hookPromises'));
  });
});

describe('fastify', () => {
  it('shows one of its routers behind the symbol `fastify.404`, which says how to make others', () => {
    const create = fastifyRouter(fastify());
    const router = create?.({ ignoreTrailingSlash: true });
    router?.on('GET', '/cats/:id', () => undefined, 'a store');
    expect(router?.find('GET', '/cats/7/')).toMatchObject({ store: 'a store', params: { id: '7' } });
  });

  it('is taken for one without such a router if that is not so', () => {
    const others: readonly unknown[] = [{}, { router: {} }, { router: { constructor: undefined } }];
    for (const other of others) {
      expect(fastifyRouter({ [Symbol('fastify.404')]: other })).toBeUndefined();
    }
    expect(fastifyRouter({})).toBeUndefined();
  });
});

describe('the adapter of fastify, in more detail', () => {
  itOn12('hookPromises')(
    'passes the request on when a promise that the request hook returns resolves',
    async () => {
      @Module({})
      class AppModule {}
      const { app, port } = await startApp('fastify', AppModule, {
        prepare: (created: INestApplication) =>
          (created.getHttpAdapter() as unknown as AbstractHttpAdapter).setOnRequestHook(async () => {}),
      });
      const { status } = await send(port);
      await app.close();
      expect(status).toBe(404);
    },
  );

  it('reports the options of the router in getRouteMatchingOptions(), wherever they were given', () => {
    const dropsConstraintsOfAll = !has('versionsOfAll');
    const options = {
      caseSensitive: false,
      ignoreTrailingSlash: true,
      maxParamLength: 10,
      useSemicolonDelimiter: true,
    };
    for (const given of [options, { routerOptions: options }]) {
      const adapter = new FastifyAdapter(given) as unknown as AbstractHttpAdapter;
      expect(matchingOptions(adapter)).toMatchObject(options);
      // What an older adapter does not say, or an instance of Fastify that was made elsewhere.
      expect(matchingOptions(sayingNothing(adapter))).toEqual({ ...options, dropsConstraintsOfAll });
    }
    const defaults = {
      caseSensitive: true,
      ignoreTrailingSlash: false,
      useSemicolonDelimiter: false,
      dropsConstraintsOfAll,
    };
    const instance = fastify() as never;
    expect(matchingOptions(sayingNothing(new FastifyAdapter(instance) as never))).toEqual({
      ...defaults,
      maxParamLength: 100,
    });
    expect(matchingOptions(sayingNothing(new FastifyAdapter({ maxParamLength: 200 }) as never))).toEqual({
      ...defaults,
      maxParamLength: 200,
    });
  });

  it('gives Fastify a route of all methods with its version, or not, as matchingOptions() finds out', () => {
    const adapter = new FastifyAdapter() as unknown as AbstractHttpAdapter;
    const dropsConstraintsOfAll = !has('versionsOfAll');
    expect(matchingOptions(adapter)).toMatchObject({ dropsConstraintsOfAll });
    expect(adapter.getInstance<FastifyInstance>().printRoutes()).toBe('(empty tree)');
    const unlike = {
      all: {
        value: () => {
          throw new TypeError('needs more than this');
        },
      },
    };
    expect(matchingOptions(Object.create(adapter, unlike) as AbstractHttpAdapter)).toMatchObject({
      dropsConstraintsOfAll: false,
    });
  });

  it.each<[VersioningOptions, Record<string, string>, unknown[]]>([
    [{ type: VersioningType.HEADER, header: 'X-Version' }, { 'x-version': '2' }, ['2']],
    [{ type: VersioningType.HEADER, header: 'X-Version' }, {}, [VERSION_NEUTRAL]],
    [{ type: VersioningType.MEDIA_TYPE, key: 'v=' }, { accept: 'text/html;v=3' }, ['3']],
    [{ type: VersioningType.MEDIA_TYPE, key: 'v=' }, { accept: '*/*' }, [VERSION_NEUTRAL]],
    [{ type: VersioningType.CUSTOM, extractor: () => ['4', '5'] }, {}, ['4', '5']],
  ])(
    'says the versions of a request for %j and %j, as versionReader() reads them',
    (options, headers, versions) => {
      const adapter = new FastifyAdapter();
      adapter.applyVersionFilter(() => {}, '1', options);
      const read = versionReader(adapter);
      expect(read({ method: 'GET', url: '/', headers })).toEqual(versions);
    },
  );

  it('finds no version if it cannot be asked', () => {
    expect(versionReader({} as AbstractHttpAdapter)({ method: 'GET', url: '/', headers: {} })).toEqual([
      undefined,
    ]);
  });

  it('reads the version of a route from the handler that applyVersionFilter() returns', () => {
    const handler = (): void => {};
    const filter = new FastifyAdapter().applyVersionFilter(handler, '1', {
      type: VersioningType.HEADER,
      header: 'x-version',
    });
    expect(filter).toBe(handler);
    expect(handler).toHaveProperty('version', '1');
  });
});

describe('the adapter of express, in more detail', () => {
  it('reports the settings of the router in getRouteMatchingOptions()', () => {
    const instance = express();
    instance.enable('strict routing');
    instance.enable('case sensitive routing');
    const adapter = new ExpressAdapter(instance) as unknown as AbstractHttpAdapter;
    const settings = { caseSensitive: true, ignoreTrailingSlash: false };
    expect(matchingOptions(adapter)).toMatchObject(settings);
    expect(matchingOptions(sayingNothing(adapter))).toEqual(settings);
  });

  it.each([
    ['the version', '1', '1', true],
    ['another version', '1', '2', false],
    ['no version', '1', undefined, false],
    ['one of several versions', ['1', '2'], '2', true],
    ['no version of a route that serves that too', ['1', VERSION_NEUTRAL], undefined, true],
    ['any version of a neutral route', VERSION_NEUTRAL, '9', true],
  ])(
    'applyVersionFilter() calls the handler or `next`, and returns what it returns, for %s',
    (_name, version, asked, serves) => {
      const filter = new ExpressAdapter().applyVersionFilter(() => 'handler', version as never, {
        type: VersioningType.HEADER,
        header: 'X-Version',
      }) as unknown as AnyFunction;
      const request = { headers: asked === undefined ? {} : { 'x-version': asked } };
      expect(filter(request, undefined, () => 'next')).toBe(serves ? 'handler' : 'next');
    },
  );

  it('has the routes of its router in `router.stack`, each with path, methods and handlers', () => {
    const adapter = new ExpressAdapter();
    const handler = (): void => {};
    adapter.get('/a', handler);
    adapter.use('/mounted', handler);
    expect(expressRoutes(adapter)).toMatchObject([
      { path: '/a', methods: { get: true }, stack: [{ handle: handler }] },
    ]);
  });

  it('has one method for each that Node knows in a route of `app.all()`, and `_all` in one of `route().all()`', () => {
    const adapter = new ExpressAdapter();
    const handler = (): void => {};
    adapter.all('/a', handler);
    adapter.getInstance<express.Express>().route('/b').all(handler);
    adapter.getInstance<express.Express>().route('/c').get(handler).put(handler);
    const [all, route, two] = expressRoutes(adapter).map(({ methods }) => Object.keys(methods).toSorted());
    expect(all).toEqual(METHODS.map((method) => method.toLowerCase()).toSorted());
    expect(route).toEqual(['_all']);
    expect(two).toEqual(['get', 'put']);
  });

  it('is taken for one without routes of others if that is not so', () => {
    const adapter = { getInstance: () => ({}) } as unknown as AbstractHttpAdapter;
    expect(expressRoutes(adapter)).toEqual([]);
  });
});

describe('the app of Express', () => {
  it('passes every request through handle(), which gives it its prototypes', async () => {
    const adapter = new ExpressAdapter() as unknown as AbstractHttpAdapter;
    const app = expressApp(adapter);
    expect(app?.router.stack).toHaveLength(1);
    const handle = app?.handle;
    const prototypes: unknown[] = [];
    adapter.use((request: object, response: object, next: () => void) => {
      prototypes.push(Object.getPrototypeOf(request), Object.getPrototypeOf(response));
      next();
    });
    let calls = 0;
    app!.handle = function (request: never, response: never, done) {
      calls++;
      handle?.call(this, request, response, done);
    };
    @Module({})
    class AppModule {}
    const running = await startApp('express', AppModule, { adapter: adapter as never });
    await send(running.port);
    await running.app.close();
    expect(calls).toBe(1);
    expect(prototypes[0]).toBe(app?.request);
    expect(prototypes[1]).toBe(app?.response);
  });

  it('is not taken for one if Express has changed', () => {
    for (const instance of [undefined, {}, { handle: () => undefined }, { router: { stack: [] } }]) {
      const adapter = { getInstance: () => instance } as unknown as AbstractHttpAdapter;
      expect(expressApp(adapter)).toBeUndefined();
    }
  });
});

describe('what runs in front of Nest', () => {
  @Module({})
  class AppModule {}

  /** Starts an app on an instance that somebody has put something on, and asks what runs in front. */
  async function inFront(adapter: FastifyAdapter | ExpressAdapter): Promise<readonly string[]> {
    const platform = adapter instanceof FastifyAdapter ? 'fastify' : 'express';
    const { app } = await startApp(platform, AppModule, { adapter: adapter as never });
    try {
      return inFrontOf(adapter);
    } finally {
      await app.close();
    }
  }

  it('is nothing by default', async () => {
    expect(await inFront(new FastifyAdapter())).toEqual([]);
    expect(await inFront(new ExpressAdapter())).toEqual([]);
  });

  it('are hooks on Fastify, by their names, which are in a list behind the symbol `fastify.hooks`', async () => {
    const instance = fastify();
    instance.addHook('onRequest', async function first() {});
    instance.addHook('onRequest', (_request, _reply, done) => done());
    expect(await inFront(new FastifyAdapter(instance as never))).toEqual(['first', '']);
  });

  it('are not hooks of Fastify that come later, nor those of another moment', async () => {
    const adapter = new FastifyAdapter();
    adapter.getInstance().addHook('onSend', async function sending() {});
    const { app } = await startApp('fastify', AppModule, {
      adapter: adapter as never,
      prepare: () => void adapter.getInstance().addHook('onRequest', async function later() {}),
    });
    expect(inFrontOf(adapter as unknown as AbstractHttpAdapter)).toEqual([]);
    await app.close();
  });

  it('are layers on Express, by their names', async () => {
    const instance = express();
    instance.use(function first(_request, _response, next) {
      next();
    });
    instance.use((_request, _response, next) => next());
    instance.get('/x', () => undefined);
    const adapter = new ExpressAdapter(instance);
    expect(await inFront(adapter)).toEqual(['first', '', 'handle']);
    expect(expressLayerNames(adapter as unknown as AbstractHttpAdapter).slice(0, 3)).toEqual([
      'first',
      '<anonymous>',
      'handle',
    ]);
  });

  it('is one without a name if that can no longer be told', () => {
    const other = { getType: () => 'fastify', getInstance: () => ({}) } as unknown as AbstractHttpAdapter;
    const changed = {
      getType: () => 'fastify',
      getInstance: () => ({ [Symbol('fastify.hooks')]: { onRequest: [() => undefined] } }),
    } as unknown as AbstractHttpAdapter;
    const layers = {
      getType: () => 'express',
      getInstance: () => ({ handle: () => undefined, router: { stack: [{ handle: () => undefined }] } }),
    } as unknown as AbstractHttpAdapter;
    const express5 = { getType: () => 'express', getInstance: () => ({}) } as unknown as AbstractHttpAdapter;
    expect([other, changed, layers, express5].map(inFrontOf)).toEqual([[''], [''], [''], ['']]);
    expect(expressLayerNames(express5)).toEqual([]);
    expect(expressLayerNames(layers)).toEqual([]);
  });

  it('has on Express the name that the middleware of the package `cors` has', () => {
    const adapter = new ExpressAdapter();
    adapter.use(cors());
    expect(expressLayerNames(adapter as unknown as AbstractHttpAdapter)).toContain('corsMiddleware');
  });
});

describe('a response hook', () => {
  it("is in the private field of Express's adapter", () => {
    const adapter = new ExpressAdapter() as unknown as AbstractHttpAdapter;
    expect(currentResponseHook(adapter)).toBeUndefined();
    const hook = () => undefined;
    adapter.setOnResponseHook(hook);
    expect(currentResponseHook(adapter)).toBe(hook);
  });
});

describe('a plain path', () => {
  it.each(PLATFORMS)('is the same to the adapter for %s', (platform) => {
    const adapter = createAdapter(platform) as unknown as AbstractHttpAdapter;
    fc.assert(
      fc.property(fc.stringMatching(PLAIN_PATH), (path) => {
        expect(adapter.normalizePath(path)).toBe(path);
      }),
      { seed, numRuns: 500 },
    );
    for (const path of ['/', '/a/', '/*', '/a/:b-:c', '/a/{:b}', '/:1', '/é', '/a//b', '/(.*)']) {
      expect([path, PLAIN_PATH.test(path)]).toEqual([path, false]);
    }
  });
});

describe('matchingOptions()', () => {
  it('takes an adapter that does not say, and whose router is unknown, for Express by default', () => {
    const adapter = { getType: () => 'express', getInstance: () => ({}) } as unknown as AbstractHttpAdapter;
    expect(matchingOptions(adapter)).toEqual({ caseSensitive: false, ignoreTrailingSlash: true });
  });
});

describe('exploreRoutes()', () => {
  it('passes over a controller whose class has lost its path, as after a mistake in a dynamic module', () => {
    class Undecorated {}
    const controllers = new Map([['x', { metatype: Undecorated, instance: new Undecorated() }]]);
    const modules = Object.assign(new Map([['m', { metatype: class {}, controllers }]]), {
      applicationId: 'id',
    });
    const adapter = new ExpressAdapter() as unknown as AbstractHttpAdapter;
    expect(exploreRoutes(modules as never, new ApplicationConfig(), adapter, new MetadataScanner())).toEqual(
      [],
    );
  });
});
