import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Module,
  Post,
  Version,
  VersioningType,
  type INestApplication,
  type VersioningOptions,
} from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter, RouteConstraints } from '@nestjs/platform-fastify';
import Fastify, { type FastifyInstance } from 'fastify';
import { AllowOrigin, CorsModule, CorsService, NoCors } from '../../lib/index.js';
import { PLATFORMS, type Platform, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected } from '../support/cors-headers.js';
import { send, type WireResponse } from '../support/http.js';
import { CLOSED, open, reach, REFUSED } from '../support/reach.js';
import { appsOfSuite } from '../support/suites.js';
import { whileInstrumented, wrapRoutes } from '../support/wrapped-handlers.js';

const PAGE = 'https://app.example.com';
const PARTNER = 'https://partner.example.com';
const ADMIN = 'https://admin.example.com';

/** How often the handler under `enforce` has run. */
let runs = 0;

@Controller()
class ThingsController {
  @Get('open') @AllowOrigin(PARTNER) open() {
    return 'open';
  }
  @Get('closed') @NoCors() closed() {
    return 'closed';
  }
  @Post('private') @AllowOrigin(ADMIN, { enforce: true }) post() {
    runs++;
    return 'ran';
  }
}

@Controller()
class VersionsController {
  @Get('versions/:id') @Version('1') @AllowOrigin(PARTNER) first() {
    return 'first';
  }
  @Get('versions/:id') @Version('2') @NoCors() second() {
    return 'second';
  }
}

/** Two handlers at one path, which only Fastify tells apart. */
@Controller()
class ConstrainedController {
  @Get('constrained') @RouteConstraints({ host: 'a.example.com' }) @AllowOrigin(PARTNER) first() {
    return 'first';
  }
  @Get('constrained') @NoCors() second() {
    return 'second';
  }
}

/** Who wraps, and when. */
const WRAPPERS: readonly (readonly [who: string, platforms: readonly Platform[], wraps: Wrapping])[] = [
  ['nobody', PLATFORMS, {}],
  ['an agent, which copies the metadata', PLATFORMS, { isInstrumented: true }],
  ['a hook of the instance that is given to the adapter', ['fastify'], { onGiven: true }],
  ["a hook of the app's own", ['fastify'], { inMain: true }],
  ['both', ['fastify'], { isInstrumented: true, onGiven: true, inMain: true }],
];

interface Wrapping {
  readonly isInstrumented?: boolean;
  readonly onGiven?: boolean;
  readonly inMain?: boolean;
}

const SETTINGS: readonly (readonly [
  how: string,
  prefix: string,
  versioning: VersioningOptions | undefined,
])[] = [
  ['as they are', '', undefined],
  ['with a prefix, and versions by the URL', '/api', { type: VersioningType.URI, prefix: 'v' }],
  ['with versions by a header', '', { type: VersioningType.HEADER, header: 'x-version' }],
];

/** Nest gives its versions by a header to instances of Fastify that it makes itself, and to no other. */
function settingsOf({ onGiven = false }: Wrapping): typeof SETTINGS {
  return SETTINGS.filter(([, , versioning]) => !onGiven || versioning?.type !== VersioningType.HEADER);
}

describe.each(PLATFORMS)('handlers that are wrapped, on %s', (platform) => {
  describe.each(WRAPPERS.filter(([, platforms]) => platforms.includes(platform)))('by %s', (_, __, wraps) => {
    describe.each(settingsOf(wraps))('%s', (_how, prefix, versioning) => {
      const startApp = appsOfSuite();
      let running: RunningApp;
      beforeAll(async () => {
        const start = () =>
          startApp(platform, moduleOf(platform, versioning), {
            adapter: adapterOf(platform, wraps),
            prepare,
          });
        running = await (wraps.isInstrumented === true ? whileInstrumented(start) : start());
      });
      beforeEach(() => {
        runs = 0;
      });

      function prepare(app: INestApplication): void {
        app.setGlobalPrefix(prefix);
        if (versioning !== undefined) app.enableVersioning(versioning);
        if (platform === 'express') {
          app.use((request: { url: string }, _response: unknown, next: () => void) => {
            request.url = request.url.replace(/^\/v0\//, '/');
            next();
          });
          return;
        }
        const instance = app.getHttpAdapter().getInstance() as FastifyInstance;
        if (wraps.inMain === true) wrapRoutes(instance);
        instance.addHook('preHandler', async (request, reply) => {
          if (request.headers['x-deny'] !== undefined) await reply.code(401).send('denied');
        });
      }

      it.each(['GET', 'HEAD'])('%s has the policy of its route', async (method) => {
        expect(await reach(running.port, `${prefix}/open`, PARTNER, { method })).toEqual(open(PARTNER));
        expect(await reach(running.port, `${prefix}/open`, PAGE, { method })).toEqual(REFUSED);
        expect(await reach(running.port, `${prefix}/closed`, PAGE, { method })).toEqual(CLOSED);
      });

      if (platform === 'fastify') {
        it.each(['GET', 'HEAD'])(
          '%s has it as well where a hook answers in front of the guard',
          async (method) => {
            const ask = async (path: string, origin: string): Promise<readonly unknown[]> => {
              const headers = { origin, 'x-deny': '1' };
              const response = await send(running.port, { method, path: `${prefix}${path}`, headers });
              return [response.status, corsHeaders(response)];
            };
            expect(await ask('/closed', PAGE)).toEqual([401, {}]);
            expect(await ask('/open', PAGE)).toEqual([401, expected({ vary: 'Origin' })]);
            expect(await ask('/open', PARTNER)).toEqual([401, expected({ acao: PARTNER, vary: 'Origin' })]);
          },
        );

        it('is told apart by its constraints', async () => {
          const path = `${prefix}/constrained`;
          for (const method of ['GET', 'HEAD']) {
            const bound = { method, headers: { host: 'a.example.com' } };
            expect(await reach(running.port, path, PARTNER, bound)).toEqual(open(PARTNER));
            expect(await reach(running.port, path, PARTNER, { method })).toEqual(CLOSED);
          }
        });
      }

      it.each(platform === 'express' ? ['', '/v0'] : [''])(
        'is protected by its own enforce, whatever the URL was: %s/private',
        async (rewritten) => {
          const path = `${rewritten}${prefix}/private`;
          const ask = (origin: string): Promise<WireResponse> =>
            send(running.port, { method: 'POST', path, headers: { origin, host: 'api.example.com' } });
          const refused = await ask(PAGE);
          expect([refused.status, corsHeaders(refused), runs]).toEqual([
            403,
            expected({ vary: 'Origin' }),
            0,
          ]);
          // On a path of which nobody knows what serves it, the default is what is known.
          if (rewritten === '') {
            const allowed = await ask(ADMIN);
            expect([allowed.status, corsHeaders(allowed)]).toEqual([201, open(ADMIN).response]);
            expect(runs).toBe(1);
          }
        },
      );

      if (versioning !== undefined) {
        it('has the policy of its version', async () => {
          const of = (version: string): readonly [string, Record<string, string>] =>
            versioning.type === VersioningType.URI
              ? [`${prefix}/v${version}/versions/7`, {}]
              : [`${prefix}/versions/7`, { 'x-version': version }];
          for (const method of ['GET', 'HEAD']) {
            const [first, firstHeaders] = of('1');
            const [second, secondHeaders] = of('2');
            const one = await reach(running.port, first, PARTNER, { method, headers: firstHeaders });
            expect(one).toEqual(open(PARTNER));
            const two = await reach(running.port, second, PARTNER, { method, headers: secondHeaders });
            expect(two.response).toEqual({});
          }
        });
      }

      it('is listed and explained as it is', async () => {
        const cors = running.app.get(CorsService);
        const report = cors.routes().find(({ where }) => where === 'ThingsController#open');
        expect(report?.policy?.origin).toEqual([PARTNER]);
        for (const method of ['GET', 'HEAD']) {
          const { route, allowed } = await cors.explain({
            method,
            url: `${prefix}/open`,
            headers: { origin: PARTNER },
          });
          expect([route?.where, allowed]).toEqual(['ThingsController#open', true]);
        }
      });
    });
  });
});

function moduleOf(platform: Platform, versioning: VersioningOptions | undefined): object {
  @Module({
    imports: [CorsModule.forRoot({ origin: PAGE })],
    controllers: [
      ThingsController,
      // Without versions Fastify takes no two handlers for one path.
      ...(versioning === undefined ? [] : [VersionsController]),
      ...(platform === 'fastify' ? [ConstrainedController] : []),
    ],
  })
  class AppModule {}
  return AppModule;
}

function adapterOf(platform: Platform, { onGiven = false }: Wrapping): FastifyAdapter | ExpressAdapter {
  if (platform === 'express') return new ExpressAdapter();
  if (!onGiven) return new FastifyAdapter();
  const instance = Fastify();
  wrapRoutes(instance);
  return new FastifyAdapter(instance as never);
}
