import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Inject, Injectable, Module, Put, type Type } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { AllowOrigin, CorsConfigurationError, CorsModule } from '../../lib/index.js';
import { RedisOrigins } from '../../lib/redis/index.js';
import { PLATFORMS, startApp, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send, type WireResponse } from '../support/http.js';
import { startedBySuite } from '../support/suites.js';
import { FIXED, partnersApp, PartnerOrigins, REDIS } from './support/partners-app.js';
import { RedisServer } from './support/redis-server.js';
import { until } from './support/until.js';

const APP = 'https://app.example.com';
const EVIL = 'https://evil.example.net';

describe.each(PLATFORMS)('RedisOrigins in an app on %s', (platform) => {
  const ownRedis = startedBySuite();
  let server: RedisServer;
  let redis: Redis;
  const running: RunningApp[] = [];

  beforeAll(async () => {
    server = await ownRedis(RedisServer.start(), (started) => started.stop());
    redis = server.client();
  });

  beforeEach(() => redis.flushall());

  afterEach(async () => {
    await Promise.all(running.splice(0).map(({ app }) => app.close()));
  });

  async function start(module: Type): Promise<RunningApp> {
    const started = await startApp(platform, module);
    running.push(started);
    return started;
  }

  function get(port: number, origin: string, path = '/partners', headers = {}): Promise<WireResponse> {
    return send(port, { path, headers: { origin, ...headers } });
  }

  it('decides requests and preflights', async () => {
    const { app, port } = await start(partnersApp({ port: server.port }, {}));
    await app.get(PartnerOrigins).add(APP);

    const allowed = await get(port, APP);
    expect(allowed.status).toBe(200);
    expect(corsHeaders(allowed)).toEqual(expected({ acao: APP, vary: 'Origin' }));
    const refused = await get(port, EVIL);
    expect(refused.status).toBe(200);
    expect(corsHeaders(refused)).toEqual(expected({ vary: 'Origin' }));

    const preflight = (origin: string): Promise<WireResponse> =>
      send(port, { method: 'OPTIONS', path: '/partners', headers: preflightHeaders(origin, 'PUT') });
    const approved = await preflight(APP);
    expect(approved.status).toBe(204);
    expect(corsHeaders(approved)).toEqual(expected({ acao: APP, acam: 'PUT', vary: PREFLIGHT_VARY }));
    const denied = await preflight(EVIL);
    expect(denied.status).toBe(403);
    expect(corsHeaders(denied)).toEqual(expected({ vary: PREFLIGHT_VARY }));

    await app.get(PartnerOrigins).remove(APP);
    expect(corsHeaders(await get(port, APP))).toEqual(expected({ vary: 'Origin' }));
    expect((await preflight(APP)).status).toBe(403);
  });

  it('refuses without Redis, and lets through what does not depend on it', async () => {
    const { port } = await start(partnersApp({ port: server.port }, {}));
    await server.kill();
    try {
      const refused = await get(port, APP);
      expect(refused.status).toBe(200);
      expect(corsHeaders(refused)).toEqual(expected({ vary: 'Origin' }));
      const fixed = await get(port, FIXED);
      expect(fixed.status).toBe(200);
      expect(corsHeaders(fixed)).toEqual(expected({ acao: FIXED, vary: 'Origin' }));
      // Nor does an app that starts now need it.
      const late = await start(partnersApp({ port: server.port }, {}));
      expect(corsHeaders(await get(late.port, APP))).toEqual(expected({ vary: 'Origin' }));
    } finally {
      await server.start();
    }
    await redis.sadd('nestjs-cors:origins', APP);
    for (const { port: each } of running) {
      await until(async () => corsHeaders(await get(each, APP))['access-control-allow-origin'] === APP);
    }
  });

  it('asks for the tenant of the path, on preflights too', async () => {
    const tenants = partnersApp({ port: server.port }, { tenant: ({ params }) => params?.['tenant'] });
    const { app, port } = await start(tenants);
    await app.get(PartnerOrigins).add(APP, 'acme');
    expect(corsHeaders(await get(port, APP, '/partners/acme'))).toEqual(
      expected({ acao: APP, vary: 'Origin' }),
    );
    expect(corsHeaders(await get(port, APP, '/partners/umbrella'))).toEqual(expected({ vary: 'Origin' }));
    expect(corsHeaders(await get(port, APP, '/partners'))).toEqual(expected({ vary: 'Origin' }));
    const preflight = (path: string): Promise<WireResponse> =>
      send(port, { method: 'OPTIONS', path, headers: preflightHeaders(APP, 'GET', 'x-any') });
    expect((await preflight('/partners/umbrella')).status).toBe(403);
  });

  it('varies on the header that the tenant is read from, also where the verdict is known', async () => {
    const byHeader = partnersApp({ port: server.port }, { tenant: (request) => request.header('X-Tenant') });
    const { app, port } = await start(byHeader);
    await app.get(PartnerOrigins).add(APP, 'acme');
    for (let time = 0; time < 3; time++) {
      expect(corsHeaders(await get(port, APP, '/partners', { 'x-tenant': 'acme' }))).toEqual(
        expected({ acao: APP, vary: 'Origin, x-tenant' }),
      );
      expect(corsHeaders(await get(port, APP))).toEqual(expected({ vary: 'Origin, x-tenant' }));
    }
  });

  it('closes its connections with the app, and not that of the app', async () => {
    const own = server.client();
    await own.ping();
    const { app } = await start(extendingApp(own));
    expect(await ourClients()).toBe(4);
    await app.close();
    running.length = 0;
    await until(async () => (await ourClients()) === 2);
    expect(own.status).toBe('ready');
    own.disconnect();
    await until(async () => (await ourClients()) === 1);
  });

  it('is a provider like any other: extended, injected and asked', async () => {
    const own = server.client();
    const { app, port } = await start(extendingApp(own));
    await redis.sadd('shops', APP);
    expect(corsHeaders(await get(port, APP, '/shops'))).toEqual(expected({ acao: APP, vary: 'Origin' }));
    expect(await app.get(ShopOrigins).list()).toEqual([APP]);
  });

  it('does not let the app start with wrong options', async () => {
    const wrong = startApp(platform, partnersApp({ port: server.port }, { key: '', ttl: 0 }));
    await expect(wrong).rejects.toThrow(CorsConfigurationError);
    await expect(wrong).rejects.toMatchObject({
      problems: [
        { where: 'PartnerOrigins', field: 'key' },
        { where: 'PartnerOrigins', field: 'ttl' },
      ],
    });
  });

  async function ourClients(): Promise<number> {
    const list = String(await redis.client('LIST'));
    return list.split('\n').filter((line) => line !== '').length;
  }
});

@Injectable()
class ShopOrigins extends RedisOrigins {
  constructor(@Inject(REDIS) redis: Redis) {
    super(redis, { key: 'shops' });
  }
}

@Controller('shops')
@AllowOrigin(ShopOrigins)
class ShopsController {
  @Get() list() {
    return [];
  }
  @Put() put() {}
}

function extendingApp(redis: Redis): Type {
  @Module({
    imports: [CorsModule.forRoot({})],
    controllers: [ShopsController],
    providers: [ShopOrigins, { provide: REDIS, useValue: redis }],
  })
  class ShopsModule {}
  return ShopsModule;
}
