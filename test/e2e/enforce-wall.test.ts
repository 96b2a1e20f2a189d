import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Module,
  Post,
  Version,
  VersioningType,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AllowOrigin, CorsModule, CorsService, NoCors, type CorsModuleOptions } from '../../lib/index.js';
import { PLATFORMS, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected } from '../support/cors-headers.js';
import { serve } from '../support/foreign.js';
import { send, type WireRequest } from '../support/http.js';
import { appsOfSuite, appsOfTest } from '../support/suites.js';
import { Warnings } from '../support/warnings.js';

const PAGE = 'https://app.example.com';
const PARTNER = 'https://partner.example.com';
const OTHER = 'https://other.example.net';
const OWN = 'https://api.example.com';

/** What of the app has run, in order. */
const ran: string[] = [];

@Controller('things')
class ThingsController {
  @Get() get() {
    return recorded('handler');
  }
  @Post() bare() {
    return recorded('handler');
  }
  @Post('closed') @NoCors() closed() {
    return recorded('handler');
  }
  @Post('partner') @AllowOrigin(PARTNER) partner() {
    return recorded('handler');
  }
  @Post('webhook') @NoCors({ enforce: false }) webhook() {
    return recorded('handler');
  }
  @Post('callback') @AllowOrigin(PARTNER, { enforce: false }) callback() {
    return recorded('handler');
  }
}

@Controller('versions')
class VersionsController {
  @Post() @Version('1') @AllowOrigin(PAGE, { enforce: true }) first() {
    return recorded('first');
  }
  @Post() @Version('2') @AllowOrigin(PARTNER, { enforce: true }) second() {
    return recorded('second');
  }
  @Post('mixed') @Version('1') @AllowOrigin(PAGE, { enforce: true }) mixed() {
    return recorded('first');
  }
  @Post('mixed') @Version('2') @AllowOrigin(PARTNER) mixedToo() {
    return recorded('second');
  }
}

function recorded(name: string): string {
  ran.push(name);
  return name;
}

function moduleOf(options: CorsModuleOptions, ...controllers: Type[]): Type {
  @Module({ imports: [CorsModule.forRoot(options)], controllers })
  class AppModule {}
  return AppModule;
}

const STATIC_FILES = fileURLToPath(new URL('../support/static/', import.meta.url));

describe.each(PLATFORMS)('the wall of enforce on %s', (platform) => {
  beforeEach(() => {
    ran.length = 0;
  });

  /** Something that is no controller, a middleware in front of everything, and a folder of files. */
  async function prepare(app: INestApplication): Promise<void> {
    app.use((request: { originalUrl: string }, response: { end(text: string): void }, next: () => void) => {
      ran.push('middleware');
      if (request.originalUrl === '/by-middleware') response.end('by the middleware');
      else next();
    });
    serve(app, platform, '/graphql', (_request, response) => void response.end(recorded('resolver')));
    if (platform === 'fastify') {
      const files = app as NestFastifyApplication;
      files.useStaticAssets({ root: STATIC_FILES, prefix: '/static/' });
    } else (app as NestExpressApplication).useStaticAssets(STATIC_FILES, { prefix: '/static' });
  }

  /** The status, and what of the app has run but for the middleware. */
  async function ask(
    port: number,
    path: string,
    headers: Record<string, string>,
    request: WireRequest = { method: 'POST' },
  ): Promise<readonly unknown[]> {
    ran.length = 0;
    const { status } = await send(port, {
      ...request,
      path,
      headers: { host: 'api.example.com', ...headers },
    });
    return [status, ran.filter((name) => name !== 'middleware')];
  }

  describe('of an entry of routes', () => {
    const startApp = appsOfSuite();
    let port: number;
    beforeAll(async () => {
      const options: CorsModuleOptions = {
        routes: [
          { path: '/graphql', policy: { origin: PAGE, enforce: true } },
          { path: '/static', policy: { origin: PAGE, enforce: true } },
          { path: '/things', policy: { origin: PAGE, enforce: true } },
        ],
      };
      ({ port } = await startApp(platform, moduleOf(options, ThingsController), { prepare }));
    });

    it.each(['/graphql', '/graphql/', '/graphql/x', '/things'])('stands in front of %s', async (path) => {
      const status = path === '/things' ? 201 : 200;
      const runs = [path === '/things' ? 'handler' : 'resolver'];
      expect(await ask(port, path, { origin: OTHER })).toEqual([403, []]);
      expect(ran).toEqual([]);
      const hidden = { origin: 'null', 'sec-fetch-site': 'cross-site' };
      expect(await ask(port, path, hidden)).toEqual([403, []]);
      expect(await ask(port, path, { origin: PAGE, 'sec-fetch-site': 'cross-site' })).toEqual([status, runs]);
      expect(await ask(port, path, {})).toEqual([status, runs]);
      const own = { origin: OWN, 'sec-fetch-site': 'same-origin' };
      expect(await ask(port, path, own)).toEqual([status, runs]);
    });

    it('stands in front of files', async () => {
      const get = { method: 'GET' };
      expect(await ask(port, '/static/hello.txt', { origin: OTHER }, get)).toEqual([403, []]);
      expect(ran).toEqual([]);
      expect(await ask(port, '/static/hello.txt', { origin: PAGE }, get)).toEqual([200, []]);
    });

    it('is one for the decorators below it, which may let more in', async () => {
      expect(await ask(port, '/things/partner', { origin: OTHER })).toEqual([403, []]);
      expect(await ask(port, '/things/partner', { origin: PARTNER })).toEqual([201, ['handler']]);
      expect(await ask(port, '/things/closed', { origin: PAGE })).toEqual([403, []]);
    });

    it('is none for what lies beside it', async () => {
      expect(await ask(port, '/by-middleware', { origin: OTHER })).toEqual([200, []]);
      expect(await ask(port, '/nowhere', { origin: OTHER })).toEqual([404, []]);
    });
  });

  describe("of the module's options", () => {
    const startApp = appsOfSuite();
    let running: RunningApp;
    beforeAll(async () => {
      const options: CorsModuleOptions = {
        origin: PAGE,
        enforce: true,
        routes: [{ path: '/graphql', policy: { enforce: false } }],
      };
      running = await startApp(platform, moduleOf(options, ThingsController), { prepare });
    });

    it.each([
      ['a handler', '/things'],
      ['a middleware', '/by-middleware'],
      ['files', '/static/hello.txt'],
      ['what nothing serves', '/nowhere'],
    ])('stands in front of %s', async (_, path) => {
      const { port } = running;
      expect(await ask(port, path, { origin: OTHER })).toEqual([403, []]);
      expect(ran).toEqual([]);
      expect((await ask(port, path, { origin: PAGE }))[0]).not.toBe(403);
      expect((await ask(port, path, { origin: OWN }))[0]).not.toBe(403);
      expect((await ask(port, path, {}))[0]).not.toBe(403);
    });

    it('is left out by an entry', async () => {
      expect(await ask(running.port, '/graphql', { origin: OTHER })).toEqual([200, ['resolver']]);
    });

    it('refuses with the fields of a refusal', async () => {
      for (const path of ['/nowhere', '/things']) {
        const response = await send(running.port, { path, headers: { origin: OTHER } });
        expect(corsHeaders(response)).toEqual(expected({ vary: 'Origin' }));
      }
    });

    it('is explained', async () => {
      const { status, steps } = await running.app.get(CorsService).explain({
        method: 'GET',
        url: '/nowhere',
        headers: { origin: OTHER, 'sec-fetch-site': 'cross-site' },
      });
      expect([status, steps.at(-1)?.reason]).toEqual([403, 'enforce-refused']);
    });
  });

  describe('alone in the options', () => {
    const startApp = appsOfSuite();
    let port: number;
    beforeAll(async () => {
      ({ port } = await startApp(platform, moduleOf({ enforce: true }, ThingsController), { prepare }));
    });

    it.each(['/things', '/things/closed', '/graphql', '/by-middleware', '/nowhere'])(
      'keeps every other origin out: %s',
      async (path) => {
        for (const origin of [OTHER, PAGE, 'null'])
          expect(await ask(port, path, { origin, 'sec-fetch-site': 'cross-site' })).toEqual([403, []]);
        expect((await ask(port, path, { origin: OWN }))[0]).not.toBe(403);
        expect((await ask(port, path, { origin: OWN, 'sec-fetch-site': 'same-origin' }))[0]).not.toBe(403);
        expect((await ask(port, path, {}))[0]).not.toBe(403);
      },
    );

    it('has no field for anybody, but another answer', async () => {
      const response = await send(port, {
        path: '/things',
        headers: { origin: OWN, host: 'api.example.com' },
      });
      expect([response.status, corsHeaders(response)]).toEqual([200, expected({ vary: 'Origin' })]);
    });

    it('lets in whom a decorator names', async () => {
      expect(await ask(port, '/things/partner', { origin: PARTNER })).toEqual([201, ['handler']]);
      expect(await ask(port, '/things/partner', { origin: OTHER })).toEqual([403, []]);
    });

    it.each(['/things/webhook', '/things/callback'])('is lifted for one route: %s', async (path) => {
      expect(await ask(port, path, { origin: OTHER })).toEqual([201, ['handler']]);
      expect(await ask(port, path, { origin: 'null', 'sec-fetch-site': 'cross-site' })).toEqual([
        201,
        ['handler'],
      ]);
    });
  });

  describe('in front of versions that only a header tells apart', () => {
    const startApp = appsOfSuite();
    let port: number;
    beforeAll(async () => {
      ({ port } = await startApp(platform, moduleOf({}, VersionsController), {
        prepare: async (app) => {
          app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });
          await prepare(app);
        },
      }));
    });

    it('refuses whom none of them allows before anything runs', async () => {
      expect(await ask(port, '/versions', { origin: OTHER, 'x-version': '1' })).toEqual([403, []]);
      expect(ran).toEqual([]);
    });

    it.each([
      ['1', PAGE, 'first'],
      ['2', PARTNER, 'second'],
    ])('and else the version that answers decides: %s', async (version, origin, runs) => {
      expect(await ask(port, '/versions', { origin, 'x-version': version })).toEqual([201, [runs]]);
      const other = origin === PAGE ? PARTNER : PAGE;
      expect(await ask(port, '/versions', { origin: other, 'x-version': version })).toEqual([403, []]);
    });

    it('keeps nobody from the version that has none', async () => {
      expect(await ask(port, '/versions/mixed', { origin: OTHER, 'x-version': '1' })).toEqual([403, []]);
      expect(await ask(port, '/versions/mixed', { origin: OTHER, 'x-version': '2' })).toEqual([
        201,
        ['second'],
      ]);
    });
  });

  describe('with publicOrigins', () => {
    const startApp = appsOfTest();
    const options: CorsModuleOptions = {
      origin: PAGE,
      enforce: true,
      publicOrigins: [OWN, 'https://www.example.com'],
    };

    it.each([
      [
        "Host and Origin agree on a stranger's name",
        'rebound.example.net',
        'http://rebound.example.net',
        403,
      ],
      ['an own origin with another scheme', 'api.example.com', 'http://api.example.com', 403],
      ["an own origin, where Host is the machine's name", 'backend:3000', OWN, 201],
      ['the other own origin', 'api.example.com', 'https://www.example.com', 201],
      ['another port', 'api.example.com:8443', 'https://api.example.com:8443', 403],
      ['the allowed origin', 'backend:3000', PAGE, 201],
      ['no Origin', 'backend:3000', undefined, 201],
    ])('%s', async (_, host, origin, status) => {
      const { port } = await startApp(platform, moduleOf(options, ThingsController), { prepare });
      const headers = { host, ...(origin !== undefined && { origin }) };
      expect((await ask(port, '/things', headers))[0]).toBe(status);
      // Also where the browser of a rebound page takes it for the same origin.
      const told = { ...headers, 'sec-fetch-site': 'same-origin' };
      expect((await ask(port, '/things', told))[0]).toBe(status);
    });

    it('refuses without a word: nobody has to guess which host was meant', async () => {
      const logger = new Warnings();
      const { port } = await startApp(platform, moduleOf(options, ThingsController), { logger });
      expect((await ask(port, '/things', { origin: OTHER }))[0]).toBe(403);
      expect(logger.about('was refused')).toEqual([]);
    });
  });

  describe('says once a minute for each origin that it was only the host that decided', () => {
    const startApp = appsOfTest();
    const start = async (): Promise<readonly [port: number, logger: Warnings]> => {
      const logger = new Warnings();
      const options: CorsModuleOptions = { origin: PAGE, enforce: true };
      const { port } = await startApp(platform, moduleOf(options, ThingsController), { logger });
      return [port, logger];
    };

    it('with the origin, the host and the way out', async () => {
      const [port, logger] = await start();
      for (let count = 0; count < 3; count++) {
        await ask(port, '/things', { origin: OWN, host: 'backend:3000' });
      }
      expect(logger.about('was refused')).toEqual([
        `${OWN} was refused. The policy there does not allow it, and its host is not "backend:3000", with which it was ` +
          "compared. If it is the app's own origin, behind a proxy or with another port, name it in publicOrigins",
      ]);
    });

    it('for each origin on its own, as far as a list of them goes', async () => {
      const [port, logger] = await start();
      for (let count = 0; count < 103; count++) {
        await ask(port, '/things', { origin: `http://host-${count}.example`, host: 'backend:3000' });
      }
      // What does not fit shares one line.
      expect(logger.about('was refused')).toHaveLength(101);
    });

    it.each([
      ['the browser has said so', { origin: OWN, 'sec-fetch-site': 'cross-site' }],
      ['it has no host', { origin: 'null' }],
      ['it is no page of the web', { origin: 'chrome-extension://abcdefghijklmnopabcdefghijklmnop' }],
      ['it may pass', { origin: PAGE }],
    ])('and not where %s', async (_, headers) => {
      const [port, logger] = await start();
      await ask(port, '/things', { host: 'backend:3000', ...headers });
      expect(logger.about('was refused')).toEqual([]);
    });

    it('on one line, whatever the request says', async () => {
      const [port, logger] = await start();
      await ask(port, '/things', { origin: 'http://a\u0085b.example', host: 'x' });
      const [line, ...others] = logger.about('was refused');
      expect([line, others]).toEqual([expect.stringMatching(/^[\x20-\x7e]+$/), []]);
    });
  });
});
