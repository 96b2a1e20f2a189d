import { beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Header, Module, Put, type INestApplication, type Type } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import fastifyCors from '@fastify/cors';
import cors from 'cors';
import express from 'express';
import Fastify from 'fastify';
import { AllowOrigin, CorsModule, NoCors, type CorsModuleOptions } from '../../lib/index.js';
import { PLATFORMS, type Platform, type RunningApp } from '../support/apps.js';
import { corsHeaders } from '../support/cors-headers.js';
import { openToAll, says, serve, serveOn } from '../support/foreign.js';
import { send } from '../support/http.js';
import { CLOSED, open, reach, REFUSED } from '../support/reach.js';
import { appsOfSuite, appsOfTest } from '../support/suites.js';

const PAGE = 'https://app.example.com';
const OTHER = 'https://other.example.net';

/** As the packages that do CORS are mostly used: whoever asks may read, with cookies. */
const REFLECT = { origin: true, credentials: true, methods: ['GET', 'PUT', 'DELETE'] };

@Controller('things')
class ThingsController {
  @Get()
  @Header('Access-Control-Allow-Origin', '*')
  @Header('Access-Control-Expose-Headers', 'x-total')
  bare() {
    return 'bare';
  }
  @Put(':id') @Header('access-control-allow-origin', '*') put() {
    return 'put';
  }
  @Get('own') @AllowOrigin(PAGE) own() {
    return 'own';
  }
  @Get('closed') @NoCors() closed() {
    return 'closed';
  }
}

function moduleOf(options: CorsModuleOptions): Type {
  @Module({ imports: [CorsModule.forRoot(options)], controllers: [ThingsController] })
  class AppModule {}
  return AppModule;
}

/** Where nothing governs: the path, and a method that is asked for there. */
const UNGOVERNED = [
  ['a route without a policy', '/things', 'GET'],
  ['a method of it that no route serves', '/things', 'DELETE'],
  ['a route without a policy, which is preflighted', '/things/7', 'PUT'],
  ['a route under @NoCors()', '/things/closed', 'GET'],
  ['a path that nothing serves', '/nowhere', 'GET'],
  ['something that is mounted and does CORS itself', '/legacy', 'PUT'],
  ['what is below that', '/legacy/x', 'PUT'],
] as const;

describe.each(PLATFORMS)('what no policy governs is closed, on %s', (platform) => {
  const startApp = appsOfSuite();
  const asGiven = (app: INestApplication): void => serve(app, platform, '/legacy', openToAll);
  const reflecting = async (app: INestApplication): Promise<void> => {
    await useCors(app, platform);
    serve(app, platform, '/legacy', openToAll);
  };

  describe.each([
    ['by itself', asGiven],
    ['in an app with the usual package for CORS', reflecting],
  ])('%s', (_, prepare) => {
    let running: RunningApp;
    beforeAll(async () => {
      running = await startApp(platform, moduleOf({}), { prepare });
    });

    it.each(UNGOVERNED)('%s: %s, %s', async (_title, path, method) => {
      for (const origin of [PAGE, OTHER, 'null']) {
        const { response, preflight } = await reach(running.port, path, origin, { method });
        expect([withoutVary(response), preflight]).toEqual([CLOSED.response, CLOSED.preflight]);
      }
    });

    it('a route with a policy beside it has that one, once', async () => {
      const own = await reach(running.port, '/things/own', PAGE);
      expect(own).toEqual(open(PAGE));
      expect(await reach(running.port, '/things/own', OTHER)).toEqual(REFUSED);
    });

    it('everything is served as before', async () => {
      const bodies = ['/things', '/things/closed', '/legacy/x'].map(async (path) => {
        const { status, body } = await send(running.port, { path, headers: { origin: OTHER } });
        return [status, body];
      });
      expect(await Promise.all(bodies)).toEqual([
        [200, 'bare'],
        [200, 'closed'],
        [200, 'by itself'],
      ]);
    });
  });
});

/** `Vary` is no permission: whoever else sets it may do so. */
function withoutVary(headers: object): object {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'vary'));
}

async function useCors(app: INestApplication, platform: Platform): Promise<void> {
  if (platform === 'express') app.use(cors(REFLECT));
  else await (app as NestFastifyApplication).register(fastifyCors, REFLECT);
}

/** Adapters with an instance on which somebody has put CORS, and a path of his own, in front of Nest. */
const GIVEN: Readonly<Record<Platform, () => FastifyAdapter | ExpressAdapter>> = {
  fastify: () => {
    const instance = Fastify();
    void instance.register(fastifyCors, REFLECT);
    serveOn(instance, 'fastify', '/legacy', openToAll);
    return new FastifyAdapter(instance as never);
  },
  express: () => {
    const instance = express();
    instance.use(cors(REFLECT));
    serveOn(instance, 'express', '/legacy', openToAll);
    return new ExpressAdapter(instance);
  },
};

describe.each(PLATFORMS)('CORS on an instance that is given to the adapter, on %s', (platform) => {
  const startApp = appsOfTest();

  it('comes first, and decides nothing', async () => {
    const options = { origin: PAGE, methods: ['DELETE'] } as const;
    const { port } = await startApp(platform, moduleOf(options), { adapter: GIVEN[platform]() });
    expect(await reach(port, '/things/closed', OTHER)).toMatchObject({ preflight: CLOSED.preflight });
    const closed = await send(port, { path: '/things/closed', headers: { origin: OTHER } });
    expect([closed.status, withoutVary(corsHeaders(closed))]).toEqual([200, {}]);
    for (const path of ['/things', '/legacy', '/legacy/x', '/nowhere']) {
      expect([path, await reach(port, path, PAGE, { method: 'DELETE' })]).toEqual([
        path,
        open(PAGE, 'DELETE'),
      ]);
      expect([path, await reach(port, path, OTHER, { method: 'DELETE' })]).toEqual([path, REFUSED]);
    }
  });

  it('and what a source decides later is not said by it: a preflight is refused', async () => {
    const options: CorsModuleOptions = { origin: (origin) => Promise.resolve(origin === PAGE) };
    const { port } = await startApp(platform, moduleOf(options), { adapter: GIVEN[platform]() });
    expect(await reach(port, '/things/own', PAGE)).toMatchObject({ preflight: open(PAGE).preflight });
    expect(await reach(port, '/things', PAGE)).toEqual({
      response: open(PAGE).response,
      preflight: CLOSED.preflight,
    });
    expect(await reach(port, '/things', OTHER)).toEqual(REFUSED);
  });
});

describe.each(PLATFORMS)('in an app whose default is open, on %s', (platform) => {
  const startApp = appsOfTest();

  it('what is mounted has the default, and not its own', async () => {
    const { port } = await startApp(platform, moduleOf({ origin: PAGE, methods: 'PUT' }), {
      prepare: (app) => {
        serve(app, platform, '/legacy', openToAll);
        serve(app, platform, '/silent', says('nothing of CORS'));
      },
    });
    for (const path of ['/legacy', '/silent/x']) {
      expect(await reach(port, path, PAGE, { method: 'PUT' })).toEqual(open(PAGE, 'PUT'));
      expect(await reach(port, path, OTHER, { method: 'PUT' })).toEqual(REFUSED);
    }
  });
});
