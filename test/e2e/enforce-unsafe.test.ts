import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Body,
  Controller,
  Delete,
  Get,
  Module,
  Post,
  Put,
  Version,
  VersioningType,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import {
  AllowOrigin,
  CorsModule,
  CorsService,
  NoCors,
  UseCorsPolicy,
  type CorsModuleOptions,
} from '../../lib/index.js';
import { PLATFORMS, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected } from '../support/cors-headers.js';
import { send, sendLines, type WireRequest } from '../support/http.js';
import { appsOfSuite, appsOfTest } from '../support/suites.js';
import { verdictsOfTest } from '../support/verdicts.js';
import { Warnings } from '../support/warnings.js';

const PAGE = 'https://app.example.com';
const PARTNER = 'https://partner.example.com';
const OTHER = 'https://other.example.net';
const OWN = 'https://api.example.com';

/** What of the app has run, in order. */
const ran: string[] = [];

function recorded(name: string): string {
  ran.push(name);
  return name;
}

@Controller('things')
class ThingsController {
  @Get() list() {
    return recorded('list');
  }
  @Post() add() {
    return recorded('add');
  }
  @Delete(':id') remove() {
    return recorded('remove');
  }
  @Get('strict') @AllowOrigin({ enforce: true }) strict() {
    return recorded('strict');
  }
  @Put('strict') @AllowOrigin({ enforce: true }) strictly() {
    return recorded('strictly');
  }
  @Post('restricted') @AllowOrigin(PAGE, { enforce: false, merge: 'restrict' }) restricted() {
    return recorded('restricted');
  }
  @Post('closed') @NoCors() closed() {
    return recorded('closed');
  }
  @Get('closed') @NoCors() closedToo() {
    return recorded('closed');
  }
  @Post('webhook') @NoCors({ enforce: false }) webhook(@Body() body: object) {
    return recorded(`webhook ${JSON.stringify(body)}`);
  }
  @Post('callback') @AllowOrigin(PARTNER, { enforce: false }) callback(@Body() body: object) {
    return recorded(`callback ${JSON.stringify(body)}`);
  }
}

@Controller('named')
class NamedController {
  @Post() @UseCorsPolicy('partners') named() {
    return recorded('named');
  }
}

/** Versions that only a header tells apart: which of them answers is known to the guard alone. */
@Controller('versions')
class VersionsController {
  @Post() @Version('1') @AllowOrigin(PAGE, { enforce: true }) first() {
    return recorded('first');
  }
  @Post() @Version('2') @AllowOrigin(PARTNER, { enforce: 'unsafe' }) second() {
    return recorded('second');
  }
  @Get() @Version('1') @AllowOrigin(PAGE, { enforce: true }) readFirst() {
    return recorded('first');
  }
  @Get() @Version('2') @AllowOrigin(PAGE, { enforce: 'unsafe' }) readSecond() {
    return recorded('second');
  }
  @Put()
  @Version('1')
  @AllowOrigin({ origin: (origin) => Promise.resolve(origin === PAGE), enforce: true })
  putFirst() {
    return recorded('first');
  }
  @Put() @Version('2') @AllowOrigin(PARTNER, { enforce: 'unsafe' }) putSecond() {
    return recorded('second');
  }
}

function moduleOf(options: CorsModuleOptions, ...controllers: Type[]): Type {
  @Module({ imports: [CorsModule.forRoot(options)], controllers })
  class AppModule {}
  return AppModule;
}

async function ask(
  port: number,
  path: string,
  headers: Record<string, string>,
  request: WireRequest = { method: 'POST' },
): Promise<readonly unknown[]> {
  ran.length = 0;
  const { status } = await send(port, { ...request, path, headers: { host: 'api.example.com', ...headers } });
  return [status, [...ran]];
}

const GET: WireRequest = { method: 'GET' };

describe.each(PLATFORMS)("enforce: 'unsafe' on %s", (platform) => {
  beforeEach(() => {
    ran.length = 0;
  });

  describe("in the module's options", () => {
    const startApp = appsOfSuite();
    let running: RunningApp;
    beforeAll(async () => {
      const options: CorsModuleOptions = {
        origin: PAGE,
        enforce: 'unsafe',
        policies: { partners: { origin: PARTNER, enforce: 'unsafe' } },
        routes: [
          { path: '/hooks', policy: { enforce: false } },
          { path: '/strict', policy: { enforce: true } },
        ],
      };
      running = await startApp(platform, moduleOf(options, ThingsController, NamedController), {
        prepare: (app) =>
          void app.use((_request: unknown, _response: unknown, next: () => void) => {
            recorded('middleware');
            next();
          }),
      });
    });

    it('lets a page of any origin get, and keeps the answer from it', async () => {
      const response = await send(running.port, { path: '/things', headers: { origin: OTHER } });
      expect([response.status, corsHeaders(response)]).toEqual([200, expected({ vary: 'Origin' })]);
      expect(ran).toEqual(['middleware', 'list']);
    });

    it.each([
      ['POST', '/things'],
      ['DELETE', '/things/7'],
      // What nobody serves, and what another one serves with another method.
      ['POST', '/nowhere'],
      ['PATCH', '/things'],
      ['POST', '/named'],
    ])('keeps a %s to %s from all of the app', async (method, path) => {
      for (const headers of [{ origin: OTHER }, { origin: 'null' }, { 'sec-fetch-site': 'cross-site' }]) {
        expect(await ask(running.port, path, headers as Record<string, string>, { method })).toEqual([
          403,
          [],
        ]);
      }
    });

    it('lets allowed origins and its own pass', async () => {
      for (const origin of [PAGE, OWN]) {
        expect(await ask(running.port, '/things', { origin })).toEqual([201, ['middleware', 'add']]);
      }
      expect(await ask(running.port, '/named', { origin: PARTNER })).toEqual([201, ['middleware', 'named']]);
      expect(await ask(running.port, '/named', { origin: PAGE })).toEqual([403, []]);
    });

    it('is made stricter by a decorator or an entry, and lifted by others', async () => {
      const { port } = running;
      expect(await ask(port, '/things/strict', { origin: OTHER }, GET)).toEqual([403, []]);
      expect(await ask(port, '/strict/x', { origin: OTHER }, GET)).toEqual([403, []]);
      expect(await ask(port, '/hooks/x', { origin: OTHER })).toEqual([404, ['middleware']]);
      // What restricts cannot lift.
      expect(await ask(port, '/things/restricted', { origin: OTHER })).toEqual([403, []]);
    });

    it('holds for methods that nobody serves where the strictest beside them does', async () => {
      const { port } = running;
      expect(await ask(port, '/things/strict', { origin: OTHER }, { method: 'HEAD' })).toEqual([403, []]);
      expect(await ask(port, '/things/strict', { origin: OTHER }, { method: 'OPTIONS' })).toEqual([403, []]);
      expect(await ask(port, '/things', { origin: OTHER }, { method: 'OPTIONS' })).not.toContain(403);
      expect(await ask(port, '/things', { origin: OTHER }, { method: 'PUT' })).toEqual([403, []]);
    });

    it('holds for what is closed', async () => {
      const { port } = running;
      expect(await ask(port, '/things/closed', { origin: PAGE })).toEqual([403, []]);
      expect(await ask(port, '/things/closed', { origin: OWN })).toEqual([201, ['middleware', 'closed']]);
      expect(await ask(port, '/things/closed', { origin: OTHER }, GET)).toEqual([
        200,
        ['middleware', 'closed'],
      ]);
      // Nothing of a GET depends on Origin there.
      const response = await send(port, { path: '/things/closed', headers: { origin: OTHER } });
      expect(corsHeaders(response)).toEqual({});
    });

    it.each(['webhook', 'callback'])('lets a form of another site reach a %s that lifts it', async (name) => {
      const form = { method: 'POST', body: 'state=abc' };
      for (const origin of [OTHER, 'null']) {
        const headers = {
          origin,
          'sec-fetch-site': 'cross-site',
          'content-type': 'application/x-www-form-urlencoded',
          'content-length': String(form.body.length),
        };
        const [status, runs] = await ask(running.port, `/things/${name}`, headers, form);
        expect([status, runs]).toEqual([201, ['middleware', `${name} {"state":"abc"}`]]);
      }
    });

    it.each([
      ['GET', OTHER, undefined, 'enforce-safe', 'refuses no GET, so the handler runs whoever asks'],
      ['POST', OTHER, 403, 'enforce-refused', 'refuses it with 403 before the handler runs'],
      ['POST', PAGE, undefined, 'enforce-passed', 'lets the request through'],
      [
        'POST',
        undefined,
        403,
        'enforce-refused',
        'Sec-Fetch-Site names another site, but there is no Origin',
      ],
    ])('is explained: %s from %s', async (method, origin, status, reason, text) => {
      const headers = { 'sec-fetch-site': 'cross-site', ...(origin !== undefined && { origin }) };
      const explained = await running.app.get(CorsService).explain({ method, url: '/things', headers });
      const last = explained.steps.at(-1);
      expect([explained.status, last?.reason]).toEqual([status, reason]);
      expect(last?.message).toContain(text);
      expect(last?.message).toContain('(enforce from options)');
      const said = status === 403 ? 'answered with 403 before the handler runs' : '';
      expect(explained.message).toContain(said);
      // The server does what it says.
      const [sent] = await ask(running.port, '/things', headers, { method });
      expect(sent === 403 ? 403 : undefined).toBe(status);
    });

    it('explains what has lost its origin, to whom has kept it none', async () => {
      const headers = { 'sec-fetch-site': 'cross-site' };
      const { reason, message } = await running.app
        .get(CorsService)
        .explain({ method: 'POST', url: '/things', headers });
      expect(reason).toBe('no-origin');
      expect(message).toBe(
        'No script of another origin may read POST /things: the request has no Origin, so it is no CORS request. ' +
          'The request is answered with 403 before the handler runs. Sec-Fetch-Site names another site, but there is no Origin. ' +
          'Browsers send both, so somebody on the way takes it away.',
      );
    });

    it('is shown by routes() and the manifest', async () => {
      const cors = running.app.get(CorsService);
      const enforced = Object.fromEntries(cors.routes().map(({ where, policy }) => [where, policy?.enforce]));
      expect(enforced).toMatchObject({
        options: 'unsafe',
        'options.routes[0]': false,
        'options.routes[1]': true,
        'ThingsController#add': 'unsafe',
        'ThingsController#strict': true,
        'ThingsController#restricted': 'unsafe',
        'ThingsController#closed': 'unsafe',
        'ThingsController#webhook': false,
      });
      const { routes } = await cors.manifest();
      expect(routes.find(({ kind }) => kind === 'default')?.policy?.enforce).toBe('unsafe');
    });
  });

  describe('with publicOrigins', () => {
    const startApp = appsOfSuite();
    let port: number;
    beforeAll(async () => {
      const options: CorsModuleOptions = { origin: PAGE, enforce: 'unsafe', publicOrigins: [OWN] };
      ({ port } = await startApp(platform, moduleOf(options, ThingsController)));
    });

    it.each([
      ['its own', 'backend:3000', OWN, undefined, 201],
      ['the allowed one', 'backend:3000', PAGE, 'cross-site', 201],
      ['a stranger', 'backend:3000', OTHER, 'cross-site', 403],
      // DNS rebinding: to the browser it is the same origin.
      ['a rebound page', 'rebound.example.net', 'http://rebound.example.net', 'same-origin', 403],
      ['a rebound page that hides its origin', 'rebound.example.net', 'null', 'same-origin', 403],
      ['nobody, of the same origin', 'backend:3000', undefined, 'same-origin', 201],
      ['nobody, of another site', 'backend:3000', undefined, 'same-site', 403],
      ['no browser', 'backend:3000', undefined, undefined, 201],
    ])('takes a POST of %s', async (_, host, origin, site, status) => {
      const headers = { host, ...(origin && { origin }), ...(site && { 'sec-fetch-site': site }) };
      expect((await ask(port, '/things', headers))[0]).toBe(status);
      expect((await ask(port, '/things', headers, GET))[0]).toBe(200);
    });
  });

  describe('where only the handler tells which policy counts', () => {
    const startApp = appsOfSuite();
    let port: number;
    beforeAll(async () => {
      ({ port } = await startApp(platform, moduleOf({}, VersionsController), {
        prepare: (app) => {
          app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });
          app.use((_request: unknown, _response: unknown, next: () => void) => {
            recorded('middleware');
            next();
          });
        },
      }));
    });
    const of = (version: string, headers: object) => ({ 'x-version': version, ...headers });

    it('refuses in front of all what none of them lets through', async () => {
      for (const headers of [{ origin: OTHER }, { 'sec-fetch-site': 'cross-site' }]) {
        expect(await ask(port, '/versions', of('2', headers))).toEqual([403, []]);
      }
    });

    it('asks nobody about what has no origin', async () => {
      const lost = of('2', { 'sec-fetch-site': 'cross-site' });
      expect(await ask(port, '/versions', lost, { method: 'PUT' })).toEqual([403, []]);
    });

    it.each([
      ['1', PAGE, 201, ['middleware', 'first']],
      ['2', PARTNER, 201, ['middleware', 'second']],
    ])('and else the version that answers decides: %s', async (version, origin, status, runs) => {
      expect(await ask(port, '/versions', of(version, { origin }))).toEqual([status, runs]);
      const another = version === '1' ? '2' : '1';
      const [refused, more] = await ask(port, '/versions', of(another, { origin }));
      expect(refused).toBe(403);
      expect((more as string[]).filter((name) => name !== 'middleware')).toEqual([]);
    });

    it('refuses a GET of a stranger where that version does', async () => {
      const first = await ask(port, '/versions', of('1', { origin: OTHER }), GET);
      expect([first[0], (first[1] as string[]).includes('first')]).toEqual([403, false]);
      expect(await ask(port, '/versions', of('2', { origin: OTHER }), GET)).toEqual([
        200,
        ['middleware', 'second'],
      ]);
    });
  });

  describe('of a handler that a changed method leads to', () => {
    const startApp = appsOfTest();
    const start = (prepare: (app: INestApplication) => void) =>
      startApp(platform, moduleOf({ origin: PAGE, enforce: 'unsafe' }, ThingsController), { prepare });
    const overriding = (app: INestApplication): void =>
      void app.use((request: IncomingMessage, _response: unknown, next: () => void) => {
        const method = request.headers['x-http-method-override'];
        if (typeof method === 'string') request.method = method;
        next();
      });

    it('keeps out what comes as POST, whatever it is to be', async () => {
      const { port } = await start(overriding);
      for (const method of ['GET', 'DELETE']) {
        const headers = { origin: OTHER, 'x-http-method-override': method };
        expect(await ask(port, '/things/7', headers)).toEqual([403, []]);
      }
    });

    // Fastify has chosen its handler before middlewares run.
    (platform === 'express' ? it : it.skip)(
      'keeps out what comes as GET, and is to be a DELETE',
      async () => {
        const { port } = await start(overriding);
        const headers = { origin: OTHER, 'x-http-method-override': 'DELETE' };
        expect(await ask(port, '/things/7', headers, GET)).toEqual([403, []]);
        expect(await ask(port, '/things/7', { ...headers, origin: PAGE }, GET)).toEqual([200, ['remove']]);
        const lost = { 'sec-fetch-site': 'cross-site', 'x-http-method-override': 'DELETE' };
        expect(await ask(port, '/things/7', lost, GET)).toEqual([403, []]);
      },
    );
  });

  describe('in front of WebSockets', () => {
    const startApp = appsOfSuite();
    let port: number;
    const seen: string[] = [];
    beforeAll(async () => {
      const options: CorsModuleOptions = {
        origin: PAGE,
        enforce: 'unsafe',
        routes: [
          { path: '/open', policy: { enforce: false } },
          { path: '/any', policy: { origin: '*' } },
        ],
      };
      ({ port } = await startApp(platform, moduleOf(options, ThingsController), {
        prepare: (app) => {
          (app.getHttpServer() as Server).on('upgrade', ({ url = '' }: IncomingMessage, socket: Duplex) => {
            seen.push(url);
            socket.end(
              'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n',
            );
          });
        },
      }));
    });
    beforeEach(() => {
      seen.length = 0;
    });

    it.each([
      // A handshake is a GET, but what it opens can change anything.
      ['/ws', [`Origin: ${OTHER}`], 403],
      ['/ws', ['Origin: null'], 403],
      ['/ws', [`Origin: ${PAGE}`], 101],
      ['/ws', [`Origin: ${OWN}`], 101],
      ['/ws', [], 101],
      ['/ws', ['Sec-Fetch-Site: cross-site'], 403],
      ['/ws', ['Sec-Fetch-Site: same-origin'], 101],
      ['/open', [`Origin: ${OTHER}`], 101],
      ['/open', ['Sec-Fetch-Site: cross-site'], 101],
      ['/any', [`Origin: ${OTHER}`], 101],
      ['/any', ['Sec-Fetch-Site: cross-site'], 101],
    ])('decides a handshake at %s with %j: %d', async (target, lines, status) => {
      const response = await sendLines(
        port,
        `GET ${target} HTTP/1.1`,
        'Host: api.example.com',
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Sec-WebSocket-Version: 13',
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        ...lines,
      );
      expect([response.status, seen]).toEqual([status, status === 101 ? [target] : []]);
    });
  });

  describe('says what becomes of requests', () => {
    const startApp = appsOfTest();
    const verdicts = verdictsOfTest();

    it('by verdicts and refusals()', async () => {
      const options: CorsModuleOptions = { origin: PAGE, enforce: 'unsafe', refusals: true };
      const { app, port } = await startApp(platform, moduleOf(options, ThingsController));
      await ask(port, '/things', { origin: OTHER }, GET);
      await ask(port, '/things', { origin: OTHER });
      await ask(port, '/things', { 'sec-fetch-site': 'cross-site' });
      expect(
        verdicts.map(({ method, outcome, reason, status }) => [method, outcome, reason, status]),
      ).toEqual([
        ['GET', 'refused', 'origin-not-allowed', undefined],
        ['POST', 'refused', 'origin-not-allowed', 403],
      ]);
      const cors = app.get(CorsService);
      const rows = await cors.refusals();
      expect(rows.map(({ method, reason }) => [method, reason])).toEqual(
        expect.arrayContaining([
          ['GET', 'origin-not-allowed'],
          ['POST', 'origin-not-allowed'],
        ]),
      );
      expect((await cors.suggest(OTHER)).length).toBeGreaterThan(0);
    });

    it('as fields to come, which are only reported', async () => {
      const options: CorsModuleOptions = { origin: PAGE, reportOnly: { enforce: 'unsafe' } };
      const { app, port } = await startApp(platform, moduleOf(options, ThingsController));
      expect(await ask(port, '/things', { origin: OTHER }, GET)).toEqual([200, ['list']]);
      expect(await ask(port, '/things', { origin: OTHER })).toEqual([201, ['add']]);
      await ask(port, '/things', { origin: PAGE });
      await ask(port, '/things', { origin: OWN });
      expect(
        verdicts.map(({ method, reportOnly }) => [method, reportOnly?.difference, reportOnly?.status]),
      ).toEqual([
        ['GET', undefined, undefined],
        ['POST', 'would be refused', 403],
        ['POST', undefined, undefined],
        ['POST', undefined, undefined],
      ]);
      const cors = app.get(CorsService);
      expect(
        (await cors.reportOnly()).map(({ origin, method, difference }) => [origin, method, difference]),
      ).toEqual([[OTHER, 'POST', 'would be refused']]);
      expect(cors.routes().find(({ where }) => where === 'options')?.reportOnly?.enforce).toBe('unsafe');
    });

    it('where somebody takes Origin away, once a minute and on one line', async () => {
      const logger = new Warnings();
      const options: CorsModuleOptions = { origin: PAGE, enforce: 'unsafe' };
      const { port } = await startApp(platform, moduleOf(options, ThingsController), { logger });
      for (let count = 0; count < 3; count++) await ask(port, '/things', { 'sec-fetch-site': 'cross-site' });
      expect(logger.about('was refused')).toEqual([
        'POST /things was refused: Sec-Fetch-Site names another site, but there is no Origin. Browsers send both, ' +
          'so somebody on the way takes it away',
      ]);
    });
  });

  it('can be taken on, and given up, while the app runs', async () => {
    const { app, port } = await startApp(platform, moduleOf({ origin: PAGE }, ThingsController));
    const cors = app.get(CorsService);
    const outcomes = async () => [
      (await ask(port, '/things', { origin: OTHER }, GET))[0],
      (await ask(port, '/things', { origin: OTHER }))[0],
    ];
    expect(await outcomes()).toEqual([200, 201]);
    await cors.update({ origin: PAGE, enforce: 'unsafe' });
    expect(await outcomes()).toEqual([200, 403]);
    await cors.update({ origin: PAGE, enforce: true });
    expect(await outcomes()).toEqual([403, 403]);
  });
  const startApp = appsOfTest();

  it.each([
    ['Unsafe', "write 'unsafe'"],
    ['true', 'write true, without quotes'],
    ['POST', "write true, false or 'unsafe'"],
  ])('refuses %p at start, and shows what to write', async (enforce, fix) => {
    const options = { origin: PAGE, enforce } as unknown as CorsModuleOptions;
    await expect(startApp(platform, moduleOf(options, ThingsController))).rejects.toMatchObject({
      problems: [{ code: 'option-type', where: 'options', field: 'enforce', value: enforce, fix }],
    });
  });
});

describe("enforce: true includes what 'unsafe' refuses", () => {
  const startApp = appsOfTest();

  it.each(PLATFORMS)('what has lost its origin, on %s', async (platform) => {
    const { port } = await startApp(platform, moduleOf({ origin: PAGE, enforce: true }, ThingsController));
    const lost = { 'sec-fetch-site': 'cross-site' };
    expect(await ask(port, '/things', lost)).toEqual([403, []]);
    // A link or an image of another site has never had one.
    expect(await ask(port, '/things', lost, GET)).toEqual([200, ['list']]);
    expect(await ask(port, '/things/webhook', lost)).toEqual([201, [expect.any(String)]]);
  });

  it.each(PLATFORMS)("'*' refuses nobody, on %s", async (platform) => {
    const { port } = await startApp(platform, moduleOf({ origin: '*', enforce: 'unsafe' }, ThingsController));
    for (const headers of [{ origin: OTHER }, { 'sec-fetch-site': 'cross-site' }]) {
      expect(await ask(port, '/things', headers as Record<string, string>)).toEqual([201, ['add']]);
    }
  });
});
