import { describe, expect, it } from '@jest/globals';
import { Controller, Get, Injectable, Module, type BeforeApplicationShutdown } from '@nestjs/common';
import { AllowOrigin, CorsModule } from '../../lib/index.js';
import { createAdapter, PLATFORMS, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send, type WireResponse } from '../support/http.js';
import { itOn12 } from '../support/nest-11.js';
import { appsOfTest } from '../support/suites.js';

const APP = 'https://app.example.com';

@Controller('cats')
@AllowOrigin(APP)
class CatsController {
  @Get() list() {
    return [];
  }
  @Get('never') never() {
    return new Promise<never>(() => {});
  }
}

/** Sends requests while the app is closing, when its server still listens. */
@Injectable()
class LastRequests implements BeforeApplicationShutdown {
  static port: number | undefined;
  static responses: WireResponse[] = [];
  async beforeApplicationShutdown(): Promise<void> {
    const { port } = LastRequests;
    if (port === undefined) return;
    LastRequests.responses = [
      await send(port, { path: '/cats', headers: { origin: APP } }),
      await send(port, { path: '/cats' }),
      await send(port, { path: '/cats', method: 'OPTIONS', headers: preflightHeaders(APP, 'GET') }),
    ];
  }
}

@Module({ imports: [CorsModule.forRoot({})], controllers: [CatsController], providers: [LastRequests] })
class AppModule {}

describe('what the server answers in place of a handler', () => {
  let running: RunningApp;
  const startApp = appsOfTest();

  it('handlerTimeout 503 on fastify', async () => {
    running = await startApp('fastify', AppModule, {
      adapter: createAdapter('fastify', { handlerTimeout: 200 }),
    });
    const allowed = await send(running.port, { path: '/cats/never', headers: { origin: APP } });
    expect([allowed.status, corsHeaders(allowed)]).toEqual([503, expected({ acao: APP, vary: 'Origin' })]);
    const none = await send(running.port, { path: '/cats/never' });
    expect([none.status, corsHeaders(none)]).toEqual([503, expected({ vary: 'Origin' })]);
  });

  itOn12('closing503').each(PLATFORMS)('return503OnClosing on %s', async (platform) => {
    running = await startApp(platform, AppModule, { return503OnClosing: true });
    LastRequests.port = running.port;
    await running.app.close();
    LastRequests.port = undefined;
    const [allowed, none, preflight] = LastRequests.responses as [WireResponse, WireResponse, WireResponse];
    expect([allowed.status, corsHeaders(allowed)]).toEqual([503, expected({ acao: APP, vary: 'Origin' })]);
    expect([none.status, corsHeaders(none)]).toEqual([503, expected({ vary: 'Origin' })]);
    expect([preflight.status, corsHeaders(preflight)]).toEqual([
      204,
      expected({ acao: APP, vary: PREFLIGHT_VARY }),
    ]);
  });
});
