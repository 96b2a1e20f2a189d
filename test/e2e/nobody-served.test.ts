import { beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Param, Patch, Version, VersioningType } from '@nestjs/common';
import { AllowOrigin, CorsModule, CorsService } from '../../lib/index.js';
import { PLATFORMS, type RunningApp } from '../support/apps.js';
import { corsHeaders } from '../support/cors-headers.js';
import { send, type WireRequest } from '../support/http.js';
import { appsOfSuite } from '../support/suites.js';

const PAGE = 'https://app.example.com';
const ADMIN = 'https://admin.example.com';
const OTHER = 'https://other.example.net';

@Controller('orders')
@AllowOrigin(PAGE)
class OrdersController {
  @Get() list() {
    return 'list';
  }
  @Patch(':id') @AllowOrigin(ADMIN, { enforce: true }) change(@Param('id') id: string) {
    return id;
  }
}

@Controller('reports')
class ReportsController {
  @Get() @Version('1') @AllowOrigin(PAGE) one() {
    return 'one';
  }
  @Get() @Version('2') @AllowOrigin(PAGE, ADMIN, { enforce: true }) two() {
    return 'two';
  }
}

@Controller('guarded')
@AllowOrigin(ADMIN, { enforce: true })
class GuardedController {
  @Get() @Version('1') one() {
    return 'one';
  }
}

@Module({
  imports: [CorsModule.forRoot({})],
  controllers: [OrdersController, ReportsController, GuardedController],
})
class AppModule {}

/** A request that Nest routes to a handler by some of what it says, and answers 404 by the rest. */
describe.each(PLATFORMS)('a request that gets as far as a route and is not served, on %s', (platform) => {
  const startApp = appsOfSuite();
  let running: RunningApp;
  beforeAll(async () => {
    running = await startApp(platform, AppModule, {
      prepare: (app) => void app.enableVersioning({ type: VersioningType.HEADER, header: 'X-Version' }),
    });
  });

  /** What the server answers, which has to be what `explain()` says. */
  async function ask(method: string, path: string, origin: string, version?: string) {
    const headers = { origin, ...(version !== undefined && { 'x-version': version }) };
    const request: WireRequest = { method, path, headers };
    const response = await send(running.port, request);
    const { fields, status, message } = await running.app
      .get(CorsService)
      .explain({ method, url: path, headers: { host: `127.0.0.1:${running.port}`, ...headers } });
    const said = Object.fromEntries(
      Object.entries(fields).map(([name, value]) => [name.toLowerCase(), value]),
    );
    expect([message, corsHeaders(response)]).toEqual([message, said]);
    if (status !== undefined) expect([message, response.status]).toEqual([message, status]);
    return [response.status, response.headers['access-control-allow-origin']];
  }

  it('has no part in the policy of a route whose parameter is empty', async () => {
    // What the routes of the path have in common, and for Express there is a route without the slash.
    const readable = platform === 'express' ? PAGE : undefined;
    expect(await ask('PATCH', '/orders/', PAGE)).toEqual([404, readable]);
    expect(await ask('PATCH', '/orders/', ADMIN)).toEqual([404, undefined]);
    expect(await ask('PATCH', '/orders/7', ADMIN)).toEqual([200, ADMIN]);
    expect(await ask('PATCH', '/orders/7', PAGE)).toEqual([403, undefined]);
  });

  it('comes under what the versions have in common if it asks for none of them', async () => {
    expect(await ask('GET', '/reports', PAGE, '1')).toEqual([200, PAGE]);
    expect(await ask('GET', '/reports', OTHER, '1')).toEqual([200, undefined]);
    expect(await ask('GET', '/reports', ADMIN, '2')).toEqual([200, ADMIN]);
    expect(await ask('GET', '/reports', OTHER, '2')).toEqual([403, undefined]);
    expect(await ask('GET', '/reports', PAGE, '3')).toEqual([404, PAGE]);
    // Fastify knows by then that it is version 3, for which enforce is on.
    expect(await ask('GET', '/reports', OTHER, '3')).toEqual([platform === 'express' ? 404 : 403, undefined]);
  });

  it('is refused if all that it could reach refuses it', async () => {
    expect(await ask('GET', '/guarded', ADMIN, '3')).toEqual([404, ADMIN]);
    expect(await ask('GET', '/guarded', OTHER, '3')).toEqual([403, undefined]);
    expect(await ask('GET', '/guarded', OTHER, '1')).toEqual([403, undefined]);
  });
});
