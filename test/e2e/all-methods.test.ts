import { describe, expect, it } from '@jest/globals';
import { All, Controller, Get, Module, VersioningType } from '@nestjs/common';
import { AllowOrigin, CorsModule, CorsService } from '../../lib/index.js';
import { PLATFORMS } from '../support/apps.js';
import { corsHeaders, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { send } from '../support/http.js';
import { has } from '../support/nest-11.js';
import { appsOfSuite } from '../support/suites.js';

const PAGE = 'https://app.example.com';

@Controller({ path: 'proxy', version: '2' })
class ProxyController {
  @All() @AllowOrigin(PAGE) pass() {
    return 'passed';
  }
}

@Controller('orders')
class OrdersController {
  @Get() list() {
    return 'list';
  }
}

@Module({ imports: [CorsModule.forRoot({})], controllers: [ProxyController, OrdersController] })
class AppModule {}

// The adapter of Nest 11 does not tell Fastify the version of such a handler, which then serves all versions.
describe.each(PLATFORMS)('a handler of all methods that has a version, on %s', (platform) => {
  const startApp = appsOfSuite();

  it.each(['GET', 'PATCH'])(
    'has its policy for %s and the preflight, and is a route of Nest',
    async (method) => {
      const { app, port } = await startApp(platform, AppModule, {
        prepare: (created) =>
          void created.enableVersioning({ type: VersioningType.HEADER, header: 'X-Version' }),
      });
      const service = app.get(CorsService);
      expect(service.routes().filter(({ path }) => path === '/proxy')).toMatchObject([
        { where: 'ProxyController#pass', method: 'ALL' },
      ]);
      const ask = async (version: string) => {
        const headers = { origin: PAGE, 'x-version': version };
        const actual = await send(port, { method, path: '/proxy', headers });
        const { fields } = await service.explain({ method, url: '/proxy', headers });
        expect(corsHeaders(actual)).toEqual(
          Object.fromEntries(Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value])),
        );
        const preflight = await send(port, {
          method: 'OPTIONS',
          path: '/proxy',
          headers: { origin: PAGE, 'access-control-request-method': method },
        });
        return [actual.status, corsHeaders(actual), preflight.status, corsHeaders(preflight)];
      };
      const served = { 'access-control-allow-origin': PAGE, vary: 'Origin' };
      const approved = {
        'access-control-allow-origin': PAGE,
        // GET is safelisted, so that it needs no naming.
        ...(method !== 'GET' && { 'access-control-allow-methods': method }),
        vary: PREFLIGHT_VARY,
      };
      expect(await ask('2')).toEqual([200, served, 204, approved]);
      const isServed = platform === 'fastify' && !has('versionsOfAll');
      expect(await ask('3')).toEqual([isServed ? 200 : 404, served, 204, approved]);
    },
  );
});
