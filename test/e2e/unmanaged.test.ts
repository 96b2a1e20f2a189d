import { beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Delete, Get, Module, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import express from 'express';
import { AllowOrigin, CorsModule, CorsService, type CorsModuleOptions } from '../../lib/index.js';
import { PLATFORMS, type RunningApp } from '../support/apps.js';
import { expected } from '../support/cors-headers.js';
import { openToAll, says, serve } from '../support/foreign.js';
import { CLOSED, open, reach, REFUSED } from '../support/reach.js';
import { appsOfSuite, appsOfTest, startedByTest } from '../support/suites.js';

const PAGE = 'https://app.example.com';
const TENANT = 'https://tenant.example.com';
const INNER = 'https://inner.example.com';

/** A controller of a library, which sets nothing itself. */
@Controller('auth/session')
class SessionController {
  @Get() read() {
    return 'session';
  }
}

function moduleOf(options: CorsModuleOptions, controllers: Type[] = []): Type {
  @Module({ imports: [CorsModule.forRoot(options)], controllers })
  class AppModule {}
  return AppModule;
}

/** What `openToAll` says of an origin by itself. */
const BY_ITSELF = {
  response: expected({ acao: TENANT, acac: 'true' }),
  preflight: [204, expected({ acao: TENANT, acac: 'true', acam: 'PUT, DELETE' })],
};

describe.each(PLATFORMS)('an unmanaged path on %s', (platform) => {
  const startApp = appsOfSuite();
  let running: RunningApp;
  beforeAll(async () => {
    const options: CorsModuleOptions = {
      origin: PAGE,
      methods: 'PUT',
      routes: [
        { path: '/auth', unmanaged: true },
        { path: '/auth/admin', policy: false },
        { path: '/uploads', unmanaged: true, exact: true },
      ],
    };
    running = await startApp(platform, moduleOf(options, [SessionController]), {
      prepare: (app) => {
        for (const path of ['/auth/token', '/auth/admin', '/authors', '/uploads'])
          serve(app, platform, path, openToAll);
      },
    });
  });

  it.each(['/auth/token', '/auth/token/', '/auth/token/7?q=1', '/uploads'])(
    'is left alone, preflights included: %s',
    async (path) => {
      expect(await reach(running.port, path, TENANT, { method: 'PUT' })).toEqual(BY_ITSELF);
    },
  );

  it('is left alone below it where a controller answers, or nobody', async () => {
    const answered = await reach(running.port, '/auth/session', PAGE);
    expect(answered.response).toEqual({});
    expect(answered.preflight[0]).not.toBe(403);
    const missing = await reach(running.port, '/auth/nowhere', PAGE);
    expect([missing.response, missing.preflight[1]]).toEqual([{}, {}]);
  });

  it.each(['/authors', '/authors/7', '/uploads/7', '/nowhere'])('is no other path: %s', async (path) => {
    expect(await reach(running.port, path, TENANT, { method: 'PUT' })).toEqual(REFUSED);
    expect(await reach(running.port, path, PAGE, { method: 'PUT' })).toEqual(open(PAGE, 'PUT'));
  });

  it('is managed where a more specific entry says so', async () => {
    expect(await reach(running.port, '/auth/admin/x', TENANT, { method: 'PUT' })).toEqual(CLOSED);
  });

  it.each(['/%61uth/token', '//auth/token', '/authors/..%2fauth/token', '/auth/token/..%2f..%2fauthors'])(
    'is no path that can be read as another one, too: %s',
    async (path) => {
      expect(await reach(running.port, path, TENANT, { method: 'PUT' })).toEqual(CLOSED);
    },
  );

  it('is listed, and explained', async () => {
    const cors = running.app.get(CorsService);
    const entry = cors.routes().find(({ path }) => path === '/auth');
    expect(entry).toMatchObject({ where: 'options.routes[0]', policy: undefined, from: undefined });
    const { reason, fields, status } = await cors.explain({
      method: 'GET',
      url: '/auth/token',
      headers: { origin: TENANT },
    });
    expect([reason, fields, status]).toEqual(['unmanaged', {}, undefined]);
  });
});

@Controller('x')
@AllowOrigin(INNER)
class InnerController {
  @Get() list() {
    return 'inner';
  }
  @Delete() remove() {
    return 'removed';
  }
}

describe('an app with CorsModule that is mounted in another one with CorsModule, on express', () => {
  const own = startedByTest();
  const startApp = appsOfTest();

  /** Starts both; the inner one as it is mounted, before or after its own start. */
  async function start(outer: CorsModuleOptions, mountFirst: boolean): Promise<RunningApp> {
    const instance = express();
    const inner = await own(
      NestFactory.create(moduleOf({}, [InnerController]), new ExpressAdapter(instance), { logger: false }),
      (app) => app.close(),
    );
    if (!mountFirst) await inner.init();
    return await startApp('express', moduleOf(outer), {
      prepare: async (app: INestApplication) => {
        serve(app, 'express', '/in/front', says('in front of the mounted app'));
        app.use('/in', instance);
        if (mountFirst) await inner.init();
      },
    });
  }

  const OUTER = { origin: PAGE, methods: 'DELETE' } as const;

  describe.each([
    ['without an entry', OUTER],
    ['below an unmanaged path', { ...OUTER, routes: [{ path: '/in', unmanaged: true }] }],
    ['below a path with a policy', { ...OUTER, routes: [{ path: '/in', policy: { enforce: true } }] }],
  ] satisfies [string, CorsModuleOptions][])('%s', (_, options) => {
    it.each([true, false])('decides for itself, mounted first: %s', async (mountFirst) => {
      const { port } = await start(options, mountFirst);
      expect(await reach(port, '/in/x', INNER, { method: 'DELETE' })).toEqual(open(INNER, 'DELETE'));
      expect(await reach(port, '/in/x', PAGE, { method: 'DELETE' })).toEqual(REFUSED);
      expect(await reach(port, '/in/nowhere', PAGE, { method: 'DELETE' })).toEqual(CLOSED);
      expect(await reach(port, '/out', PAGE, { method: 'DELETE' })).toEqual(open(PAGE, 'DELETE'));
      expect(await reach(port, '/out', INNER, { method: 'DELETE' })).toEqual(REFUSED);
    });
  });

  it.each<
    [
      how: string,
      mount: (outer: INestApplication, instance: express.Express) => void,
      paths: readonly string[],
    ]
  >([
    ['at the root', (outer, instance) => void outer.use(instance), ['']],
    [
      'twice',
      (outer, instance) => {
        outer.use('/v1', instance);
        outer.use('/v2', instance);
      },
      ['/v1', '/v2'],
    ],
    ['by an expression', (outer, instance) => void outer.use(/^\/in/, instance), ['/in']],
  ])('decides for itself, mounted %s', async (_, mount, paths) => {
    const instance = express();
    const inner = await own(
      NestFactory.create(moduleOf({}, [InnerController]), new ExpressAdapter(instance), { logger: false }),
      (app) => app.close(),
    );
    const { port } = await startApp('express', moduleOf(OUTER), {
      prepare: async (app: INestApplication) => {
        mount(app, instance);
        await inner.init();
      },
    });
    for (const path of paths) {
      expect(await reach(port, `${path}/x`, INNER, { method: 'DELETE' })).toEqual(open(INNER, 'DELETE'));
      expect(await reach(port, `${path}/x`, PAGE, { method: 'DELETE' })).toEqual(REFUSED);
    }
  });

  it('has no say in what answers in front of it', async () => {
    const { port } = await start(OUTER, true);
    expect((await reach(port, '/in/front', INNER)).response).toEqual(REFUSED.response);
    expect((await reach(port, '/in/front', PAGE)).response).toEqual(open(PAGE).response);
  });

  it('is explained by the outer one as left alone', async () => {
    const { app } = await start(OUTER, true);
    const { reason } = await app
      .get(CorsService)
      .explain({ method: 'GET', url: '/in/x', headers: { origin: INNER } });
    expect(reason).toBe('unmanaged');
  });
});
