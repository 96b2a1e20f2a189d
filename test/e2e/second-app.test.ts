import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Delete,
  Get,
  Inject,
  Injectable,
  Module,
  Post,
  UseGuards,
  type CanActivate,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost, NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test, type TestingModule } from '@nestjs/testing';
import express from 'express';
import Fastify, { type FastifyInstance } from 'fastify';
import {
  AllowOrigin,
  CorsModule,
  CorsService,
  NoCors,
  type CorsModuleOptions,
  type OriginSourceAfterGuards,
} from '../../lib/index.js';
import { createAdapter, PLATFORMS, type Platform } from '../support/apps.js';
import { corsHeaders, expected } from '../support/cors-headers.js';
import { preflightHeaders, send } from '../support/http.js';
import { CLOSED, open, reach, REFUSED } from '../support/reach.js';
import { startedByTest } from '../support/suites.js';

const PAGE = 'https://app.example.com';
const PARTNER = 'https://partner.example.com';
const DEFAULT = 'https://default.example.com';
const OTHER = 'https://other.example.net';

class Nobody implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@Controller('cats')
@AllowOrigin(PAGE)
class CatsController {
  @Get() list() {
    return 'cats';
  }
  @Delete(':id') @AllowOrigin(PARTNER) remove() {
    return 'removed';
  }
  @Post('walled') @AllowOrigin(PARTNER, { enforce: true }) walled() {
    return 'walled';
  }
  @Get('guarded') @UseGuards(Nobody) guarded() {
    return 'guarded';
  }
  @Get('closed') @NoCors() closed() {
    return 'closed';
  }
}

@Module({
  imports: [
    CorsModule.forRoot({ origin: DEFAULT, routes: [{ path: '/files', policy: { origin: PARTNER } }] }),
  ],
  controllers: [CatsController],
})
class CatsModule {}

/** Asks an app in each way in which it can be asked. */
async function expectCats(app: INestApplication, prefix = ''): Promise<void> {
  const { port } = app.getHttpServer().address() as AddressInfo;
  const ask = (path: string, origin: string, method = 'GET') =>
    reach(port, `${prefix}${path}`, origin, { method });
  expect(await ask('/cats', PAGE)).toEqual(open(PAGE));
  expect(await ask('/cats', PARTNER)).toEqual(REFUSED);
  expect(await ask('/cats', PAGE, 'HEAD')).toEqual(open(PAGE, 'HEAD'));
  expect(await ask('/cats/7', PARTNER, 'DELETE')).toEqual(open(PARTNER, 'DELETE'));
  expect(await ask('/cats/7', PAGE, 'DELETE')).toEqual(REFUSED);
  // A method that no route serves, a guard's 403, a 404, an entry's path.
  expect(await ask('/cats', PAGE, 'PATCH')).toEqual(open(PAGE, 'PATCH'));
  expect(await ask('/cats/guarded', PAGE)).toEqual(open(PAGE));
  expect(await ask('/cats/closed', PAGE)).toEqual(CLOSED);
  expect(await ask('/nowhere', DEFAULT)).toEqual(open(DEFAULT));
  expect(await ask('/nowhere', PAGE)).toEqual(REFUSED);
  expect(await ask('/files/x', PARTNER)).toEqual(open(PARTNER));
  const walled = await send(port, {
    method: 'POST',
    path: `${prefix}/cats/walled`,
    headers: { origin: PAGE, host: 'api.example.com' },
  });
  expect([walled.status, corsHeaders(walled)]).toEqual([403, expected({ vary: 'Origin' })]);
}

/** What the app says of itself. */
async function expectKnown(app: INestApplication, prefix = ''): Promise<void> {
  const cors = app.get(CorsService);
  const routes = cors.routes().map(({ method, path }) => `${method} ${path}`);
  expect(routes).toEqual(
    expect.arrayContaining([`GET ${prefix}/cats`, `DELETE ${prefix}/cats/:id`, 'ALL *']),
  );
  const { route, allowed } = await cors.explain({
    method: 'OPTIONS',
    url: `${prefix}/cats/7`,
    headers: preflightHeaders(PARTNER, 'DELETE'),
  });
  expect([route?.where, allowed]).toEqual(['CatsController#remove', true]);
}

/** Every pair of platforms. */
const PAIRS = PLATFORMS.flatMap((first) => PLATFORMS.map((second) => [first, second] as const));

describe('several apps of one testing module', () => {
  const own = startedByTest();

  async function compile(module: Type): Promise<TestingModule> {
    return own(Test.createTestingModule({ imports: [module] }).compile(), (compiled) => compiled.close());
  }

  async function listen(testing: TestingModule, platform: Platform, prefix = ''): Promise<INestApplication> {
    const app = testing.createNestApplication(createAdapter(platform) as never, { logger: false });
    await own(app, (created) => created.close());
    if (prefix !== '') app.setGlobalPrefix(prefix);
    await app.listen(0, '127.0.0.1');
    return app;
  }

  it.each(PAIRS)('are covered one after the other: %s, then %s', async (first, second) => {
    const testing = await compile(CatsModule);
    for (const platform of [first, second]) {
      const app = await listen(testing, platform);
      await expectCats(app);
      await expectKnown(app);
      await app.close();
    }
  });

  it.each(PAIRS)('are covered at the same time: %s and %s', async (first, second) => {
    const testing = await compile(CatsModule);
    const apps = [await listen(testing, first), await listen(testing, second)];
    for (const app of [...apps, ...apps.toReversed()]) await expectCats(app);
    for (const app of apps) await expectKnown(app);
  });

  describe.each(PLATFORMS)('of a builder that is compiled for each test, on %s', (platform) => {
    let app: INestApplication;
    beforeEach(async () => {
      app = await listen(await compile(CatsModule), platform);
    });

    it.each([1, 2, 3])('test %d', async () => {
      await expectCats(app);
      await expectKnown(app);
    });
  });

  describe.each(PLATFORMS)('of one builder that is compiled twice, on %s', (platform) => {
    it('are covered, each by itself', async () => {
      const builder = Test.createTestingModule({ imports: [CatsModule] });
      for (let count = 0; count < 2; count++) {
        const testing = await own(builder.compile(), (compiled) => compiled.close());
        const app = await listen(testing, platform);
        await expectCats(app);
        await expectKnown(app);
      }
    });
  });

  it.each(PLATFORMS)(
    'have a source that decides after the guards asked once for each request, on %s',
    async (platform) => {
      let asked = 0;
      @Injectable()
      class Tenants implements OriginSourceAfterGuards {
        readonly after = 'guards';
        allows(origin: string): boolean {
          asked++;
          return origin === PAGE;
        }
        mayAllow(): boolean {
          return true;
        }
      }
      @Controller('tenants')
      @AllowOrigin(Tenants)
      class TenantsController {
        @Get() list() {
          return 'tenants';
        }
      }
      @Module({ imports: [CorsModule.forRoot({})], controllers: [TenantsController], providers: [Tenants] })
      class TenantsModule {}
      const testing = await compile(TenantsModule);
      const apps = [await listen(testing, platform), await listen(testing, platform)];
      for (const app of apps) {
        const { port } = app.getHttpServer().address() as AddressInfo;
        for (const [origin, status] of [
          [PAGE, 200],
          [OTHER, 403],
        ] as const) {
          asked = 0;
          const response = await send(port, { path: '/tenants', headers: { origin } });
          expect([response.status, asked]).toEqual([status, 1]);
        }
      }
    },
  );

  it.each(PLATFORMS)('take on other options together, on %s', async (platform) => {
    const testing = await compile(CatsModule);
    const apps = [await listen(testing, platform), await listen(testing, platform)];
    await testing.get(CorsService).update({ origin: OTHER });
    for (const app of apps) {
      const { port } = app.getHttpServer().address() as AddressInfo;
      expect(await reach(port, '/nowhere', OTHER)).toEqual(open(OTHER));
      expect(await reach(port, '/nowhere', DEFAULT)).toEqual(REFUSED);
    }
  });
});

describe.each(PAIRS)('two apps of one class of module: %s and %s', (first, second) => {
  const own = startedByTest();

  it('are covered, each by itself', async () => {
    const apps = await Promise.all(
      [first, second].map(async (platform) => {
        const starting = NestFactory.create(CatsModule, createAdapter(platform) as never, { logger: false });
        const app = await own(starting, (created) => created.close());
        await app.listen(0, '127.0.0.1');
        return app;
      }),
    );
    for (const app of apps) {
      await expectCats(app);
      await expectKnown(app);
    }
  });
});

@Controller('dogs')
@AllowOrigin(PARTNER)
class DogsController {
  @Get() list() {
    return 'dogs';
  }
  @Delete(':id') @AllowOrigin(PAGE) remove() {
    return 'removed';
  }
  @Post('walled') @AllowOrigin(PAGE, { enforce: true }) walled() {
    return 'walled';
  }
}

@Module({ imports: [CorsModule.forRoot({ origin: OTHER })], controllers: [DogsController] })
class DogsModule {}

/** Nest gives an instance of Fastify its middlewares, body parsers and handlers of errors, and Fastify takes them once. */
class SecondFastify extends FastifyAdapter {
  constructor(instance: FastifyInstance) {
    super(Object.assign(instance, { skipMiddie: true }) as never);
  }
  override registerParserMiddleware(): void {}
  override setNotFoundHandler(): never {
    return this as never;
  }
  override setErrorHandler(): never {
    return this as never;
  }
}

/** Two adapters that share an instance. */
const SHARED: Readonly<Record<Platform, () => readonly unknown[]>> = {
  fastify: () => {
    const instance = Fastify();
    return [new FastifyAdapter(instance as never), new SecondFastify(instance)];
  },
  express: () => {
    const instance = express();
    return [new ExpressAdapter(instance), new ExpressAdapter(instance)];
  },
};

async function expectDogs(port: number): Promise<void> {
  const ask = (path: string, origin: string, method = 'GET') => reach(port, path, origin, { method });
  expect(await ask('/dogs', PARTNER)).toEqual(open(PARTNER));
  expect(await ask('/dogs', PAGE)).toEqual(REFUSED);
  expect(await ask('/dogs/7', PAGE, 'DELETE')).toEqual(open(PAGE, 'DELETE'));
  expect(await ask('/dogs/7', PARTNER, 'DELETE')).toEqual(REFUSED);
  expect(await ask('/dogs', PARTNER, 'PATCH')).toEqual(open(PARTNER, 'PATCH'));
  const walled = await send(port, { method: 'POST', path: '/dogs/walled', headers: { origin: PARTNER } });
  expect(walled.status).toBe(403);
}

describe.each(PLATFORMS)('two apps on one instance of %s', (platform) => {
  const own = startedByTest();

  /** Both are initialized in this order, and the one that is named listens. */
  async function start(
    order: readonly ('cats' | 'dogs')[],
    listening: 'cats' | 'dogs',
  ): Promise<Record<'cats' | 'dogs', INestApplication>> {
    const [first, second] = SHARED[platform]();
    const create = async (module: Type, adapter: unknown): Promise<INestApplication> =>
      own(NestFactory.create(module, adapter as never, { logger: false, abortOnError: false }), (app) =>
        app.close(),
      );
    const apps = { cats: await create(CatsModule, first), dogs: await create(DogsModule, second) };
    // Else the 404 of the first one would be the answer to all that the second one serves.
    apps.cats.setGlobalPrefix('first');
    for (const name of order) await apps[name].init();
    await apps[listening].listen(0, '127.0.0.1');
    return apps;
  }

  it.each([
    [['cats', 'dogs'], 'cats'],
    [['cats', 'dogs'], 'dogs'],
    [['dogs', 'cats'], 'dogs'],
  ] as const)('the one decides that serves the target: %j, and %s listens', async (order, listening) => {
    const apps = await start(order, listening);
    const { port } = apps[listening].getHttpServer().address() as AddressInfo;
    await expectDogs(port);
    const ask = (path: string, origin: string, method = 'GET') =>
      reach(port, `/first${path}`, origin, { method });
    expect(await ask('/cats', PAGE)).toEqual(open(PAGE));
    expect(await ask('/cats', PARTNER)).toEqual(REFUSED);
    expect(await ask('/cats/7', PARTNER, 'DELETE')).toEqual(open(PARTNER, 'DELETE'));
    expect(await ask('/cats/7', PAGE, 'DELETE')).toEqual(REFUSED);
    expect(await ask('/cats', PAGE, 'PATCH')).toEqual(open(PAGE, 'PATCH'));
    expect(await ask('/cats/guarded', PAGE)).toEqual(open(PAGE));
    expect(await ask('/cats/closed', PAGE)).toEqual(CLOSED);
    const walled = await send(port, {
      method: 'POST',
      path: '/first/cats/walled',
      headers: { origin: PAGE, host: 'api.example.com' },
    });
    expect(walled.status).toBe(403);
  });

  it('what neither serves has the default of one of them', async () => {
    const apps = await start(['cats', 'dogs'], 'dogs');
    const { port } = apps.dogs.getHttpServer().address() as AddressInfo;
    const readers = await Promise.all(
      [DEFAULT, OTHER].map(async (origin) => {
        const { response, preflight } = await reach(port, '/nowhere', origin);
        return ['access-control-allow-origin' in response, preflight[0] === 204];
      }),
    );
    // One of the two defaults, for the response and its preflight alike.
    expect(readers.map(String).toSorted()).toEqual(['false,false', 'true,true']);
  });

  it('what neither serves comes under an entry of whichever has one, else under the stricter default', async () => {
    const create = async (options: CorsModuleOptions, adapter: unknown): Promise<INestApplication> => {
      @Module({ imports: [CorsModule.forRoot(options)] })
      class AppModule {}
      return own(
        NestFactory.create(AppModule, adapter as never, { logger: false, abortOnError: false }),
        (app) => app.close(),
      );
    };
    const [first, second] = SHARED[platform]();
    const apps = [
      await create({ origin: '*', routes: [{ path: '/one', policy: { origin: PAGE } }] }, first),
      await create({ enforce: true, routes: [{ path: '/two', policy: { origin: PARTNER } }] }, second),
    ] as const;
    apps[0].setGlobalPrefix('first');
    await apps[0].init();
    await apps[1].listen(0, '127.0.0.1');
    const { port } = apps[1].getHttpServer().address() as AddressInfo;
    expect(await reach(port, '/one/x', PAGE)).toEqual(open(PAGE));
    expect(await reach(port, '/two/x', PARTNER)).toEqual(open(PARTNER));
    expect(await reach(port, '/two/x', OTHER)).toEqual(REFUSED);
    expect((await send(port, { path: '/nowhere', headers: { origin: OTHER } })).status).toBe(403);
    expect((await reach(port, '/nowhere', OTHER)).preflight).toEqual(CLOSED.preflight);
  });

  it.each([
    [{ origin: PAGE, enforce: 'unsafe' }, { origin: PAGE }, 404, 403],
    [{ origin: PAGE, enforce: 'unsafe' }, { origin: PAGE, enforce: true }, 403, 403],
    [{ origin: '*' }, { origin: PAGE, enforce: 'unsafe' }, 404, 403],
  ] as const)('what neither serves has the stricter wall: %j, %j', async (one, other, get, post) => {
    for (const options of [
      [one, other],
      [other, one],
    ] as const) {
      const adapters = SHARED[platform]();
      const apps = await Promise.all(
        options.map((said, index) => {
          @Module({ imports: [CorsModule.forRoot(said)] })
          class AppModule {}
          const adapter = adapters[index] as never;
          return own(NestFactory.create(AppModule, adapter, { logger: false, abortOnError: false }), (app) =>
            app.close(),
          );
        }),
      );
      const [first, second] = apps as [INestApplication, INestApplication];
      first.setGlobalPrefix('first');
      await first.init();
      await second.listen(0, '127.0.0.1');
      const { port } = second.getHttpServer().address() as AddressInfo;
      const statusOf = async (method: string) =>
        (await send(port, { method, path: '/nowhere', headers: { origin: OTHER } })).status;
      expect([await statusOf('GET'), await statusOf('POST')]).toEqual([get, post]);
    }
  });

  it('each knows its own', async () => {
    const apps = await start(['cats', 'dogs'], 'dogs');
    await expectKnown(apps.cats, '/first');
    const routes = apps.dogs
      .get(CorsService)
      .routes()
      .filter(({ where }) => where.startsWith('DogsController'));
    expect(routes.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /dogs',
      'DELETE /dogs/:id',
      'POST /dogs/walled',
    ]);
  });
});

describe('an app that is given its server by somebody else', () => {
  const own = startedByTest();

  it('is covered on a server that an instance of Express is put into', async () => {
    const instance = express();
    const app = await own(
      NestFactory.create(CatsModule, new ExpressAdapter(instance), { logger: false }),
      (created) => created.close(),
    );
    await app.init();
    const server: Server = await own(createServer(instance), (started) => started.close());
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    expect(await reach(port, '/cats/7', PARTNER, { method: 'DELETE' })).toEqual(open(PARTNER, 'DELETE'));
    expect(await reach(port, '/cats/7', PAGE, { method: 'DELETE' })).toEqual(REFUSED);
    expect(await reach(port, '/nowhere', DEFAULT)).toEqual(open(DEFAULT));
  });
});

describe.each(PLATFORMS)(
  'an app whose modules hold on to the adapter of the first one, on %s',
  (platform) => {
    const own = startedByTest();

    it('has the routes that a module registers in configure() with its own', async () => {
      @Module({})
      class ExportModule {
        constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}
        configure(): void {
          this.host.httpAdapter.get('/cats/export', ((
            _request: unknown,
            response: { send(body: string): unknown },
          ) => {
            void response.send('export');
          }) as never);
        }
      }
      const options: CorsModuleOptions = { origin: DEFAULT };
      const testing = await own(
        Test.createTestingModule({
          imports: [CorsModule.forRoot(options), ExportModule],
          controllers: [CatsController],
        }).compile(),
        (compiled) => compiled.close(),
      );
      for (let count = 0; count < 2; count++) {
        const app: INestApplication = testing.createNestApplication(createAdapter(platform) as never, {
          logger: false,
        });
        await own(app, (created) => created.close());
        await app.listen(0, '127.0.0.1');
        const { port } = app.getHttpServer().address() as AddressInfo;
        expect((await send(port, { path: '/cats/export' })).body).toBe('export');
        expect(await reach(port, '/cats/export', DEFAULT)).toEqual(open(DEFAULT));
        const foreign = app
          .get(CorsService)
          .routes()
          .filter(({ where }) => where === platform);
        expect(foreign.map(({ path }) => path)).toContain('/cats/export');
      }
    });
  },
);
