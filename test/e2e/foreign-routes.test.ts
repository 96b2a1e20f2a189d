import type { ServerResponse } from 'node:http';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Inject,
  Module,
  Version,
  VersioningType,
  type NestModule,
  type OnApplicationBootstrap,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost, type AbstractHttpAdapter } from '@nestjs/core';
import { AllowOrigin, CorsModule, CorsService, type CorsModuleOptions } from '../../lib/index.js';
import { createAdapter, PLATFORMS, type Platform, type RunningApp } from '../support/apps.js';
import { send } from '../support/http.js';
import { CLOSED, open, reach, REFUSED } from '../support/reach.js';
import { appsOfSuite, appsOfTest } from '../support/suites.js';

const PAGE = 'https://app.example.com';
const OTHER = 'https://other.example.net';

@Controller('users')
class UsersController {
  @Get(':id') @AllowOrigin('*') one() {
    return 'user';
  }
}

/** When somebody may register a route with the platform directly. */
const MOMENTS = [
  'before the app is created',
  'in a constructor',
  'in configure()',
  'in main, before the app is initialized',
  'in onModuleInit()',
  'in onApplicationBootstrap()',
] as const;

type Moment = (typeof MOMENTS)[number];

/** Registers a path that a controller has as well, and one that none has. */
function register(adapter: AbstractHttpAdapter): void {
  const answer = (text: string) => (_request: unknown, response: { send(body: string): unknown }) => {
    void response.send(text);
  };
  adapter.get('/users/export', answer('export') as never);
  adapter.get('/health', answer('healthy') as never);
  adapter.put('/health', answer('checked') as never);
}

/** An app with a module that registers, imported in front of CorsModule or behind it. */
function moduleOf(moment: Moment, isInFront: boolean, options: CorsModuleOptions): Type {
  @Module({})
  class Registering implements NestModule, OnModuleInit, OnApplicationBootstrap {
    constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {
      this.registerIf('in a constructor');
    }
    configure(): void {
      this.registerIf('in configure()');
    }
    onModuleInit(): void {
      this.registerIf('in onModuleInit()');
    }
    onApplicationBootstrap(): void {
      this.registerIf('in onApplicationBootstrap()');
    }
    private registerIf(now: Moment): void {
      if (now === moment) register(this.host.httpAdapter);
    }
  }

  const cors = CorsModule.forRoot(options);
  @Module({
    imports: isInFront ? [Registering, cors] : [cors, Registering],
    controllers: [UsersController],
  })
  class AppModule {}
  return AppModule;
}

describe.each(PLATFORMS)('a route that somebody registers with the platform itself, on %s', (platform) => {
  describe.each(MOMENTS)('%s', (moment) => {
    describe.each([
      ['in front of', true],
      ['behind', false],
    ] as const)('%s CorsModule', (_, isInFront) => {
      const startApp = appsOfSuite();
      let running: RunningApp;
      beforeAll(async () => {
        const options: CorsModuleOptions = { routes: [{ path: '/health', policy: { origin: PAGE } }] };
        running = await start(startApp, platform, moment, moduleOf(moment, isInFront, options));
      });

      it('has no policy of a controller whose route matches as well, where it is what answers', async () => {
        const { body } = await send(running.port, { path: '/users/export' });
        // Express takes the first that matches, and Fastify the one that is text.
        const isBehind = platform === 'express' && LATE.has(moment);
        expect(body).toBe(isBehind ? 'user' : 'export');
        expect(await reach(running.port, '/users/export', OTHER)).toEqual(isBehind ? open('*') : CLOSED);
        expect(await reach(running.port, '/users/7', OTHER)).toEqual(open('*'));
      });

      it('has the policy of the entry for its path, for each of its methods', async () => {
        for (const method of ['GET', 'HEAD', 'POST']) {
          expect(await reach(running.port, '/health', PAGE, { method })).toEqual(open(PAGE, method));
          expect(await reach(running.port, '/health', OTHER, { method })).toEqual(REFUSED);
        }
      });

      it('is listed, with what governs it', () => {
        const reports = running.app.get(CorsService).routes();
        const foreign = reports.filter(({ where }) => where === platform);
        const own = foreign.filter(({ path }) => path === '/health');
        expect(own.map(({ method }) => method)).toEqual(expect.arrayContaining(['GET', 'PUT']));
        for (const { policy, from } of own) {
          expect([policy?.origin, from?.origin]).toEqual([[PAGE], ['options.routes[0].policy']]);
        }
        expect(foreign.find(({ path }) => path === '/users/export')?.policy?.origin).toEqual([]);
      });
    });
  });
});

/** When Nest has registered its own routes. */
const LATE: ReadonlySet<Moment> = new Set(['in onModuleInit()', 'in onApplicationBootstrap()']);

async function start(
  startApp: ReturnType<typeof appsOfSuite>,
  platform: Platform,
  moment: Moment,
  module: Type,
): Promise<RunningApp> {
  const adapter = createAdapter(platform);
  if (moment === 'before the app is created') register(adapter as AbstractHttpAdapter);
  return await startApp(platform, module, {
    adapter,
    prepare: (app) => {
      if (moment === 'in main, before the app is initialized') {
        register(app.getHttpAdapter() as AbstractHttpAdapter);
      }
    },
  });
}

@Controller('reports')
class ReportsController {
  @Get(':id') @Version('1') @AllowOrigin('*') one() {
    return 'one';
  }
  @Get(':id') @Version('2') @AllowOrigin(PAGE) two() {
    return 'two';
  }
}

describe.each(PLATFORMS)('beside routes with versions and a global prefix, on %s', (platform) => {
  const startApp = appsOfTest();

  it.each([
    [VersioningType.URI, '/api/v1/reports', {}],
    [VersioningType.HEADER, '/api/reports', { 'x-version': '1' }],
  ] as const)("somebody else's route is known as such: versioning %s", async (type, path, headers) => {
    @Module({ imports: [CorsModule.forRoot({})], controllers: [ReportsController] })
    class AppModule {}
    const { port } = await startApp(platform, AppModule, {
      prepare: (app) => {
        app.setGlobalPrefix('api');
        app.enableVersioning({ type, header: 'x-version' });
        app.getHttpAdapter().get(`${path}/export`, ((
          _request: unknown,
          response: { send(body: string): unknown },
        ) => {
          void response.send('export');
        }) as never);
      },
    });
    expect((await send(port, { path: `${path}/export`, headers })).body).toBe('export');
    expect(await reach(port, `${path}/export`, OTHER, { headers })).toEqual(CLOSED);
    expect(await reach(port, `${path}/7`, OTHER, { headers })).toEqual(open('*'));
  });
});

/** Fastify refuses a second route for a method of a path. */
describe('a route of all methods behind one of Nest, on express', () => {
  const startApp = appsOfTest();

  it('is governed as what it is where it answers', async () => {
    @Module({})
    class Registering implements OnModuleInit {
      constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}
      onModuleInit(): void {
        this.host.httpAdapter.all('/shared', ((
          _request: unknown,
          response: { send(body: string): unknown },
        ) => {
          void response.send('all');
        }) as never);
      }
    }
    @Controller('shared')
    class SharedController {
      @Get() @AllowOrigin('*') read() {
        return 'read';
      }
    }
    @Module({ imports: [CorsModule.forRoot({}), Registering], controllers: [SharedController] })
    class AppModule {}
    const { port } = await startApp('express', AppModule);
    expect((await send(port, { method: 'POST', path: '/shared' })).body).toBe('all');
    expect(await reach(port, '/shared', OTHER, { method: 'POST' })).toEqual(CLOSED);
    expect(await reach(port, '/shared', OTHER)).toEqual(open('*'));
  });
});

/** Express hands HEAD to every route of a path, and calls it the route of the request. */
describe("a HEAD request that somebody else's route of another method passes on, on express", () => {
  const startApp = appsOfTest();

  it('is governed by the route of Nest, also where a middleware answers it', async () => {
    @Module({})
    class Registering {
      constructor(@Inject(HttpAdapterHost) { httpAdapter }: HttpAdapterHost) {
        httpAdapter.put('/users/*path', ((_request: unknown, response: { send(body: string): unknown }) => {
          void response.send('put');
        }) as never);
      }
    }
    @Module({ imports: [CorsModule.forRoot({}), Registering], controllers: [UsersController] })
    class AppModule {}
    const { port } = await startApp('express', AppModule, {
      prepare: (app) =>
        void app.use((_request: unknown, response: ServerResponse) => {
          response.writeHead(503).end('later');
        }),
    });
    expect((await send(port, { path: '/users/7' })).body).toBe('later');
    expect(await reach(port, '/users/7', OTHER, { method: 'HEAD' })).toEqual(open('*', 'HEAD'));
    expect(await reach(port, '/users/7', OTHER)).toEqual(open('*'));
    expect(await reach(port, '/users/7', OTHER, { method: 'PUT' })).toEqual(CLOSED);
  });
});
