import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, type Type } from '@nestjs/common';
import {
  CorsConfigurationError,
  CorsModule,
  fromEnableCors,
  originsFrom,
  type EnableCorsOptions,
} from '../../lib/index.js';
import { PLATFORMS, type Platform } from '../support/apps.js';
import { corsHeaders, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send } from '../support/http.js';
import { appsOfTest } from '../support/suites.js';

const APP = 'https://app.example.com';
const ADMIN = 'https://admin.example.com';
const OTHER = 'https://other.example.net';
const ORIGINS = [APP, ADMIN, OTHER];

@Controller('cats')
class CatsController {
  @Get() list() {
    return 'cats';
  }
}

@Module({ controllers: [CatsController] })
class OldModule {}

function moduleOf(options: EnableCorsOptions): Type {
  @Module({ imports: [CorsModule.forRoot(fromEnableCors(options))], controllers: [CatsController] })
  class NewModule {}
  return NewModule;
}

/** Options, and the origins that may read with them, here as there. */
const SAME: readonly (readonly [what: string, options: EnableCorsOptions, readers: readonly string[]])[] = [
  ['nothing', {}, ORIGINS],
  ['true', { origin: true }, ORIGINS],
  ['*', { origin: '*' }, ORIGINS],
  ['false', { origin: false }, []],
  ['an origin', { origin: APP }, [APP]],
  ['a list with cookies', { origin: [APP, ADMIN], credentials: true }, [APP, ADMIN]],
  ['an expression', { origin: /^https:\/\/(app|admin)\.example\.com$/ }, [APP, ADMIN]],
  ['a callback that says yes', { origin: (_, callback) => callback(null, true) }, ORIGINS],
  ['a callback that says whether', { origin: (origin, callback) => callback(null, origin === APP) }, [APP]],
  ['a callback that says nothing', { origin: (_, callback) => callback(null) }, []],
  ['a callback that says which', { origin: (_, callback) => callback(null, ADMIN) }, [ADMIN]],
  [
    'a callback with a list',
    { origin: (_, callback) => callback(null, [APP, /^https:\/\/admin\./g]) },
    [APP, ADMIN],
  ],
  [
    'a callback that comes later',
    { origin: (_, callback) => setTimeout(() => callback(null, [APP]), 1) },
    [APP],
  ],
];

describe.each(PLATFORMS)('fromEnableCors() on %s', (platform: Platform) => {
  const startApp = appsOfTest();

  async function readers(port: number): Promise<readonly string[]> {
    const may = await Promise.all(
      ORIGINS.map(async (origin) => {
        const { headers } = await send(port, { path: '/cats', headers: { origin } });
        return ['*', origin].includes(String(headers['access-control-allow-origin']));
      }),
    );
    return ORIGINS.filter((_, index) => may[index]);
  }

  it.each(SAME)('lets those read who could before: %s', async (_, options, expected) => {
    const before = await startApp(platform, OldModule, { prepare: (app) => app.enableCors(options) });
    expect(await readers(before.port)).toEqual(expected);
    const after = await startApp(platform, moduleOf(options));
    expect(await readers(after.port)).toEqual(expected);
  });

  it('takes names in one string with commas, and what means nothing', async () => {
    const { port } = await startApp(
      platform,
      moduleOf({
        origin: APP,
        methods: 'GET, PUT,',
        allowedHeaders: 'X-One, x-two',
        exposedHeaders: 'X-Total,X-Page',
        credentials: true,
        maxAge: 60,
        preflightContinue: false,
        optionsSuccessStatus: 200,
      }),
    );
    const preflight = await send(port, {
      method: 'OPTIONS',
      path: '/cats',
      headers: preflightHeaders(APP, 'PUT', 'x-one,x-two'),
    });
    expect([preflight.status, corsHeaders(preflight)]).toEqual([
      200,
      {
        'access-control-allow-origin': APP,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'PUT',
        'access-control-allow-headers': 'x-one,x-two',
        'access-control-max-age': '60',
        vary: PREFLIGHT_VARY,
      },
    ]);
    expect(corsHeaders(await send(port, { path: '/cats', headers: { origin: APP } }))).toEqual({
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': 'x-total, x-page',
      vary: 'Origin',
    });
  });

  it('refuses an origin whose callback fails, and goes on', async () => {
    const { port } = await startApp(
      platform,
      moduleOf({ origin: (_, callback) => callback(new Error('the database is down')) }),
    );
    const response = await send(port, { path: '/cats', headers: { origin: APP } });
    expect([response.status, corsHeaders(response)]).toEqual([200, { vary: 'Origin' }]);
  });

  it.each<[what: string, options: EnableCorsOptions, code: string]>([
    ['any origin with cookies', { origin: true, credentials: true }, 'origin-any-with-credentials'],
    ['an expression for a part of an origin', { origin: /example\.com$/ }, 'origin-scheme-missing'],
    ['preflightContinue', { origin: APP, preflightContinue: true }, 'option-unknown'],
  ])('leaves to the start-up check what cannot be taken over: %s', async (_, options, code) => {
    const started = startApp(platform, moduleOf(options));
    const error: unknown = await started.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(CorsConfigurationError);
    expect((error as CorsConfigurationError).problems.map((problem) => problem.code)).toEqual([code]);
  });
});

describe('fromEnableCors()', () => {
  it.each([() => ({}), null, 'https://app.example.com', true])(
    'refuses %p, and says what to write',
    (value) => {
      expect(() => fromEnableCors(value as never)).toThrow(
        'fromEnableCors() takes the options themselves, and not a function that makes them for each request: give paths ' +
          'their own policies in routes, or routes theirs by @AllowOrigin()',
      );
    },
  );
});

describe('originsFrom()', () => {
  it.each<[text: string | undefined, origins: readonly string[]]>([
    [undefined, []],
    ['', []],
    [' , ', []],
    [APP, [APP]],
    [` ${APP} ,${ADMIN},, `, [APP, ADMIN]],
    [`${APP},\n  http://localhost:*`, [APP, 'http://localhost:*']],
  ])('reads %j', (text, origins) => {
    expect(originsFrom(text)).toEqual(origins);
    expect(CorsModule.forRoot({ origin: originsFrom(text) })).toBeDefined();
  });
});
