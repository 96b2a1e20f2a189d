import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Controller,
  Get,
  Injectable,
  Module,
  Post,
  Scope,
  UseGuards,
  type CanActivate,
  type MiddlewareConsumer,
  type NestModule,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AllowOrigin, CorsModule } from '../../lib/index.js';
import { PLATFORMS, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected } from '../support/cors-headers.js';
import { send, type WireRequest, type WireResponse } from '../support/http.js';
import { appsOfSuite } from '../support/suites.js';

const APP = 'https://app.example.com';
const EVIL = 'https://evil.example.net';

/** What has run, in order. */
const ran: string[] = [];

function recorder(name: string): CanActivate {
  return {
    canActivate: () => {
      ran.push(name);
      return true;
    },
  };
}

@Injectable()
class RouteGuard implements CanActivate {
  canActivate(): boolean {
    ran.push('route guard');
    return true;
  }
}

@Controller('enforced')
@AllowOrigin(APP, { enforce: true })
@UseGuards(RouteGuard)
class EnforcedController {
  @Get() read() {
    ran.push('handler');
    return 'read';
  }
  @Post() write() {
    ran.push('handler');
    return 'written';
  }
  @Get('lax') @AllowOrigin({ enforce: false }) lax() {
    ran.push('handler');
    return 'lax';
  }
  @Get('any') @AllowOrigin('*') any() {
    ran.push('handler');
    return 'any';
  }
}

@Controller({ path: 'scoped', scope: Scope.REQUEST })
@AllowOrigin(APP, { enforce: true })
class ScopedController {
  @Get() read() {
    ran.push('handler');
    return 'scoped';
  }
}

@Controller('asked')
@AllowOrigin({ origin: (origin) => Promise.resolve(origin === APP), enforce: true })
class AskedController {
  @Get() read() {
    ran.push('handler');
    return 'asked';
  }
}

/** Imported in front of the library, so that its own guard would be first if order of import decided. */
@Module({ providers: [{ provide: APP_GUARD, useValue: recorder("imported module's APP_GUARD") }] })
class EarlyModule {}

@Module({
  imports: [EarlyModule, CorsModule.forRoot({})],
  controllers: [EnforcedController, ScopedController, AskedController],
  providers: [{ provide: APP_GUARD, useValue: recorder("root module's APP_GUARD") }],
})
class AppModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer
      .apply((_request: unknown, _response: unknown, next: () => void) => {
        ran.push('middleware');
        next();
      })
      .forRoutes('*path');
  }
}

describe.each(PLATFORMS)('enforce on %s', (platform) => {
  const startApp = appsOfSuite();
  let running: RunningApp;
  beforeAll(async () => {
    running = await startApp(platform, AppModule, {
      prepare: (app) => void app.useGlobalGuards(recorder('useGlobalGuards()')),
    });
  });
  beforeEach(() => {
    ran.length = 0;
  });

  function request(
    headers: Record<string, string | string[]>,
    other: WireRequest = {},
  ): Promise<WireResponse> {
    return send(running.port, { path: '/enforced', ...other, headers });
  }

  /** The status, and whether the handler ran. */
  async function outcome(
    headers: Record<string, string | string[]>,
    other?: WireRequest,
  ): Promise<readonly [number, boolean]> {
    ran.length = 0;
    const { status } = await request(headers, other);
    return [status, ran.includes('handler')];
  }

  const PASSES = [200, true];
  const REFUSED = [403, false];

  it.each([
    ['GET', {}],
    ['POST', { method: 'POST' }],
    ['HEAD', { method: 'HEAD' }],
  ])('CVE-2022-4147: a simple %s from another origin does not reach the handler', async (_, other) => {
    expect(await outcome({ origin: EVIL }, other)).toEqual(REFUSED);
  });

  it('refuses with the headers of a refusal, and the body of one by a guard of Nest', async () => {
    const response = await request({ origin: EVIL });
    expect(corsHeaders(response)).toEqual(expected({ vary: 'Origin' }));
    expect(JSON.parse(response.body)).toEqual({
      message: 'Forbidden resource',
      error: 'Forbidden',
      statusCode: 403,
    });
    expect(response.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(response.headers['content-length']).toBe(String(response.body.length));
    const head = await request({ origin: EVIL }, { method: 'HEAD' });
    expect([head.status, head.body]).toEqual([403, '']);
  });

  it('lets an allowed origin pass, with its headers', async () => {
    const response = await request({ origin: APP });
    expect([response.status, response.body]).toEqual([200, 'read']);
    expect(corsHeaders(response)).toEqual(expected({ acao: APP, vary: 'Origin' }));
  });

  it('lets a request without Origin pass: it is none of CORS', async () => {
    expect(await outcome({})).toEqual(PASSES);
    expect(await outcome({ 'sec-fetch-site': 'cross-site' })).toEqual(PASSES);
  });

  it.each(['null', `${APP}/`, `${APP}, ${APP}`, '', 'app.example.com', 'x'.repeat(400)])(
    'refuses what is no origin: %j',
    async (origin) => {
      expect(await outcome({ origin })).toEqual(REFUSED);
    },
  );

  it('refuses a repeated Origin', async () => {
    expect(await outcome({ origin: [APP, APP] })).toEqual(REFUSED);
  });

  describe('never refuses the same origin', () => {
    it.each([
      ['same-origin', PASSES],
      // No site has started it, so Origin decides: an extension's own, or one that somebody forged.
      ['none', REFUSED],
      ['same-site', REFUSED],
      ['cross-site', REFUSED],
      ['SAME-ORIGIN', REFUSED],
      ['', REFUSED],
    ])('Sec-Fetch-Site: %s', async (site, wanted) => {
      expect(await outcome({ origin: 'https://api.example.com', 'sec-fetch-site': site })).toEqual(wanted);
    });

    it.each([
      ['http://api.example.com', PASSES],
      ['http://evil.example.net', REFUSED],
      ['chrome-extension://abcdefghijklmnopabcdefghijklmnop', REFUSED],
      ['moz-extension://5a4f9b4e-7d1c-4a39-9a0f-4a1b6e2d7c11', REFUSED],
      [undefined, PASSES],
    ])('Sec-Fetch-Site: none says nothing, and the host decides on %s', async (origin, wanted) => {
      const headers = { host: 'api.example.com', 'sec-fetch-site': 'none', ...(origin && { origin }) };
      expect(await outcome(headers)).toEqual(wanted);
      expect(await outcome(headers, { method: 'POST' })).toEqual(wanted === PASSES ? [201, true] : REFUSED);
    });

    it('Sec-Fetch-Site is believed before the host', async () => {
      const headers = {
        origin: 'http://api.example.com',
        host: 'api.example.com',
        'sec-fetch-site': 'cross-site',
      };
      expect(await outcome(headers)).toEqual(REFUSED);
    });

    it.each([
      ['http://api.example.com', 'api.example.com', PASSES],
      ['http://api.example.com', 'API.Example.com', PASSES],
      ['http://api.example.com', 'api.example.com:80', PASSES],
      ['https://api.example.com', 'api.example.com', PASSES],
      ['https://api.example.com', 'api.example.com:443', PASSES],
      ['http://localhost:3000', 'localhost:3000', PASSES],
      ['http://[::1]:3000', '[::1]:3000', PASSES],
      ['http://localhost:3000', 'localhost:3001', REFUSED],
      ['capacitor://api.example.com', 'api.example.com', REFUSED],
      ['x://localhost', 'localhost', REFUSED],
      ['http://localhost', 'localhost:3000', REFUSED],
      ['http://localhost:3000', 'localhost', REFUSED],
      ['http://api.example.com', 'api.example.com:443', REFUSED],
      ['https://api.example.com', 'api.example.com:80', REFUSED],
      ['http://api.example.com', 'example.com', REFUSED],
      ['http://api.example.com.evil.net', 'api.example.com', REFUSED],
      ['http://evil.net/api.example.com', 'api.example.com', REFUSED],
      ['null', 'null', REFUSED],
    ])('without it, %s is compared with Host: %s', async (origin, host, wanted) => {
      expect(await outcome({ origin, host })).toEqual(wanted);
    });
  });

  it('refuses before anything else of the app, middlewares and body parsers included', async () => {
    await request({ origin: EVIL });
    expect(ran).toEqual([]);
    const json = { 'content-type': 'application/json', 'content-length': '1' };
    const malformed: WireRequest = { method: 'POST', body: '{' };
    expect((await request({ origin: EVIL, ...json }, malformed)).status).toBe(403);
    expect(ran).toEqual([]);
    expect((await request({ origin: APP, ...json }, malformed)).status).toBe(400);
    ran.length = 0;
    await request({ origin: APP });
    expect(ran).toEqual([
      'middleware',
      "root module's APP_GUARD",
      "imported module's APP_GUARD",
      'useGlobalGuards()',
      'route guard',
      'handler',
    ]);
  });

  it('refuses for a request-scoped controller', async () => {
    expect(await outcome({ origin: EVIL }, { path: '/scoped' })).toEqual(REFUSED);
    expect(await outcome({ origin: APP }, { path: '/scoped' })).toEqual(PASSES);
  });

  it('refuses what an asynchronous function refuses', async () => {
    expect(await outcome({ origin: EVIL }, { path: '/asked' })).toEqual(REFUSED);
    expect(await outcome({ origin: APP }, { path: '/asked' })).toEqual(PASSES);
    const sameOrigin = { origin: 'http://api.example.com', host: 'api.example.com' };
    expect(await outcome(sameOrigin, { path: '/asked' })).toEqual(PASSES);
  });

  it('37: lets the handler run where it is off', async () => {
    expect(await outcome({ origin: EVIL }, { path: '/enforced/lax' })).toEqual(PASSES);
    expect(corsHeaders(await request({ origin: EVIL }, { path: '/enforced/lax' }))).toEqual(
      expected({ vary: 'Origin' }),
    );
  });

  it("has nothing to refuse under '*'", async () => {
    expect(await outcome({ origin: EVIL }, { path: '/enforced/any' })).toEqual(PASSES);
    expect(await outcome({ origin: 'null' }, { path: '/enforced/any' })).toEqual(PASSES);
  });
});
