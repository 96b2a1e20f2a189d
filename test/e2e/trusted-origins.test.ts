import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Logger,
  Module,
  Post,
  type ExecutionContext,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import fc from 'fast-check';
import {
  CorsConfigurationError,
  CorsModule,
  CorsService,
  type CorsModuleOptions,
  type OriginSource,
  type OriginSourceAfterGuards,
  type TrustedOriginsDelegate,
} from '../../lib/index.js';
import { createAdapter, PLATFORMS, type Platform } from '../support/apps.js';
import { send } from '../support/http.js';
import { describeOn12 } from '../support/nest-11.js';
import { appsOfTest } from '../support/suites.js';
import { Warnings } from '../support/warnings.js';

const PAGE = 'https://app.example.com';
const PARTNER = 'https://partner.example.com';
const OTHER = 'https://other.example.net';
const OWN = 'https://api.example.com';
const TENANT = 'https://shop.tenant.example';

/** The origins that the source has been asked about. */
const asked: string[] = [];
let answer: (origin: string) => boolean | Promise<boolean> = () => false;

@Injectable()
class Tenants implements OriginSource {
  allows(origin: string) {
    asked.push(origin);
    return answer(origin);
  }
}

@Injectable()
class Members implements OriginSourceAfterGuards {
  readonly after = 'guards';
  allows(_origin: string, _context: ExecutionContext) {
    return true;
  }
  mayAllow() {
    return true;
  }
}

@Controller('orders')
class OrdersController {
  @Get() list() {
    return 'list';
  }
  @Post() add() {
    return 'added';
  }
}

function moduleOf(options: CorsModuleOptions): Type {
  @Module({
    imports: [CorsModule.forRootAsync({ useFactory: () => Promise.resolve(options) })],
    controllers: [OrdersController],
    providers: [Tenants, Members],
  })
  class AppModule {}
  return AppModule;
}

const POLICIES = {
  partners: { origin: PARTNER },
  both: { origin: PARTNER, merge: 'extend' },
} as const;

afterEach(() => {
  asked.length = 0;
  answer = () => false;
});

/** An app that is made, but not started yet, which is when others are told whom to trust. */
async function madeApp(
  options: CorsModuleOptions,
  platform: Platform = 'fastify',
  logger: Warnings = new Warnings(),
): Promise<INestApplication> {
  return NestFactory.create(moduleOf(options), createAdapter(platform) as never, {
    logger,
    abortOnError: false,
  });
}

describe('trustedOrigins()', () => {
  const listOf = async (options: CorsModuleOptions, policy?: string): Promise<readonly string[]> => {
    const app = await madeApp(options);
    const cors = app.get(CorsService);
    const before = await cors.trustedOrigins(policy);
    await app.init();
    // It says the same of what is in force.
    expect(await cors.trustedOrigins(policy)).toEqual(before);
    await app.close();
    return before;
  };

  it.each<[what: string, options: CorsModuleOptions, policy: string | undefined, origins: readonly string[]]>(
    [
      ['nobody', {}, undefined, []],
      ['one', { origin: PAGE }, undefined, [PAGE]],
      [
        "the app's own first, each once",
        { origin: [PAGE, OWN], publicOrigins: [OWN] },
        undefined,
        [OWN, PAGE],
      ],
      ["no other policy's", { origin: PAGE, policies: POLICIES }, undefined, [PAGE]],
      [
        'no entry’s',
        { origin: PAGE, routes: [{ path: '/x', policy: { origin: PARTNER } }] },
        undefined,
        [PAGE],
      ],
      ["a named policy's", { origin: PAGE, policies: POLICIES }, 'partners', [PARTNER]],
      ['a named policy’s with those around', { origin: PAGE, policies: POLICIES }, 'both', [PAGE, PARTNER]],
      [
        'what a named policy has in common with those around',
        {
          origin: [PAGE, OTHER],
          publicOrigins: OWN,
          policies: { common: { origin: PAGE, merge: 'restrict' } },
        },
        'common',
        [OWN, PAGE],
      ],
      [
        'a named policy that has none of its own',
        { origin: PAGE, policies: { more: { maxAge: 5 } } },
        'more',
        [PAGE],
      ],
      [
        'all of any scheme that browsers send',
        {
          origin: ['http://localhost:3000', 'capacitor://localhost', 'app://.'],
        },
        undefined,
        ['http://localhost:3000', 'capacitor://localhost', 'app://.'],
      ],
    ],
  )('lists %s', async (_, options, policy, origins) => {
    expect(await listOf(options, policy)).toEqual(origins);
  });

  it('names what no list can have in a warning, once', async () => {
    const logger = new Warnings();
    const origin = [
      PAGE,
      'https://*.example.org',
      /^https:\/\/[a-z]+\.example\.net$/,
      Tenants,
      'null',
    ] as const;
    const options = { origin, dangerously: { nullOrigin: true } } as unknown as CorsModuleOptions;
    const app = await madeApp(options, 'fastify', logger);
    const cors = app.get(CorsService);
    for (let time = 0; time < 3; time++) expect(await cors.trustedOrigins()).toEqual([PAGE]);
    await app.init();
    expect(await cors.trustedOrigins()).toEqual([PAGE]);
    expect(logger.about('trustedOrigins')).toEqual([
      'trustedOrigins() lists exact origins only, and not what else the options of CorsModule allow: ' +
        'https://*.example.org, /^https:\\/\\/[a-z]+\\.example\\.net$/, Tenants, null. ' +
        "Whoever is given the list refuses those origins. Name them one by one, or let enforce: 'unsafe' protect the app, " +
        'which asks the whole policy.',
    ]);
    expect(asked).toEqual([]);
    await app.close();
  });

  it("names '*', by which everybody would be trusted, and the policy", async () => {
    const logger = new Warnings();
    const app = await madeApp({ origin: PAGE, policies: { open: { origin: '*' } } }, 'fastify', logger);
    expect(await app.get(CorsService).trustedOrigins('open')).toEqual([]);
    expect(logger.about("the policy open allows: '*'. ")).toHaveLength(1);
    await app.close();
  });

  it('shows the beginning of what is long', async () => {
    const logger = new Warnings();
    const origin = Array.from({ length: 25 }, (_, index) => `https://*.p${index}.example.com` as const);
    const app = await madeApp({ origin }, 'fastify', logger);
    expect(await app.get(CorsService).trustedOrigins()).toEqual([]);
    expect(logger.about('https://*.p9.example.com and 15 more. ')).toHaveLength(1);
    await app.close();
  });

  it('gives a list of its own, and follows what changes while the app runs', async () => {
    const app = await madeApp({ origin: PAGE, policies: POLICIES });
    await app.init();
    const cors = app.get(CorsService);
    (await cors.trustedOrigins()).push(OTHER);
    expect(await cors.trustedOrigins()).toEqual([PAGE]);
    await cors.addOrigins(TENANT);
    expect(await cors.trustedOrigins()).toEqual([PAGE, TENANT]);
    expect(await cors.trustedOrigins('both')).toEqual([PAGE, TENANT, PARTNER]);
    await cors.removeOrigins(PAGE);
    expect(await cors.trustedOrigins()).toEqual([TENANT]);
    await cors.update({ origin: OTHER, publicOrigins: OWN });
    expect(await cors.trustedOrigins()).toEqual([OWN, OTHER]);
    await expect(cors.trustedOrigins('both')).rejects.toThrow(CorsConfigurationError);
    await app.close();
  });

  it('refuses the name of a policy that there is not, and shows the one that was meant', async () => {
    const app = await madeApp({ policies: POLICIES });
    const cors = app.get(CorsService);
    const failure = await cors.trustedOrigins('partner').catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CorsConfigurationError);
    expect(failure).toMatchObject({ problems: [{ code: 'policy-unknown', where: 'trustedOrigins()' }] });
    expect(String(failure)).toContain('trustedOrigins(): "partner" names no policy: write "partners"');
    await expect(cors.trustedOrigins('constructor')).rejects.toThrow(
      'trustedOrigins(): "constructor" names no policy: add it to policies (there are partners, both)',
    );
    expect(() => cors.trustedOriginsDelegate({} as never)).toThrow(CorsConfigurationError);
    await app.close();
  });

  it('says what is wrong with options with which the app would not start', async () => {
    const app = await madeApp({ origin: `${PAGE}/` as never });
    const failure = await app
      .get(CorsService)
      .trustedOrigins()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CorsConfigurationError);
    expect(failure).toMatchObject({ problems: [{ code: 'origin-path', where: 'options', field: 'origin' }] });
    await app.close();
  });

  it('is there in an app without HTTP', async () => {
    const context = await NestFactory.createApplicationContext(
      moduleOf({ origin: PAGE, publicOrigins: OWN }),
      {
        logger: false,
      },
    );
    expect(await context.get(CorsService).trustedOrigins()).toEqual([OWN, PAGE]);
    await context.close();
  });
});

describeOn12('csrfProtection').each(PLATFORMS)(
  "Nest's own protection, told whom to trust, on %s",
  (platform) => {
    const startApp = appsOfTest();

    async function start(options: CorsModuleOptions, policy?: string) {
      return startApp(platform, moduleOf(options), {
        prepare: async (app) => {
          const trustedOrigins = await app.get(CorsService).trustedOrigins(policy);
          (app as NestExpressApplication).enableCsrfProtection({ trustedOrigins });
        },
      });
    }

    const post = async (port: number, origin: string | undefined, more: Record<string, string> = {}) => {
      const headers = { host: 'backend:3000', ...more, ...(origin !== undefined && { origin }) };
      return (await send(port, { method: 'POST', path: '/orders', headers })).status;
    };

    it('lets in whom the policy names, and the app itself behind a proxy', async () => {
      const { port } = await start({ origin: [PAGE, 'https://*.example.org'], publicOrigins: OWN });
      for (const more of [{}, { 'sec-fetch-site': 'cross-site' }] as Record<string, string>[]) {
        expect(await post(port, PAGE, more)).toBe(201);
        expect(await post(port, OWN, more)).toBe(201);
        expect(await post(port, OTHER, more)).toBe(403);
        // In the warning, and not in the list.
        expect(await post(port, 'https://shop.example.org', more)).toBe(403);
      }
      expect(await post(port, undefined)).toBe(201);
    });

    it('takes a named policy', async () => {
      const { port } = await start({ origin: PAGE, policies: POLICIES }, 'partners');
      expect([await post(port, PARTNER), await post(port, PAGE)]).toEqual([201, 403]);
    });

    it('stands beside enforce, where both have to agree', async () => {
      const { port } = await start({ origin: [PAGE, PARTNER], publicOrigins: OWN, enforce: 'unsafe' });
      expect(await Promise.all([PAGE, PARTNER, OWN, OTHER].map((origin) => post(port, origin)))).toEqual([
        201, 201, 201, 403,
      ]);
    });

    it('does not follow what is removed, which enforce does', async () => {
      const { app, port } = await start({ origin: [PAGE, PARTNER] });
      await app.get(CorsService).removeOrigins(PARTNER);
      expect(await post(port, PARTNER)).toBe(201);
      await app.get(CorsService).update({ origin: PAGE, enforce: 'unsafe' });
      expect(await post(port, PARTNER)).toBe(403);
    });

    it('takes every exact origin that a policy takes, as it is', async () => {
      const scheme = fc.constantFrom('https', 'http', 'capacitor', 'app', 'chrome-extension', 'tauri');
      const host = fc.oneof(
        fc.domain(),
        fc.constantFrom(
          'localhost',
          'a_b.example.com',
          '-a.example.com',
          'example.com.',
          '[::1]',
          '127.0.0.1',
          'xn--bcher-kva.example',
        ),
      );
      const port = fc.oneof(
        fc.constant(''),
        fc.integer({ min: 1, max: 65_535 }).map((one) => `:${one}`),
      );
      const origins = fc.uniqueArray(
        fc.tuple(scheme, host, port).map((parts) => `${parts[0]}://${parts[1]}${parts[2]}`.toLowerCase()),
        { minLength: 1, maxLength: 5 },
      );
      let taken = 0;
      await fc.assert(
        fc.asyncProperty(origins, async (all) => {
          const app = await madeApp({ origin: all as never }, platform);
          const list = await app
            .get(CorsService)
            .trustedOrigins()
            .catch(() => undefined);
          try {
            if (list === undefined) return;
            expect(list).toEqual(all);
            taken += list.length;
            (app as NestExpressApplication).enableCsrfProtection({ trustedOrigins: list });
          } finally {
            await app.close();
          }
        }),
        { numRuns: 60 },
      );
      expect(taken).toBeGreaterThan(40);
    });
  },
);

/** What better-auth 1.7.25 was seen to do: it asks three times for each request, always with the same one. */
async function protect(
  delegate: TrustedOriginsDelegate,
  { method = '', url = '', headers }: IncomingMessage,
  response: ServerResponse,
  next: () => void,
): Promise<void> {
  const sent = new Request(`http://${headers.host}${url}`, {
    method,
    headers: headers as Record<string, string>,
  });
  const lists = await Promise.all([delegate(sent), delegate(sent), delegate(sent)]);
  if (lists.every((list) => list.includes(headers.origin ?? ''))) next();
  else response.writeHead(403).end();
}

describe('trustedOriginsDelegate()', () => {
  const startApp = appsOfTest();

  const requestOf = (origin: string | undefined, path = '/api/auth/sign-in/email'): Request =>
    new Request(`${OWN}${path}`, { method: 'POST', headers: origin === undefined ? {} : { origin } });

  /** As better-auth 1.7 calls it: once when it is made, with nothing; then up to three times for each request. */
  async function asBetterAuth(delegate: TrustedOriginsDelegate) {
    const initial = await delegate(undefined);
    return {
      initial,
      trusts: async (origin: string, request = requestOf(origin)): Promise<boolean> => {
        const lists = [await delegate(request), await delegate(request), await delegate(request)];
        for (const list of lists) expect(list).toEqual(lists[0]);
        return lists.every((list) => list.includes(origin));
      },
    };
  }

  it('has the list before the app has started, and each request’s own origin from then on', async () => {
    answer = (origin) => Promise.resolve(origin === TENANT);
    const options: CorsModuleOptions = {
      origin: [PAGE, 'https://*.example.org', /^https:\/\/[a-z]+\.example\.net$/, Tenants],
      publicOrigins: OWN,
    };
    const app = await madeApp(options);
    const { initial, trusts } = await asBetterAuth(app.get(CorsService).trustedOriginsDelegate());
    expect([initial, asked]).toEqual([[OWN, PAGE], []]);
    await app.init();
    expect(await trusts(PAGE)).toBe(true);
    expect(await trusts(OWN)).toBe(true);
    expect(await trusts('https://shop.example.org')).toBe(true);
    expect(await trusts('https://a.shop.example.org')).toBe(false);
    expect(await trusts(OTHER)).toBe(true);
    expect(asked).toEqual(['https://a.shop.example.org']);
    expect(await trusts(TENANT)).toBe(true);
    expect(await trusts('https://stranger.tenant.example')).toBe(false);
    // One question for each request, however often it is called.
    expect(asked).toEqual(['https://a.shop.example.org', TENANT, 'https://stranger.tenant.example']);
    await app.close();
  });

  it.each(PLATFORMS)('serves a protection of that kind, on %s', async (platform) => {
    answer = (origin) => Promise.resolve(origin === TENANT);
    const { port } = await startApp(
      platform,
      moduleOf({ origin: PAGE, policies: { tenants: { origin: Tenants, merge: 'extend' } } }),
      {
        prepare: async (app) => {
          const delegate = app.get(CorsService).trustedOriginsDelegate('tenants');
          expect(await delegate(undefined)).toEqual([PAGE]);
          app.use(
            (request: IncomingMessage, response: ServerResponse, next: () => void) =>
              void protect(delegate, request, response, next),
          );
        },
      },
    );
    const post = async (origin: string) =>
      (await send(port, { method: 'POST', path: '/orders', headers: { origin } })).status;
    expect(await Promise.all([PAGE, TENANT, OTHER].map(post))).toEqual([201, 201, 403]);
    expect(asked.toSorted()).toEqual([OTHER, TENANT].toSorted());
  });

  it('gives lists of their own', async () => {
    const { app } = await startApp('fastify', moduleOf({ origin: PAGE }));
    const delegate = app.get(CorsService).trustedOriginsDelegate();
    const request = requestOf(PAGE);
    (await delegate(request)).push(OTHER);
    (await delegate(undefined)).push(OTHER);
    expect(await delegate(request)).toEqual([PAGE]);
    expect(await delegate(undefined)).toEqual([PAGE]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('the database is down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('the database is down'))],
    ['answers something else', () => 'yes' as never],
  ] as const)('trusts nobody by a source that %s', async (_, failing) => {
    const errors = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    answer = failing;
    const { app } = await startApp('fastify', moduleOf({ origin: [PAGE, Tenants] }));
    const delegate = app.get(CorsService).trustedOriginsDelegate();
    expect(await delegate(requestOf(TENANT))).toEqual([PAGE]);
    errors.mockRestore();
  });

  it('waits for a source as long as a live request would', async () => {
    const slow = { timeout: 30, allows: () => wait(5000, true, { ref: false }) };
    const { app } = await startApp('fastify', moduleOf({ origin: [PAGE, slow] }));
    const begun = performance.now();
    expect(await app.get(CorsService).trustedOriginsDelegate()(requestOf(TENANT))).toEqual([PAGE]);
    expect(performance.now() - begun).toBeLessThan(1500);
  });

  it.each(['null', 'file://', '', `${PAGE}/`, `${PAGE}, ${PAGE}`, 'https://*.example.org', 'x'.repeat(500)])(
    'trusts nobody who calls himself %j',
    async (origin) => {
      const logger = new Warnings();
      const origins = ['null', 'file://', PAGE, 'https://*.example.org', () => true];
      const dangerously = { nullOrigin: true, fileOrigin: true };
      const { app } = await startApp('fastify', moduleOf({ origin: origins as never, dangerously }), {
        logger,
      });
      const delegate = app.get(CorsService).trustedOriginsDelegate();
      expect(await delegate(requestOf(origin))).toEqual([PAGE]);
      expect(await delegate(requestOf(origin))).toEqual([PAGE]);
      expect(logger.about('trustedOriginsDelegate() trusts nobody by what')).toEqual([
        expect.stringContaining(
          'the options of CorsModule allow: null, file://. Anybody can have such an origin.',
        ),
      ]);
    },
  );

  it("trusts nobody by '*', nor by what only the guards can decide", async () => {
    const logger = new Warnings();
    const { app } = await startApp(
      'express',
      moduleOf({
        origin: '*',
        publicOrigins: OWN,
        routes: [{ path: '/orders', policy: { origin: Members } }],
        policies: { members: { origin: Members } },
      }),
      { logger },
    );
    const cors = app.get(CorsService);
    expect(await cors.trustedOriginsDelegate()(requestOf(OTHER))).toEqual([OWN]);
    expect(await cors.trustedOriginsDelegate('members')(requestOf(OTHER))).toEqual([OWN]);
    expect(logger.about("allow: '*'. ")).toHaveLength(1);
  });

  it('follows what changes while the app runs', async () => {
    const { app } = await startApp('fastify', moduleOf({ origin: PAGE, policies: POLICIES }));
    const cors = app.get(CorsService);
    const [delegate, ofPartners] = [cors.trustedOriginsDelegate(), cors.trustedOriginsDelegate('partners')];
    expect(await delegate(requestOf(TENANT))).toEqual([PAGE]);
    await cors.addOrigins(TENANT);
    expect(await delegate(requestOf(TENANT))).toEqual([PAGE, TENANT]);
    await cors.removeOrigins(PAGE);
    expect(await delegate(undefined)).toEqual([TENANT]);
    expect(await ofPartners(requestOf(PARTNER))).toEqual([PARTNER]);

    const errors = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    await cors.update({ origin: 'https://*.example.org' });
    expect(await delegate(requestOf('https://a.example.org'))).toEqual(['https://a.example.org']);
    // Nobody is told by a rejection that a policy is gone.
    expect(await ofPartners(requestOf(PARTNER))).toEqual([]);
    expect(await ofPartners(undefined)).toEqual([]);
    expect(errors.mock.calls).toEqual([
      ['trustedOriginsDelegate() trusts nobody: the policy partners is gone'],
    ]);
    errors.mockRestore();
  });

  it('never rejects when it is first called, whatever is wrong', async () => {
    const errors = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const app = await madeApp({ origin: `${PAGE}/` as never });
    const delegate = app.get(CorsService).trustedOriginsDelegate();
    expect(await delegate(undefined)).toEqual([]);
    expect(errors.mock.calls.flat().join()).toContain('trustedOriginsDelegate() trusts nobody: ');
    errors.mockRestore();
    await app.close();
  });

  it('takes a request by its path as well, as sources see it', async () => {
    const seen: unknown[] = [];
    const origin = (
      _origin: string,
      request: { path: string; host: string; method: string; header(name: string): string | undefined },
    ) => {
      seen.push([request.method, request.path, request.host, request.header('X-Tenant')]);
      return true;
    };
    const { app } = await startApp('fastify', moduleOf({ origin }));
    const delegate = app.get(CorsService).trustedOriginsDelegate();
    const headers = { origin: TENANT, 'x-tenant': 't' };
    await delegate(new Request(`${OWN}/api/auth?a=b`, { method: 'PUT', headers }));
    await delegate({
      method: 'POST',
      url: '/api/auth?a=b',
      headers: Object.entries({ ...headers, host: 'api.example.com' }),
    });
    expect(seen).toEqual([
      ['PUT', '/api/auth', 'api.example.com', 't'],
      ['POST', '/api/auth', 'api.example.com', 't'],
    ]);
  });
});
