import { beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Logger, Module, Req, VersioningType } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  AllowOrigin,
  CorsModule,
  CorsService,
  type CorsExplanation,
  type CorsRequest,
  type ExplainableRequest,
} from '../../lib/index.js';
import { createAdapter, PLATFORMS, startApp, type RunningApp } from '../support/apps.js';
import { PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send } from '../support/http.js';
import { appsOfSuite } from '../support/suites.js';
import { ADMIN, APP, DefaultModule, StrictModule } from './explain/app.js';

const SHOP = 'https://www.shop.example.com';
const ORDERS = 'origin from OrdersController';
const DEFAULT = 'https://default.example.com';
/** What is said beside a refusal that only the host has decided. */
const HINT = "If it is the app's own origin, behind a proxy or with another port, name it in publicOrigins.";

/** The reason, the status and the message of an explanation. */
function summary({ reason, status, message }: CorsExplanation): readonly unknown[] {
  return [reason, status, message];
}

describe.each(PLATFORMS)('CorsService.explain() on %s', (platform) => {
  let strict: RunningApp;
  let open: RunningApp;
  const start = appsOfSuite();
  beforeAll(async () => {
    const prepare = {
      prepare: (app: RunningApp['app']) =>
        void app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' }),
    };
    strict = await start(platform, StrictModule, prepare);
    open = await start(platform, DefaultModule, prepare);
  });

  function explain(request: ExplainableRequest, { app } = strict): Promise<CorsExplanation> {
    return app.get(CorsService).explain(request);
  }

  /** An actual request: `GET /orders`. */
  function actual(
    line: string,
    headers: ExplainableRequest['headers'] = {},
    running = strict,
  ): Promise<CorsExplanation> {
    const [method = '', url = ''] = line.split(' ');
    return explain({ method, url, headers }, running);
  }

  /** A preflight for `DELETE /orders/7`. */
  function preflight(
    line: string,
    origin: string,
    headers?: string,
    running = strict,
  ): Promise<CorsExplanation> {
    const [method = '', url = ''] = line.split(' ');
    return explain({ method: 'OPTIONS', url, headers: preflightHeaders(origin, method, headers) }, running);
  }

  describe('an actual request', () => {
    it.each([
      [
        'GET /orders',
        { origin: APP },
        'origin-allowed',
        `${APP} may read GET /orders: the policy of OrdersController#list (${ORDERS}) allows the origin.`,
      ],
      [
        'GET /orders?page=2',
        { origin: 'https://shop.example.com' },
        'origin-not-allowed',
        `https://shop.example.com may not read GET /orders: the policy of OrdersController#list (${ORDERS}) does not allow the origin; the closest allowed origin is ${SHOP}, which differs by "www.". The handler runs all the same.`,
      ],
      [
        'GET /orders',
        { origin: 'https://evil.net' },
        'origin-not-allowed',
        `https://evil.net may not read GET /orders: the policy of OrdersController#list (${ORDERS}) does not allow the origin; it allows ${APP} and ${SHOP}. The handler runs all the same.`,
      ],
      [
        'GET /orders',
        { origin: `${APP}/` },
        'origin-malformed',
        `"${APP}/" may not read GET /orders: the value of Origin is no serialized origin; Origin has a trailing slash; the closest allowed origin is ${APP}. The handler runs all the same.`,
      ],
      [
        'GET /orders',
        {},
        'no-origin',
        'No script of another origin may read GET /orders: the request has no Origin, so it is no CORS request.',
      ],
      [
        'GET /orders/open/all',
        { origin: 'https://evil.net' },
        'any-origin',
        'https://evil.net may read GET /orders/open/all: the policy of OrdersController#open (origin from OrdersController#open) allows "*".',
      ],
      [
        'GET /orders/open/all',
        {},
        'any-origin',
        'Any origin may read GET /orders/open/all: the policy of OrdersController#open (origin from OrdersController#open) allows "*".',
      ],
      [
        'POST /orders',
        { origin: 'https://api.example.com', host: 'api.example.com' },
        'same-origin',
        "https://api.example.com may read POST /orders: the origin is the app's own, as far as the request tells, so CORS does not apply.",
      ],
      [
        'POST /orders/closed/one',
        { origin: APP },
        'no-cors',
        `${APP} may not read POST /orders/closed/one: OrdersController#closed is closed by @NoCors() of OrdersController#closed.`,
      ],
      [
        'GET /shut/x',
        { origin: APP },
        'no-cors',
        `${APP} may not read GET /shut/x: options.routes[2], for /shut/*path, is closed by options.routes[2].policy: false.`,
      ],
      [
        'GET /plain',
        { origin: APP },
        'no-policy',
        `${APP} may not read GET /plain: PlainController#read has no policy: no layer says who may read it, so it is closed.`,
      ],
      [
        'GET /nowhere',
        { origin: APP },
        'no-policy',
        `${APP} may not read GET /nowhere: no route of Nest serves GET /nowhere; no entry of routes covers the path, and no default policy says who may read it, so it is closed.`,
      ],
      [
        'GET /left/x',
        { origin: APP },
        'unmanaged',
        `${APP} may not read GET /left/x unless the app itself says so: options.routes[3], for /left, is left alone, so what the app itself sends gets out.`,
      ],
      [
        'GET /failing',
        { origin: 'https://evil.net' },
        'source-failed',
        'https://evil.net may not read GET /failing: the policy of FailingController#read (origin from FailingController) does not allow the origin: the source BrokenOrigins failed: the database is down. The handler runs all the same.',
      ],
      [
        'GET /failing/junk',
        { origin: 'https://evil.net' },
        'source-failed',
        'https://evil.net may not read GET /failing/junk: the policy of FailingController#junk (origin from FailingController#junk) does not allow the origin: the source junk failed: it answered string, no boolean. The handler runs all the same.',
      ],
      [
        'GET /orders',
        { origin: 'https://x\u202e.example' },
        'origin-malformed',
        expect.stringMatching(/^"https:\/\/x\\u\{202e\}\.example" may not read/),
      ],
    ])('%s with %j: %s', async (line, headers, reason, message) => {
      expect(summary(await actual(line, headers))).toEqual([reason, undefined, message]);
    });

    it('under enforce', async () => {
      const refused = await actual('GET /orders/enforced/7', { origin: 'http://app.example.com' });
      expect(summary(refused)).toEqual([
        'origin-not-allowed',
        403,
        `http://app.example.com may not read GET /orders/enforced/7: the policy of OrdersController#enforced (${ORDERS}) does not allow the origin; the closest allowed origin is ${APP}, which has the scheme "https", not "http". The request is answered with 403 before the handler runs. http://app.example.com was refused. The policy there does not allow it, and the request names no host to compare it with. ${HINT}`,
      ]);
      const enforced = async (headers: Record<string, string>): Promise<readonly unknown[]> => {
        const { status, steps } = await actual('GET /orders/enforced/7', headers);
        return [status, steps.at(-1)?.reason];
      };
      expect(await enforced({ origin: APP })).toEqual([undefined, 'enforce-passed']);
      expect(await enforced({})).toEqual([undefined, 'enforce-passed']);
      expect(await enforced({ origin: ADMIN, 'sec-fetch-site': 'same-origin' })).toEqual([
        undefined,
        'enforce-passed',
      ]);
      expect(await enforced({ origin: ADMIN, 'sec-fetch-site': 'cross-site' })).toEqual([
        403,
        'enforce-refused',
      ]);
    });

    it.each([
      [
        'an entry of routes',
        'GET /files/x',
        'origin-not-allowed',
        `the policy of options.routes[1] for /files/*path (origin from options.routes[1].policy) does not allow the origin; the closest allowed origin is ${APP}, which is another host of the same site.`,
      ],
      [
        'a path with two readings, one of which has it',
        'GET /files/..%2fshut%2fx',
        'path-ambiguous',
        'the path can be read as several (by escapes, slashes, dot segments, semicolons or letter case) with different policies, so it is closed.',
      ],
    ])('under enforce of %s', async (_, line, reason, why) => {
      expect(summary(await actual(line, { origin: ADMIN, 'sec-fetch-site': 'cross-site' }))).toEqual([
        reason,
        403,
        `${ADMIN} may not read ${line}: ${why} The request is answered with 403 before the handler runs.`,
      ]);
    });

    it('under enforce says which host was compared, where it is only the host that decides', async () => {
      const own = { origin: 'https://api.example.com', host: 'backend:3000' };
      const { status, message } = await actual('GET /orders/enforced/7', own);
      expect(status).toBe(403);
      expect(message).toContain(`its host is not "backend:3000", with which it was compared. ${HINT}`);
      const told = await actual('GET /orders/enforced/7', { ...own, 'sec-fetch-site': 'same-site' });
      expect([told.status, told.message]).toEqual([403, expect.not.stringContaining('publicOrigins')]);
    });

    it('says the default policy where no route serves it', async () => {
      expect(summary(await actual('GET /nowhere', { origin: DEFAULT }, open))).toEqual([
        'origin-allowed',
        undefined,
        `${DEFAULT} may read GET /nowhere: the default policy (origin from options) allows the origin.`,
      ]);
      expect(summary(await actual('GET /nowhere', { origin: 'http://default.example.com' }, open))).toEqual([
        'origin-not-allowed',
        undefined,
        `http://default.example.com may not read GET /nowhere: no route of Nest serves GET /nowhere; the default policy (origin from options) does not allow the origin; the closest allowed origin is ${DEFAULT}, which has the scheme "https", not "http". The handler runs all the same.`,
      ]);
    });

    it('is for the route that serves its version', async () => {
      for (const version of ['1', '2']) {
        const path = '/overlapping/special';
        const { body } = await send(strict.port, { path, headers: { 'x-version': version } });
        const { route } = await actual(`GET ${path}`, { origin: APP, 'x-version': version });
        expect([version, route?.where]).toEqual([version, `OverlappingController#${body}`]);
      }
    });

    it('is whole', async () => {
      const explanation = await actual('GET /orders', { origin: 'https://shop.example.com' });
      const hint = { code: 'www', message: `${SHOP} differs by "www."` };
      const where = 'OrdersController#list';
      const { message, route, ...rest } = explanation;
      expect(message).not.toBe('');
      expect(route).toEqual(
        strict.app
          .get(CorsService)
          .routes()
          .find((report) => report.where === where),
      );
      expect(rest).toEqual({
        kind: 'actual',
        method: 'GET',
        origin: 'https://shop.example.com',
        candidates: [route],
        allowed: false,
        reason: 'origin-not-allowed',
        steps: [
          {
            step: 'route',
            where,
            passed: true,
            reason: 'route-found',
            message: `${where} serves GET /orders`,
            hint: undefined,
          },
          {
            step: 'policy',
            where,
            passed: true,
            reason: 'policy-found',
            message: `${where} has a policy`,
            hint: undefined,
          },
          {
            step: 'origin',
            where,
            passed: false,
            reason: 'origin-not-allowed',
            message: `the policy of ${where} (${ORDERS}) does not allow the origin`,
            hint,
          },
          {
            step: 'enforce',
            where,
            passed: true,
            reason: 'enforce-off',
            message: 'enforce is off, so the handler runs whoever asks',
            hint: undefined,
          },
        ],
        closest: SHOP,
        hint,
        fields: { vary: 'Origin' },
        status: undefined,
      });
      expect((await actual('GET /orders', { origin: APP })).fields).toEqual({
        vary: 'Origin',
        'access-control-allow-origin': APP,
        'access-control-allow-credentials': 'true',
        'access-control-expose-headers': 'x-total',
      });
    });

    it.each([
      ['1', 'VersionsController#one'],
      ['2', 'VersionsController#two'],
      ['3', 'VersionsController#two'],
      [undefined, 'VersionsController#four'],
      ['5', 'options'],
    ])('of version %s is governed by %s', async (version, where) => {
      const { route, candidates } = await actual('GET /versions', { origin: APP, 'X-Version': version });
      expect([route?.where, candidates.map((report) => report.where)]).toEqual([where, [where]]);
    });

    it('knows for which host it is', async () => {
      const from = { origin: APP };
      expect((await actual('GET /hosted', { ...from, host: 'api.example.com:80' })).reason).toBe(
        'origin-allowed',
      );
      expect((await actual('GET /hosted', { ...from, host: 'other.example.com' })).reason).toBe('no-policy');
      expect((await actual('GET http://api.example.com/hosted', from)).reason).toBe('origin-allowed');
      const proxied = {
        method: 'GET',
        url: '/hosted',
        headers: { ...from, host: '10.0.0.1' },
        host: 'api.example.com',
      };
      expect((await explain(proxied)).reason).toBe('origin-allowed');
    });
  });

  describe('a preflight', () => {
    it.each([
      [
        'DELETE /orders/7',
        APP,
        undefined,
        [
          'preflight-approved',
          204,
          `${APP} may send DELETE /orders/7: the policy of OrdersController#remove approves the preflight.`,
        ],
      ],
      [
        'DELETE /orders/7',
        'https://shop.example.com',
        undefined,
        [
          'origin-not-allowed',
          403,
          `https://shop.example.com may not send DELETE /orders/7: the policy of OrdersController#remove (${ORDERS}) does not allow the origin; the closest allowed origin is ${SHOP}, which differs by "www.". The preflight is answered with 403.`,
        ],
      ],
      [
        'POST /orders',
        APP,
        'content-type,x-csrftoken,x-other',
        [
          'headers-not-allowed',
          403,
          `${APP} may not send POST /orders: the policy of OrdersController#add (allowedHeaders from OrdersController#add) does not allow the request headers x-csrftoken and x-other; it allows x-csrf-token. The preflight is answered with 403.`,
        ],
      ],
      [
        'DELETE /orders/7',
        APP,
        'x-a',
        [
          'headers-not-allowed',
          403,
          `${APP} may not send DELETE /orders/7: the policy of OrdersController#remove (allowedHeaders by default) does not allow the request header x-a; it allows authorization and content-type; name x-a in allowedHeaders of OrdersController#remove, with merge: 'extend', or in its @Headers(). The preflight is answered with 403.`,
        ],
      ],
      [
        'PUT /orders/open/all',
        'https://evil.net',
        'x-any,authorization',
        [
          'headers-not-allowed',
          403,
          "https://evil.net may not send PUT /orders/open/all: the policy of OrdersController#write (allowedHeaders from OrdersController#write) does not allow the request header authorization; '*' does not cover authorization, which has to be listed by name. The preflight is answered with 403.",
        ],
      ],
      [
        'POST /orders',
        APP,
        'content-type,'.repeat(100),
        [
          'headers-not-allowed',
          403,
          `${APP} may not send POST /orders: Access-Control-Request-Headers is longer than the policy of OrdersController#add (allowedHeaders from OrdersController#add) can ever need. The preflight is answered with 403.`,
        ],
      ],
      [
        'DELETE /graphql',
        'https://a.example.com',
        undefined,
        [
          'method-not-allowed',
          403,
          'https://a.example.com may not send DELETE /graphql: the policy of options.routes[0] for /graphql (methods from options.routes[0].policy) does not allow the method DELETE; it allows GET, HEAD, POST and PUT. The preflight is answered with 403.',
        ],
      ],
      [
        'PUT /orders/open/all',
        'file://',
        'x-any',
        [
          'preflight-approved',
          204,
          'file:// may send PUT /orders/open/all: the policy of OrdersController#write approves the preflight.',
        ],
      ],
      [
        'TRACE /graphql',
        'https://a.example.com',
        undefined,
        [
          'method-not-allowed',
          403,
          'https://a.example.com may not send TRACE /graphql: TRACE is a forbidden method, which no page can send. The preflight is answered with 403.',
        ],
      ],
      [
        'DELETE /graphql',
        'https://example.com',
        'x-a',
        [
          'origin-not-allowed',
          403,
          "https://example.com may not send DELETE /graphql: the policy of options.routes[0] for /graphql (origin from options.routes[0].policy) does not allow the origin; the closest allowed origin is https://*.example.com, which covers the names below example.com, not example.com itself; the policy of options.routes[0] for /graphql (methods from options.routes[0].policy) does not allow the method DELETE; it allows GET, HEAD, POST and PUT; the policy of options.routes[0] for /graphql (allowedHeaders by default) does not allow the request header x-a; it allows authorization and content-type; name x-a in allowedHeaders of options.routes[0], with merge: 'extend'. The preflight is answered with 403.",
        ],
      ],
      [
        'POST /orders/closed/one',
        APP,
        undefined,
        [
          'no-cors',
          403,
          `${APP} may not send POST /orders/closed/one: OrdersController#closed is closed by @NoCors() of OrdersController#closed. The preflight is answered with 403.`,
        ],
      ],
      [
        'GET /plain',
        APP,
        undefined,
        [
          'no-policy',
          403,
          `${APP} may not send GET /plain: PlainController#read has no policy: no layer says who may read it, so it is closed. The preflight is answered with 403.`,
        ],
      ],
      [
        'patch /orders/7',
        ADMIN,
        undefined,
        [
          'no-policy',
          403,
          `${ADMIN} may not send patch /orders/7: no route of Nest serves patch /orders/7; methods are case-sensitive, and OrdersController#change serves PATCH; no entry of routes covers the path, and no default policy says who may read it, so it is closed. The preflight is answered with 403.`,
        ],
      ],
      [
        'put /graphql',
        'https://a.example.com',
        undefined,
        [
          'method-not-allowed',
          403,
          'https://a.example.com may not send put /graphql: the policy of options.routes[0] for /graphql (methods from options.routes[0].policy) does not allow the method put; methods are case-sensitive, and it allows PUT. The preflight is answered with 403.',
        ],
      ],
      ['GET *', APP, undefined, ['no-policy', 403, expect.stringContaining('no route of Nest serves GET *')]],
      [
        'PUT /left/x',
        APP,
        undefined,
        [
          'unmanaged',
          undefined,
          `${APP} may not send PUT /left/x unless the app itself answers the preflight: options.routes[3], for /left, is left alone, so what the app itself sends gets out.`,
        ],
      ],
    ] as const)('for %s from %s with %.40s', async (line, origin, headers, expected) => {
      expect(summary(await preflight(line, origin, headers))).toEqual(expected);
    });

    it('has no hint about a method that a route serves as it is', async () => {
      const { route, hint } = await preflight('patch /plain/all', 'https://evil.net', undefined, open);
      // Fastify does not register such a method for @All().
      expect([route?.where, hint?.code]).toEqual(
        platform === 'express' ? ['PlainController#all', undefined] : ['options', 'method-case'],
      );
    });

    it('names each request header that is not allowed', async () => {
      const names = Array.from({ length: 19 }, (_, n) => `x-${n}`);
      const { message } = await preflight('DELETE /orders/7', APP, names.join(','));
      for (const name of names) expect(message).toMatch(new RegExp(`\\b${name}\\b`));
      const { message: long } = await preflight(
        'DELETE /orders/7',
        APP,
        [...names, 'x-20', 'x-21'].join(','),
      );
      expect(long).toContain('x-18 and 2 more');
    });

    it('has the fields of its answer', async () => {
      expect((await preflight('POST /orders', APP, 'x-csrf-token,content-type')).fields).toEqual({
        'access-control-allow-origin': APP,
        'access-control-allow-credentials': 'true',
        'access-control-allow-headers': 'content-type,x-csrf-token',
        'access-control-max-age': '600',
        vary: PREFLIGHT_VARY,
      });
      expect((await preflight('POST /orders', ADMIN)).fields).toEqual({ vary: PREFLIGHT_VARY });
      expect((await preflight('GET /plain', APP)).fields).toEqual({ vary: PREFLIGHT_VARY });
      expect((await preflight('GET /left/x', APP)).fields).toEqual({});
    });

    it('tells which of several versions has approved it', async () => {
      const approved = await preflight('DELETE /versions/7', APP, 'x-two');
      const [one, two, neutral] = ['removeOne', 'removeTwo', 'removeNeutral'].map(
        (name) => `VersionsController#${name}`,
      );
      expect(approved.reason).toBe('preflight-approved');
      expect(approved.route?.where).toBe(two);
      expect(approved.candidates.map(({ where }) => where).toSorted()).toEqual([neutral, one, two]);
      // Whoever comes behind the one that approves is not asked.
      expect(approved.steps.at(-1)).toMatchObject({ where: two, step: 'headers', passed: true });

      const refused = await preflight('DELETE /versions/7', ADMIN, 'x-one');
      expect([refused.reason, refused.status, refused.route?.where]).toEqual([
        'headers-not-allowed',
        403,
        two,
      ]);
      const reasons = [
        `the policy of ${one} (origin from ${one}) does not allow the origin; the closest allowed origin is ${APP}, which is another host of the same site`,
        `the policy of ${two} (allowedHeaders from ${two}) does not allow the request header x-one; it allows x-two`,
        `${neutral} is closed by @NoCors() of ${neutral}`,
      ];
      for (const reason of reasons) expect(refused.message).toContain(reason);
      expect(new Set(refused.steps.map(({ where }) => where))).toEqual(new Set([one, two, neutral]));
    });

    it('is nothing less than OPTIONS with Origin and Access-Control-Request-Method', async () => {
      const { origin, ...others } = preflightHeaders(APP, 'DELETE');
      const kinds = [
        { method: 'OPTIONS', url: '/orders/7', headers: { origin: APP } },
        { method: 'OPTIONS', url: '/orders/7', headers: others },
        { method: 'POST', url: '/orders/7', headers: { ...others, origin: origin as string } },
      ].map(async (request) => (await explain(request)).kind);
      expect(await Promise.all(kinds)).toEqual(['actual', 'actual', 'actual']);
    });
  });

  describe('sources', () => {
    it('are asked as a live request would ask them', async () => {
      const headers = { ...preflightHeaders('https://acme.example.com', 'GET'), 'X-Tenant': 'acme' };
      const { reason, fields } = await explain({ method: 'OPTIONS', url: '/asked', headers });
      expect([reason, fields['vary']]).toEqual(['preflight-approved', `${PREFLIGHT_VARY}, x-tenant`]);
      const read = await actual('GET /asked', { origin: 'https://acme.example.com' });
      expect([read.reason, read.status, read.fields]).toEqual([
        'origin-not-allowed',
        403,
        { vary: 'Origin, x-tenant' },
      ]);
    });

    it('that fail are not logged', async () => {
      const logged: unknown[] = [];
      Logger.overrideLogger({
        log: () => {},
        warn: (...all) => logged.push(all),
        error: (...all) => logged.push(all),
      });
      try {
        await actual('GET /asked/broken', { origin: 'https://evil.net' });
      } finally {
        Logger.overrideLogger(false);
      }
      expect(logged).toEqual([]);
    });
  });
});

describe.each(PLATFORMS)("CorsService.explain() of the platform's own request on %s", (platform) => {
  const seen: CorsRequest[] = [];

  function isApp(origin: string, request: CorsRequest): boolean {
    seen.push(request);
    return origin === APP;
  }

  @Controller('self')
  @AllowOrigin(isApp)
  class SelfController {
    constructor(private readonly cors: CorsService) {}

    @Get(':id') async read(@Req() request: ExplainableRequest) {
      const { reason, route, message } = await this.cors.explain(request);
      return { reason, where: route?.where, message };
    }
  }

  @Module({ imports: [CorsModule.forRoot({})], controllers: [SelfController] })
  class SelfModule {}

  it('takes it as it is', async () => {
    const { app, port } = await startApp(platform, SelfModule);
    try {
      const response = await send(port, {
        path: '/self/7?x',
        headers: { origin: ADMIN, host: 'api.example.com' },
      });
      expect(JSON.parse(response.body)).toEqual({
        reason: 'origin-not-allowed',
        where: 'SelfController#read',
        message: expect.stringContaining('it allows what the source isApp allows.') as unknown,
      });
      const [live, explained] = seen.map(({ method, path, host, preflight }) => ({
        method,
        path,
        host,
        preflight,
      }));
      expect(explained).toEqual(live);
    } finally {
      await app.close();
    }
  });
});

describe('CorsService.explain() without an answer', () => {
  const request = { method: 'GET', url: '/', headers: {} };

  it('rejects before the app is initialized, as routes() throws', async () => {
    const app = await NestFactory.create(StrictModule, createAdapter('express') as never, { logger: false });
    const service = app.get(CorsService);
    await expect(service.explain(request)).rejects.toThrow(
      'The routes are not known yet: call this after app.init() or app.listen().',
    );
    await app.close();
  });

  it('rejects in an app without HTTP', async () => {
    const app = await NestFactory.createApplicationContext(StrictModule, { logger: false });
    await expect(app.get(CorsService).explain(request)).rejects.toThrow('This app serves no HTTP');
    await app.close();
  });

  it('rejects what is no request, naming the part at fault', async () => {
    const { app } = await startApp('fastify', DefaultModule, {
      prepare: (created) => void created.enableVersioning({ type: VersioningType.URI }),
    });
    const service = app.get(CorsService);
    await expect(service.explain({ ...request, method: 'get' })).rejects.toThrow(
      new TypeError(`explain(): request.method is "get"; write 'GET'`),
    );
    await app.close();
  });
});
