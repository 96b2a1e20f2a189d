import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { All, Controller, Delete, Get, Module, Put, type Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AllowOrigin, CorsModule, CorsService, Preflight, type CorsModuleOptions } from '../../lib/index.js';
import { PLATFORMS, type Platform, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected } from '../support/cors-headers.js';
import { openToAll, says, serve } from '../support/foreign.js';
import { preflightHeaders, send } from '../support/http.js';
import { CLOSED, open, reach, REFUSED } from '../support/reach.js';
import { appsOfSuite, appsOfTest } from '../support/suites.js';

const PAGE = 'https://app.example.com';
const ADMIN = 'https://admin.example.com';
const PARTNER = 'https://shop.partner.example.com';
const SPECIAL = 'https://special.example.com';
const OTHER = 'https://other.example.net';
const PUT = { method: 'PUT' };

function moduleOf(options: CorsModuleOptions, ...controllers: Type[]): Type {
  @Module({ imports: [CorsModule.forRoot(options)], controllers })
  class AppModule {}
  return AppModule;
}

describe.each(PLATFORMS)('an entry of routes covers its path and all below it, on %s', (platform) => {
  const startApp = appsOfSuite();
  let running: RunningApp;
  beforeAll(async () => {
    const options: CorsModuleOptions = {
      origin: PAGE,
      methods: 'PUT',
      routes: [
        { path: '/graphql', policy: { origin: ADMIN } },
        { path: '/closed', policy: false },
      ],
    };
    running = await startApp(platform, moduleOf(options), {
      prepare: (app) => {
        for (const path of ['/graphql', '/graphql-docs', '/closed']) serve(app, platform, path, says('data'));
      },
    });
  });

  it.each(['/graphql', '/graphql/', '/graphql/x', '/graphql/x/y/z?q=1'])(
    'whatever is mounted there: %s',
    async (path) => {
      expect(await reach(running.port, path, ADMIN, PUT)).toEqual(open(ADMIN, 'PUT'));
      expect(await reach(running.port, path, PAGE, PUT)).toEqual(REFUSED);
    },
  );

  it.each(['/closed', '/closed/', '/closed/x'])('and policy: false closes it: %s', async (path) => {
    expect(await reach(running.port, path, PAGE, PUT)).toEqual(CLOSED);
  });

  it('and no other path that begins so', async () => {
    expect(await reach(running.port, '/graphql-docs', PAGE, PUT)).toEqual(open(PAGE, 'PUT'));
    expect(await reach(running.port, '/graphql-docs', ADMIN, PUT)).toEqual(REFUSED);
  });
});

@Controller('partners')
class PartnersController {
  @Get() root() {
    return 'root';
  }
  @Get('orders/:id') order() {
    return 'order';
  }
  @Put('orders/:id') @Preflight({ maxAge: 7 }) put() {
    return 'put';
  }
  @Get('special') @AllowOrigin(SPECIAL) special() {
    return 'special';
  }
  @Get('more') @AllowOrigin(SPECIAL, { merge: 'extend' }) more() {
    return 'more';
  }
}

@Controller('own')
class OwnController {
  @Get() own() {
    return 'own';
  }
}

describe.each(PLATFORMS)('an entry is a layer between the options and the decorators, on %s', (platform) => {
  const startApp = appsOfSuite();
  let running: RunningApp;
  beforeAll(async () => {
    const options: CorsModuleOptions = {
      origin: PAGE,
      credentials: true,
      maxAge: 60,
      routes: [
        {
          path: '/partners',
          policy: {
            origin: 'https://*.partner.example.com',
            credentials: false,
            exposedHeaders: ['x-total'],
          },
        },
      ],
    };
    running = await startApp(platform, moduleOf(options, PartnersController, OwnController));
  });

  const entry = { aceh: 'x-total' };

  it.each(['/partners', '/partners/orders/7'])('of controllers below it, too: %s', async (path) => {
    const { response, preflight } = await reach(running.port, path, PARTNER);
    expect(response).toEqual(expected({ acao: PARTNER, vary: 'Origin', ...entry }));
    expect(preflight).toEqual([204, expectedPreflight(PARTNER, { acma: '60' })]);
    expect(await reach(running.port, path, PAGE)).toEqual(REFUSED);
  });

  it('what a decorator sets counts before what the entry says, and that before the options', async () => {
    const { preflight } = await reach(running.port, '/partners/orders/7', PARTNER, PUT);
    expect(preflight).toEqual([204, expectedPreflight(PARTNER, { acam: 'PUT', acma: '7' })]);
    const special = await reach(running.port, '/partners/special', SPECIAL);
    expect(special.response).toEqual(expected({ acao: SPECIAL, vary: 'Origin', ...entry }));
    expect(await reach(running.port, '/partners/special', PARTNER)).toEqual(REFUSED);
  });

  it('what a decorator adds is added to what the entry says', async () => {
    for (const origin of [PARTNER, SPECIAL]) {
      const { response } = await reach(running.port, '/partners/more', origin);
      expect(response).toEqual(expected({ acao: origin, vary: 'Origin', ...entry }));
    }
    expect(await reach(running.port, '/partners/more', PAGE)).toEqual(REFUSED);
  });

  it('what lies beside it has the options', async () => {
    const { response } = await reach(running.port, '/own', PAGE);
    expect(response).toEqual(expected({ acao: PAGE, acac: 'true', vary: 'Origin' }));
    expect(await reach(running.port, '/own', PARTNER)).toEqual(REFUSED);
  });

  it('what no route serves below it has the entry', async () => {
    const { response } = await reach(running.port, '/partners/nowhere', PARTNER);
    expect(response).toEqual(expected({ acao: PARTNER, vary: 'Origin', ...entry }));
    expect(await reach(running.port, '/partners/nowhere', PAGE)).toEqual(REFUSED);
  });

  it('is named among the layers of a route', () => {
    const report = running.app
      .get(CorsService)
      .routes()
      .find(({ where }) => where === 'PartnersController#put');
    expect(report?.from).toMatchObject({
      origin: ['options.routes[0].policy'],
      credentials: ['options.routes[0].policy'],
      maxAge: ['PartnersController#put'],
      methods: [],
    });
  });
});

function expectedPreflight(origin: string, more: Parameters<typeof expected>[0]): object {
  return { ...open(origin).preflight[1], ...expected(more) };
}

@Controller('admin/users')
class AdminController {
  @Get() list() {
    return 'users';
  }
  @Delete(':id') remove() {
    return 'removed';
  }
  @Get('report') @AllowOrigin(ADMIN) report() {
    return 'report';
  }
}

/** As a library brings it: nobody can write a decorator on it. */
@Controller('metrics')
class MetricsController {
  @Get() index() {
    return 'metrics';
  }
}

describe.each(PLATFORMS)('controllers below an entry, on %s', (platform) => {
  const startApp = appsOfTest();

  it('are closed by policy: false, but for what a decorator opens', async () => {
    const options: CorsModuleOptions = {
      origin: PAGE,
      credentials: true,
      routes: [
        { path: '/admin', policy: false },
        { path: '/metrics', policy: false },
      ],
    };
    const { port } = await startApp(platform, moduleOf(options, AdminController, MetricsController));
    for (const [path, method] of [
      ['/admin/users', 'GET'],
      ['/admin/users/7', 'DELETE'],
      ['/admin/users/7', 'PUT'],
      ['/admin/nowhere', 'GET'],
      ['/metrics', 'GET'],
    ] as const) {
      expect([path, method, await reach(port, path, PAGE, { method })]).toEqual([path, method, CLOSED]);
    }
    const served = await send(port, { path: '/metrics', headers: { origin: PAGE } });
    expect([served.status, served.body]).toEqual([200, 'metrics']);
    // Closing is all: credentials are not the report's.
    expect(await reach(port, '/admin/users/report', ADMIN)).toEqual(open(ADMIN));
    expect(await reach(port, '/admin/users/report', PAGE)).toEqual(REFUSED);
  });

  it('are given a policy', async () => {
    const options: CorsModuleOptions = {
      origin: PAGE,
      policies: { boards: { origin: ADMIN } },
      routes: [{ path: '/metrics', policy: 'boards' }],
    };
    const { port } = await startApp(platform, moduleOf(options, MetricsController));
    expect(await reach(port, '/metrics', ADMIN)).toEqual(open(ADMIN));
    expect(await reach(port, '/metrics', PAGE)).toEqual(REFUSED);
  });

  it('have the global prefix in front of them, and the entry has it as well', async () => {
    const options: CorsModuleOptions = { origin: PAGE, routes: [{ path: '/api/metrics', policy: false }] };
    const { port } = await startApp(platform, moduleOf(options, MetricsController, OwnController), {
      prepare: (app) => void app.setGlobalPrefix('api'),
    });
    expect(await reach(port, '/api/metrics', PAGE)).toEqual(CLOSED);
    expect(await reach(port, '/api/own', PAGE)).toEqual(open(PAGE));
  });
});

@Controller('openapi/controller')
class BelowController {
  @Get() below() {
    return 'below';
  }
}

describe.each(PLATFORMS)('an exact entry on %s', (platform) => {
  const startApp = appsOfTest();

  it('covers its path and nothing below it', async () => {
    const options: CorsModuleOptions = {
      origin: PAGE,
      routes: [
        { path: '/openapi', policy: { origin: '*' }, exact: true },
        { path: '/openapi/internal', policy: { origin: ADMIN } },
      ],
    };
    const { port } = await startApp(platform, moduleOf(options, BelowController), {
      prepare: (app) => {
        serve(app, platform, '/openapi/internal', says('internal'));
        serve(app, platform, '/openapi/files', says('file'));
      },
    });
    for (const path of ['/openapi', '/openapi/', '/openapi?v=3']) {
      expect([path, await reach(port, path, OTHER)]).toEqual([path, open('*')]);
    }
    for (const path of ['/openapi/controller', '/openapi/files', '/openapi/nowhere']) {
      expect([path, await reach(port, path, OTHER)]).toEqual([path, REFUSED]);
      expect([path, await reach(port, path, PAGE)]).toEqual([path, open(PAGE)]);
    }
    expect(await reach(port, '/openapi/internal', ADMIN)).toEqual(open(ADMIN));
  });

  it('counts at its path before one that covers all below it', async () => {
    const options: CorsModuleOptions = {
      routes: [
        { path: '/openapi', policy: { origin: ADMIN } },
        { path: '/openapi', policy: { origin: '*' }, exact: true },
      ],
    };
    const { port } = await startApp(platform, moduleOf(options, BelowController));
    expect(await reach(port, '/openapi', OTHER)).toEqual(open('*'));
    expect(await reach(port, '/openapi/controller', OTHER)).toEqual(REFUSED);
    expect(await reach(port, '/openapi/controller', ADMIN)).toEqual(open(ADMIN));
  });
});

const FILES: NonNullable<CorsModuleOptions['routes']> = [
  { path: '/files', policy: { origin: '*' } },
  { path: '/files/private', policy: false },
  { path: '/files/private/shared', policy: { origin: PAGE } },
  { path: '/files/:folder/secret', policy: false },
  { path: '/files/:folder/:name', policy: { origin: ADMIN }, exact: true },
];

describe.each(PLATFORMS)('of several entries the most specific one counts, on %s', (platform) => {
  describe.each([
    ['as they were written', FILES],
    ['in the opposite order', FILES.toReversed()],
  ])('%s', (_, routes) => {
    const startApp = appsOfSuite();
    let running: RunningApp;
    beforeAll(async () => {
      running = await startApp(platform, moduleOf({ routes: [...routes] }), {
        prepare: (app) => serve(app, platform, '/files', says('file')),
      });
    });

    it.each([
      ['/files/a', '*'],
      ['/files/photos/open', ADMIN],
      ['/files/photos/open/more', '*'],
      ['/files/private/a', undefined],
      ['/files/private', undefined],
      // Text in front of a parameter counts more than text behind one.
      ['/files/private/secret', undefined],
      ['/files/private/shared/a', PAGE],
      ['/files/photos/secret/a', undefined],
    ])('%s is open to %s', async (path, origin) => {
      const asked = await reach(running.port, path, origin ?? PAGE);
      expect(asked).toEqual(origin === undefined ? CLOSED : open(origin));
    });
  });
});

/** In each platform's way. */
function catchAll(platform: Platform): Type {
  @Controller()
  class PagesController {
    @All(platform === 'fastify' ? '*' : '{*path}') page() {
      return 'page';
    }
  }
  return PagesController;
}

@Controller()
class SlugController {
  @Get(':slug') page() {
    return 'page';
  }
  @Get(':slug/edit') @AllowOrigin(ADMIN) edit() {
    return 'edit';
  }
}

describe.each(PLATFORMS)('an entry beside a route that has only some of its paths, on %s', (platform) => {
  const startApp = appsOfTest();

  it('counts below its path, and the route elsewhere: a catch-all', async () => {
    const options: CorsModuleOptions = {
      origin: PAGE,
      routes: [{ path: '/legacy', policy: false }],
    };
    const { port, app } = await startApp(platform, moduleOf(options, catchAll(platform)), {
      prepare: (created) => void created.use('/legacy/proxied', says('legacy')),
    });
    for (const path of ['/legacy', '/legacy/x', '/legacy/proxied']) {
      expect([path, await reach(port, path, PAGE, PUT)]).toEqual([path, CLOSED]);
    }
    expect((await send(port, { path: '/legacy/proxied' })).body).toBe('legacy');
    expect(await reach(port, '/some/page', PAGE, PUT)).toEqual(open(PAGE, 'PUT'));
    const reports = app.get(CorsService).routes();
    const catching = reports.filter(({ where, method }) => where.endsWith('#page') && method === 'ALL');
    expect(catching.map(({ below, policy }) => [below, policy?.origin])).toEqual([
      [undefined, [PAGE]],
      ['/legacy', []],
    ]);
  });

  it('is a layer around its decorators there: a parameter', async () => {
    const options: CorsModuleOptions = {
      origin: PAGE,
      routes: [{ path: '/docs', policy: { origin: '*', exposedHeaders: 'x-docs' } }],
    };
    const { port } = await startApp(platform, moduleOf(options, SlugController));
    const docs = await reach(port, '/docs', OTHER);
    expect(docs.response).toEqual(expected({ acao: '*', aceh: 'x-docs' }));
    expect(await reach(port, '/news', PAGE)).toEqual(open(PAGE));
    expect(await reach(port, '/news', OTHER)).toEqual(REFUSED);
    const edit = await reach(port, '/docs/edit', ADMIN);
    expect(edit.response).toEqual(expected({ acao: ADMIN, aceh: 'x-docs', vary: 'Origin' }));
    expect(await reach(port, '/docs/edit', OTHER)).toEqual(REFUSED);
    expect(await reach(port, '/news/edit', ADMIN)).toEqual(open(ADMIN));
  });
});

describe.each(PLATFORMS)('an entry above a folder of files, on %s', (platform) => {
  const startApp = appsOfSuite();
  const root = mkdtempSync(join(tmpdir(), 'entries-'));
  afterAll(() => rmSync(root, { recursive: true }));

  let running: RunningApp;
  beforeAll(async () => {
    mkdirSync(join(root, 'deep'));
    for (const name of ['index.html', 'a.js', 'deep/index.html']) writeFileSync(join(root, name), 'secret');
    const options: CorsModuleOptions = {
      origin: PAGE,
      credentials: true,
      routes: [{ path: '/admin', policy: false }],
    };
    running = await startApp(platform, moduleOf(options), {
      prepare: (app) => {
        if (platform === 'express')
          (app as NestExpressApplication).useStaticAssets(root, { prefix: '/admin' });
        else (app as NestFastifyApplication).useStaticAssets({ root, prefix: '/admin/' });
      },
    });
  });

  it.each([
    '/admin',
    '/admin/',
    '/admin/index.html',
    '/admin/a.js',
    '/admin/deep/',
    '/admin/deep',
    '/admin/none.txt',
  ])('closes it as a whole: its index, its files, its redirects and its 404s: %s', async (path) => {
    for (const method of ['GET', 'HEAD']) {
      const { response, preflight } = await reach(running.port, path, PAGE, { method });
      expect([withoutVary(response), preflight]).toEqual([CLOSED.response, CLOSED.preflight]);
    }
  });

  it('serves it all the same', async () => {
    for (const path of ['/admin/', '/admin/a.js'])
      expect((await send(running.port, { path, headers: { origin: PAGE } })).body).toBe('secret');
    const { response } = await reach(running.port, '/elsewhere', PAGE);
    expect(response).toEqual(expected({ acao: PAGE, acac: 'true', vary: 'Origin' }));
  });
});

/** `Vary` is no permission, and file servers may say what their answers vary on. */
function withoutVary(headers: object): object {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'vary'));
}

describe.each(PLATFORMS)('an entry above what sets fields of its own, on %s', (platform) => {
  const startApp = appsOfTest();

  it('has its own fields sent, once', async () => {
    const options: CorsModuleOptions = { routes: [{ path: '/legacy', policy: { origin: PAGE } }] };
    const { port } = await startApp(platform, moduleOf(options), {
      prepare: (app) => serve(app, platform, '/legacy', openToAll),
    });
    expect(await reach(port, '/legacy/x', PAGE)).toEqual(open(PAGE));
    expect(await reach(port, '/legacy/x', OTHER)).toEqual(REFUSED);
  });

  it('has other OPTIONS answered by the app', async () => {
    const options: CorsModuleOptions = { routes: [{ path: '/legacy', policy: { origin: PAGE } }] };
    const { port } = await startApp(platform, moduleOf(options), {
      prepare: (app) => serve(app, platform, '/legacy', says('options')),
    });
    const { origin: _, ...incomplete } = preflightHeaders(PAGE, 'PUT');
    for (const headers of [{ origin: PAGE }, incomplete]) {
      const response = await send(port, { method: 'OPTIONS', path: '/legacy', headers });
      expect([response.status, response.body]).toEqual([200, 'options']);
      const fields = 'origin' in headers ? open(PAGE).response : REFUSED.response;
      expect(corsHeaders(response)).toEqual(fields);
    }
  });
});
