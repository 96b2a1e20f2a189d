import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Module,
  Put,
  type INestApplication,
  type OnModuleInit,
} from '@nestjs/common';
import { HttpAdapterHost, type AbstractHttpAdapter } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { AllowOrigin, CorsModule } from '../../lib/index.js';
import { createAdapter, PLATFORMS, type Platform } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send, type WireResponse } from '../support/http.js';
import { has, on12 } from '../support/nest-11.js';
import { appsOfTest, startedByTest } from '../support/suites.js';

const APP = 'https://app.example.com';

type Hook = (request: unknown, response: unknown, done: (error?: Error) => void) => unknown;

/** How often the other hook has run. */
let runs = 0;

/** Another user of the slot, and the status of what it lets happen; maybe on one platform only. */
type OtherHook = readonly [style: string, hook: Hook, status: number, only?: Platform | undefined];

/** In each of the styles that the adapters know. */
const HOOKS: readonly OtherHook[] = [
  ['calls done()', (_request, _response, done) => done(), 200],
  ['calls done() later', (_request, _response, done) => void setTimeout(done, 5), 200],
  [
    'calls done() twice',
    (_request, _response, done) => {
      done();
      done();
    },
    200,
    has('doneOnce') ? undefined : 'fastify',
  ],
  [
    'is async and calls done()',
    async (_request, _response, done) => {
      await Promise.resolve();
      done();
    },
    200,
  ],
  ...on12<OtherHook>('hookPromises', ['is async', () => Promise.resolve(), 200, 'fastify']),
  ['calls done(error)', (_request, _response, done) => done(new Error('stopped')), 500],
  [
    'throws',
    () => {
      throw new Error('stopped');
    },
    500,
  ],
  ...on12<OtherHook>('hookPromises', ['rejects', () => Promise.reject(new Error('stopped')), 500]),
];

/** When it takes the slot. */
const MOMENTS = ['before the app is created', 'in onModuleInit()', 'in main'] as const;

@Controller('cats')
@AllowOrigin(APP)
class CatsController {
  @Get() list() {
    return [];
  }
  @Put() put() {}
}

/** Waits for a source in our own hook, so that the other hook runs after it has been left. */
@Controller('asked')
@AllowOrigin((origin) => Promise.resolve(origin === APP))
class AskedController {
  @Get() list() {
    return [];
  }
}

function moduleWith(hook: Hook | undefined) {
  @Injectable()
  class Observer implements OnModuleInit {
    constructor(private readonly host: HttpAdapterHost) {}
    onModuleInit(): void {
      if (hook !== undefined) this.host.httpAdapter.setOnRequestHook(hook);
    }
  }
  @Module({
    imports: [CorsModule.forRoot({})],
    controllers: [CatsController, AskedController],
    providers: [Observer],
  })
  class AppModule {}
  return AppModule;
}

describe.each(PLATFORMS)('the request slot on %s', (platform) => {
  const own = startedByTest();
  const startApp = appsOfTest();
  let app: INestApplication;

  function get(path: string): Promise<WireResponse> {
    const { port } = app.getHttpServer().address() as AddressInfo;
    return send(port, { path, headers: { origin: APP } });
  }

  function preflight(path: string, method: string): Promise<WireResponse> {
    const { port } = app.getHttpServer().address() as AddressInfo;
    return send(port, { method: 'OPTIONS', path, headers: preflightHeaders(APP, method) });
  }

  async function start(moment: (typeof MOMENTS)[number] | undefined, hook: Hook): Promise<void> {
    runs = 0;
    const counting: Hook = (...args) => {
      runs++;
      return hook(...args);
    };
    const adapter = createAdapter(platform) as AbstractHttpAdapter;
    if (moment === 'before the app is created') adapter.setOnRequestHook(counting);
    const module = moduleWith(moment === 'in onModuleInit()' ? counting : undefined);
    ({ app } = await startApp(platform, module, {
      adapter: adapter as never,
      prepare: (created) => {
        if (moment === 'in main')
          (created.getHttpAdapter() as AbstractHttpAdapter).setOnRequestHook(counting);
      },
    }));
  }

  describe.each(MOMENTS)('taken %s', (moment) => {
    it.each(HOOKS.filter(([, , , only]) => only === undefined || only === platform))(
      'by one that %s',
      async (_, hook, status) => {
        await start(moment, hook);
        for (const path of ['/cats', '/asked']) {
          const response = await get(path);
          expect([response.status, corsHeaders(response)]).toEqual([
            status,
            expected({ acao: APP, vary: 'Origin' }),
          ]);
        }
        expect(runs).toBe(2);
        const response = await preflight('/cats', 'PUT');
        expect([response.status, corsHeaders(response)]).toEqual([
          204,
          expected({ acao: APP, acam: 'PUT', vary: PREFLIGHT_VARY }),
        ]);
        expect((await preflight('/asked', 'GET')).status).toBe(204);
        // A preflight is answered in front of it.
        expect(runs).toBe(2);
      },
    );
  });

  it('is given to the last who takes it, as without the library', async () => {
    let replaced = 0;
    await start(undefined, () => undefined);
    const adapter = app.getHttpAdapter() as AbstractHttpAdapter;
    adapter.setOnRequestHook((_request: unknown, _response: unknown, done: () => void) => {
      replaced++;
      done();
    });
    adapter.setOnRequestHook((_request: unknown, _response: unknown, done: () => void) => {
      runs++;
      done();
    });
    await get('/cats');
    expect([replaced, runs]).toEqual([0, 1]);
  });

  it("runs the adapter's response hook for preflights too", async () => {
    await start(undefined, () => undefined);
    const seen = new Promise<void>((resolve) => {
      (app.getHttpAdapter() as AbstractHttpAdapter).setOnResponseHook(
        (_request: unknown, _response: unknown, done?: () => void) => {
          resolve();
          done?.();
        },
      );
    });
    expect((await preflight('/cats', 'PUT')).status).toBe(204);
    await seen;
  });

  it('works under Test.createTestingModule()', async () => {
    const testing = await Test.createTestingModule({ imports: [moduleWith(undefined)] }).compile();
    const created = testing.createNestApplication(createAdapter(platform) as never, { logger: false });
    app = await own(created, () => created.close());
    await app.listen(0, '127.0.0.1');
    expect(corsHeaders(await get('/cats'))).toEqual(expected({ acao: APP, vary: 'Origin' }));
    expect((await preflight('/cats', 'PUT')).status).toBe(204);
    expect((await preflight('/dogs', 'PUT')).status).toBe(403);
  });
});
