import { Readable } from 'node:stream';
import type { ServerResponse } from 'node:http';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  All,
  Controller,
  Delete,
  Get,
  Module,
  Param,
  Put,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AllowOrigin, CorsModule, Preflight, type CorsModuleOptions } from '../../lib/index.js';
import { PLATFORMS, type Platform, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send, sendRaw } from '../support/http.js';
import { appsOfSuite } from '../support/suites.js';

const APP = 'https://app.example.com';
const PUBLIC = 'https://public.example.com';
const PRIVATE = 'https://private.example.com';

/** What decides a preflight: the status, and the origin that it lets in. */
type Decision = readonly [status: number, acao: string | undefined];

function appModule(options: CorsModuleOptions): Type {
  @Controller('cats')
  @AllowOrigin(APP)
  class CatsController {
    @Get('special') special() {
      return 'special';
    }
    @Get(':id') one(@Param('id') id: string) {
      return id;
    }
    @Put(':id') @AllowOrigin(PRIVATE) put(@Param('id') id: string) {
      return id;
    }
    @Delete(':id') @AllowOrigin(PUBLIC) remove(@Param('id') id: string) {
      return id;
    }
  }

  @Controller('everything')
  @AllowOrigin(APP)
  @Preflight({ methods: '*' })
  class EverythingController {
    @All() any() {
      return 'any';
    }
  }

  @Module({ imports: [CorsModule.forRoot(options)], controllers: [CatsController, EverythingController] })
  class AppModule {}
  return AppModule;
}

/** Paths that no controller serves: a plugin's on Fastify, a middleware's on Express. */
function serveOthers(app: INestApplication, platform: Platform): void {
  if (platform === 'fastify') {
    const fastify = (app as NestFastifyApplication).getHttpAdapter().getInstance();
    for (const url of ['/public/*', '/private/*', '/other']) {
      fastify.route({ method: ['GET', 'PUT'], url, handler: () => Readable.from(['other']) });
    }
  } else {
    for (const path of ['/public', '/private', '/other']) {
      app.use(path, (_request: unknown, response: ServerResponse) => response.end('other'));
    }
  }
}

describe.each(PLATFORMS)('the target of a preflight on %s', (platform) => {
  const startApp = appsOfSuite();
  let running: RunningApp;

  async function start(options: CorsModuleOptions): Promise<void> {
    running = await startApp(platform, appModule(options), { prepare: (app) => serveOthers(app, platform) });
  }

  async function decision(path: string, method: string, origin: string): Promise<Decision> {
    const headers = preflightHeaders(origin, method);
    const response = await send(running.port, { method: 'OPTIONS', path, headers });
    return [response.status, response.headers['access-control-allow-origin']];
  }

  describe('that a route serves', () => {
    beforeAll(() => start({}));

    it('58: is found by path and requested method', async () => {
      expect(await decision('/cats/7', 'PUT', PRIVATE)).toEqual([204, PRIVATE]);
      expect(await decision('/cats/7', 'DELETE', PUBLIC)).toEqual([204, PUBLIC]);
      expect(await decision('/cats/7', 'GET', APP)).toEqual([204, APP]);
      expect(await decision('/cats/7', 'DELETE', PRIVATE)).toEqual([403, undefined]);
      expect(await decision('/cats/7', 'PUT', APP)).toEqual([403, undefined]);
    });

    it('is the route with the parameter where the static one serves another method', async () => {
      expect(await decision('/cats/special', 'GET', APP)).toEqual([204, APP]);
      expect(await decision('/cats/special', 'PUT', PRIVATE)).toEqual([204, PRIVATE]);
    });

    it('does not depend on the query', async () => {
      expect(await decision('/cats/7?path=/everything', 'PUT', PRIVATE)).toEqual([204, PRIVATE]);
    });

    it('is HEAD by a GET route', async () => {
      expect(await decision('/cats/7', 'HEAD', APP)).toEqual([204, APP]);
    });

    it.each(['QUERY', 'PROPFIND', 'PATCH'])('is %s of @All()', async (method) => {
      expect(await decision('/everything', method, APP)).toEqual([204, APP]);
    });

    it('is nobody where the method is not served', async () => {
      expect((await decision('/cats/7', 'PATCH', APP))[1]).toBeUndefined();
      expect((await decision('/cats', 'GET', APP))[1]).toBeUndefined();
    });

    it.each(['constructor', '__proto__', 'toString', 'hasOwnProperty'])('is no %s', async (method) => {
      expect(await decision('/cats/7', method, APP)).toEqual([403, undefined]);
    });
  });

  describe('that no route serves, with entries and a default', () => {
    beforeAll(() =>
      start({
        origin: APP,
        methods: ['PUT'],
        routes: [
          { path: '/public/*path', policy: { origin: PUBLIC } },
          { path: '/private/*path', policy: { origin: PRIVATE, methods: 'DELETE' } },
        ],
      }),
    );

    it("has the entry's policy", async () => {
      expect(await decision('/public/x', 'PUT', PUBLIC)).toEqual([204, PUBLIC]);
      expect(await decision('/public/x', 'PUT', APP)).toEqual([403, undefined]);
      expect(await decision('/private/x', 'DELETE', PRIVATE)).toEqual([204, PRIVATE]);
      expect(await decision('/private/x', 'PUT', PRIVATE)).toEqual([403, undefined]);
    });

    it('has the default policy without an entry, served or not', async () => {
      for (const path of ['/other', '/typo']) {
        expect(await decision(path, 'PUT', APP)).toEqual([204, APP]);
        expect(await decision(path, 'POST', APP)).toEqual([204, APP]);
        expect(await decision(path, 'DELETE', APP)).toEqual([403, undefined]);
        expect(await decision(path, 'GET', PUBLIC)).toEqual([403, undefined]);
      }
    });

    it("has the default policy for a method that a route's path does not serve", async () => {
      expect(await decision('/cats/7', 'PATCH', APP)).toEqual([403, undefined]);
      expect(await decision('/cats/7', 'patch', APP)).toEqual([403, undefined]);
    });

    /** Paths that one server reads as below `/public`, and another as below `/private`. */
    it.each([
      ['encoded slash', '/public/..%2fprivate/x'],
      ['encoded slash, upper case', '/public/..%2Fprivate/x'],
      ['dot segments', '/public/../private/x'],
      ['encoded dot segments', '/public/%2e%2e/private/x'],
      ['half-encoded dot segments', '/public/.%2e/private/x'],
      ['backslash', '/public/..\\private/x'],
      ['encoded backslash', '/public/..%5cprivate/x'],
      ['from the other side', '/private/..%2fpublic/x'],
      ['below the root', '/public/../../private/x'],
    ])('CVE-2020-25032, CVE-2019-18978: is nobody where a path has two readings: %s', async (_, path) => {
      for (const origin of [PUBLIC, PRIVATE, APP]) {
        const [, acao] = await decision(path, 'PUT', origin);
        expect([path, origin, acao]).toEqual([path, origin, undefined]);
        const response = await send(running.port, { path, headers: { origin } });
        expect(response.headers['access-control-allow-origin']).toBeUndefined();
      }
    });

    it.each([
      ['two slashes in front', '//private/x', [APP, PUBLIC]],
      ['an encoded letter', '/%70ublic/x', [APP, PRIVATE]],
      ['a dot segment in front', '/./private/x', [APP, PUBLIC]],
      ['a semicolon', '/public;/x', [PUBLIC, PRIVATE]],
      ['a plus is no space', '/public+/x', [PUBLIC, PRIVATE]],
    ])('CVE-2024-6844: %s opens a path to nobody else', async (_, path, others) => {
      for (const origin of others) expect((await decision(path, 'GET', origin))[1]).toBeUndefined();
    });

    it('stays below an entry with harmless dots, slashes and encoded characters', async () => {
      for (const path of ['/public/a%20b', '/public/a/./b', '/public//a', '/public/%61', '/public/a/../b']) {
        expect([path, await decision(path, 'GET', PUBLIC)]).toEqual([path, [204, PUBLIC]]);
      }
    });

    it('CVE-2024-6866: has the letter case that the router has, and is closed where that is none', async () => {
      // To Express this is the entry's path in another case, to a file server behind it another path.
      const wanted = platform === 'express' ? [403, undefined] : [204, APP];
      expect(await decision('/PUBLIC/x', 'GET', APP)).toEqual(wanted);
      expect(await decision('/PUBLIC/x', 'GET', PUBLIC)).toEqual([403, undefined]);
    });

    it('may be undecodable', async () => {
      const response = await send(running.port, { path: '/public/%ZZ', headers: { origin: PRIVATE } });
      expect(response.headers['access-control-allow-origin']).toBeUndefined();
    });
  });

  describe('that is no path of this server', () => {
    beforeAll(() => start({ origin: PUBLIC, routes: [{ path: '/entry', policy: { origin: PRIVATE } }] }));

    function raw(target: string, method: string, origin: string): Promise<string> {
      return sendRaw(
        running.port,
        [
          `OPTIONS ${target} HTTP/1.1`,
          'Host: localhost',
          `Origin: ${origin}`,
          `Access-Control-Request-Method: ${method}`,
          'Connection: close',
          '',
          '',
        ].join('\r\n'),
      );
    }

    it('OPTIONS * is about no path, and so is approved by nothing', async () => {
      for (const origin of [PRIVATE, PUBLIC]) {
        const response = await raw('*', 'GET', origin);
        expect(response).toMatch(/^HTTP\/1\.1 403 /);
        expect(response.toLowerCase()).not.toContain('access-control-allow');
      }
    });

    it('an absolute target is one by its path', async () => {
      const response = await raw('http://localhost/entry', 'POST', PRIVATE);
      expect(response).toMatch(/^HTTP\/1\.1 204 /);
      expect(response).toContain(`access-control-allow-origin: ${PRIVATE}\r\n`);
    });

    it("an absolute target of a route has the route's policy or no approval", async () => {
      const response = await raw('http://localhost/cats/7', 'PUT', PUBLIC);
      expect(response).not.toMatch(/^HTTP\/1\.1 20/);
    });

    it('an authority in front of the path is not taken for one', async () => {
      expect(await raw('http://localhost:1/entry?x', 'POST', PUBLIC)).toMatch(/^HTTP\/1\.1 403 /);
    });
  });

  it('the headers of a decision of the default policy', async () => {
    await start({ origin: APP, credentials: true, exposedHeaders: 'x-total' });
    const headers = preflightHeaders(APP, 'POST');
    const response = await send(running.port, { method: 'OPTIONS', path: '/typo', headers });
    expect(corsHeaders(response)).toEqual(expected({ acao: APP, acac: 'true', vary: PREFLIGHT_VARY }));
    await running.app.close();
  });
});
