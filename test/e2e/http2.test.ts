import { connect, type ClientHttp2Session } from 'node:http2';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Put, Res, Sse, UnauthorizedException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { of } from 'rxjs';
import { AllowOrigin, CorsModule } from '../../lib/index.js';
import { createAdapter, startApp, type RunningApp } from '../support/apps.js';
import { expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders } from '../support/http.js';

const APP = 'https://app.example.com';
const EVIL = 'https://evil.example.net';

@Controller('cats')
@AllowOrigin(APP, { exposedHeaders: 'x-total' })
class CatsController {
  @Get() list() {
    return [];
  }
  @Put() put() {}
  @Get('raw') raw(@Res() reply: FastifyReply) {
    reply.raw.setHeader('Access-Control-Allow-Origin', '*');
    reply.raw.end('raw');
  }
  @Get('head') head(@Res() reply: FastifyReply) {
    reply.raw.writeHead(200, { 'access-control-allow-origin': '*', vary: 'X-Own' });
    reply.raw.end('raw');
  }
  @Sse('events') events() {
    return of({ data: 'an event' });
  }
  @Get('closed') closed() {
    throw new UnauthorizedException();
  }
  @Get('enforced') @AllowOrigin({ enforce: true }) enforced() {}
}

@Module({ imports: [CorsModule.forRoot({})], controllers: [CatsController] })
class AppModule {}

describe('HTTP/2 on fastify', () => {
  let running: RunningApp;
  let session: ClientHttp2Session;
  beforeAll(async () => {
    running = await startApp('fastify', AppModule, { adapter: createAdapter('fastify', { http2: true }) });
    session = connect(`http://127.0.0.1:${running.port}`);
  });
  afterAll(async () => {
    session.close();
    await running.app.close();
  });

  /** The status and the headers of CORS, of which HTTP/2 knows lower-case names only. */
  function request(path: string, headers: Record<string, string | string[]> = {}, method = 'GET') {
    return new Promise<readonly [status: unknown, fields: object]>((resolve, reject) => {
      const stream = session.request({ ':path': path, ':method': method, ...headers });
      let result: readonly [unknown, object];
      stream.on('response', (response) => {
        const fields = Object.entries(response).filter(
          ([name]) => name === 'vary' || name.startsWith('access-control-'),
        );
        result = [response[':status'], Object.fromEntries(fields)];
      });
      stream.on('error', reject);
      stream.on('close', () => resolve(result));
      stream.resume();
      stream.end();
    });
  }

  const ALLOWED = expected({ acao: APP, aceh: 'x-total', vary: 'Origin' });

  it.each([
    ['/cats', 200],
    ['/cats/raw', 200],
    ['/cats/events', 200],
    ['/cats/closed', 401],
    ['/cats/enforced', 200],
  ])('%s', async (path, status) => {
    expect(await request(path, { origin: APP })).toEqual([status, ALLOWED]);
    expect(await request(path)).toEqual([status, expected({ vary: 'Origin' })]);
  });

  it("keeps the app's Vary in writeHead()", async () => {
    const allowed = expected({ acao: APP, aceh: 'x-total', vary: 'X-Own, Origin' });
    expect(await request('/cats/head', { origin: APP })).toEqual([200, allowed]);
  });

  it.each([EVIL, 'null', `${APP}/`, [APP, APP]])('refuses %j', async (origin) => {
    expect(await request('/cats', { origin })).toEqual([200, expected({ vary: 'Origin' })]);
  });

  it('enforces, the authority being the host', async () => {
    expect((await request('/cats/enforced', { origin: EVIL }))[0]).toBe(403);
    const authority = 'api.example.com';
    const headers = { origin: `http://${authority}`, ':authority': authority };
    expect((await request('/cats/enforced', headers))[0]).toBe(200);
  });

  it('answers preflights', async () => {
    const approved = await request('/cats', preflightHeaders(APP, 'PUT'), 'OPTIONS');
    expect(approved).toEqual([204, expected({ acao: APP, acam: 'PUT', vary: PREFLIGHT_VARY })]);
    const refused = await request('/cats', preflightHeaders(EVIL, 'PUT'), 'OPTIONS');
    expect(refused).toEqual([403, expected({ vary: PREFLIGHT_VARY })]);
  });
});
