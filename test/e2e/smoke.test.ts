import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Delete, Get, Module, Param, Post, Put, Body, HttpException } from '@nestjs/common';
import { AllowOrigin, CorsModule, CorsService, NoCors, Preflight } from '../../lib/index.js';
import { PLATFORMS, startApp, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send } from '../support/http.js';

@Controller('reports')
@AllowOrigin('https://app.example.com', { credentials: true })
@Preflight({ allowedHeaders: ['content-type', 'x-csrf-token'], maxAge: 3600 })
class ReportsController {
  @Get() list() {
    return [];
  }
  @Get('public') @AllowOrigin('*', { credentials: false }) open() {
    return 1;
  }
  @Delete(':id') @AllowOrigin('https://admin.example.com') remove(@Param('id') id: string) {
    return id;
  }
  @Post('internal') @NoCors() internal() {
    return 1;
  }
  @Get('fail') fail() {
    throw new HttpException('x', 418);
  }
  @Put('special/:x') put(@Body() b: unknown) {
    return b;
  }
}
@Module({
  imports: [CorsModule.forRoot({ exposedHeaders: ['x-request-id'] })],
  controllers: [ReportsController],
})
class AppModule {}

describe.each(PLATFORMS)('%s', (platform) => {
  let running: RunningApp;
  beforeAll(async () => {
    running = await startApp(platform, AppModule, { logger: ['error', 'warn'] });
  });
  afterAll(() => running.app.close());
  it('works', async () => {
    const { port } = running;
    const r = await send(port, { path: '/reports', headers: { origin: 'https://app.example.com' } });
    expect(r.status).toBe(200);
    expect(corsHeaders(r)).toEqual(
      expected({ acao: 'https://app.example.com', acac: 'true', aceh: 'x-request-id', vary: 'Origin' }),
    );
    const p = await send(port, {
      method: 'OPTIONS',
      path: '/reports/7',
      headers: preflightHeaders('https://admin.example.com', 'DELETE', 'x-csrf-token'),
    });
    expect(p.status).toBe(204);
    expect(corsHeaders(p)).toEqual(
      expected({
        acao: 'https://admin.example.com',
        acac: 'true',
        acam: 'DELETE',
        acah: 'x-csrf-token',
        acma: '3600',
        vary: PREFLIGHT_VARY,
      }),
    );
    const p2 = await send(port, {
      method: 'OPTIONS',
      path: '/reports/7',
      headers: preflightHeaders('https://app.example.com', 'DELETE', 'x-csrf-token'),
    });
    expect(p2.status).toBe(403);
    expect(corsHeaders(p2)).toEqual(expected({ vary: PREFLIGHT_VARY }));
    const q = await send(port, { path: '/reports/public' });
    expect(corsHeaders(q)).toEqual(expected({ acao: '*', aceh: 'x-request-id' }));
    const f = await send(port, { path: '/reports/fail' });
    expect([f.status, corsHeaders(f)]).toEqual([418, expected({ vary: 'Origin' })]);
    const n = await send(port, { path: '/nowhere' });
    expect([n.status, corsHeaders(n)]).toEqual([404, {}]);
    console.log(JSON.stringify(running.app.get(CorsService).routes().slice(-3), null, 1));
  });
});
