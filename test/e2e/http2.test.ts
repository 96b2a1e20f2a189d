import { connect, type ClientHttp2Session } from 'node:http2';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Put, Res, Sse, UnauthorizedException } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { of } from 'rxjs';
import { AllowOrigin, CorsModule } from '../../lib/index.js';
import { createAdapter, type RunningApp } from '../support/apps.js';
import { expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders } from '../support/http.js';
import { appsOfSuite, startedBySuite } from '../support/suites.js';

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
  @Get('pairs') pairs(@Res() reply: FastifyReply) {
    const pairs = [
      ['set-cookie', 'a=1'],
      ['vary', 'X-Own'],
      ['__proto__', 'own'],
      ['set-cookie', 'b=2'],
      ['vary', 'X-Other'],
    ];
    reply.raw.setHeader('x-before', 'before');
    reply.raw.writeHead(200, pairs as never).end();
  }
  @Put('open') @AllowOrigin('*') open() {}
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
  const own = startedBySuite();
  const startApp = appsOfSuite();
  let running: RunningApp;
  let session: ClientHttp2Session;
  beforeAll(async () => {
    running = await startApp('fastify', AppModule, { adapter: createAdapter('fastify', { http2: true }) });
    session = await own(connect(`http://127.0.0.1:${running.port}`), (opened) => opened.close());
  });

  /** The status and the headers of CORS, or those that are named; HTTP/2 knows lower-case names only. */
  function request(
    path: string,
    headers: Record<string, string | string[]> = {},
    method = 'GET',
    shown = /^(?:vary$|access-control-)/,
  ) {
    return new Promise<readonly [status: unknown, fields: object]>((resolve, reject) => {
      const stream = session.request({ ':path': path, ':method': method, ...headers });
      let result: readonly [unknown, object];
      stream.on('response', (response) => {
        const fields = Object.entries(response).filter(([name]) => shown.test(name));
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

  it.each(['file://', 'app://.', '', [APP, EVIL]])(
    "approves a preflight under '*' for %j",
    async (origin) => {
      const headers = { ...preflightHeaders(APP, 'PUT'), origin };
      const approved = expected({ acao: '*', acam: 'PUT', vary: PREFLIGHT_VARY });
      expect(await request('/cats/open', headers, 'OPTIONS')).toEqual([204, approved]);
    },
  );

  it('says of a refused preflight that it is empty, and of a 204 nothing (RFC 9110, 8.6)', async () => {
    const shown = /^(?:content-length|transfer-encoding)$/;
    const lengthOf = (origin: string) => request('/cats', preflightHeaders(origin, 'PUT'), 'OPTIONS', shown);
    expect(await lengthOf(APP)).toEqual([204, {}]);
    expect(await lengthOf(EVIL)).toEqual([403, { 'content-length': '0' }]);
  });

  it('keeps what is named twice in a list of pairs, and __proto__', async () => {
    const shown = /^(?:set-cookie|vary|x-before|__proto__)$/;
    const [status, fields] = await request('/cats/pairs', { origin: APP }, 'GET', shown);
    expect(status).toBe(200);
    expect(Object.entries(fields)).toEqual([
      ['x-before', 'before'],
      ['set-cookie', ['a=1', 'b=2']],
      ['__proto__', 'own'],
      ['vary', 'X-Own, X-Other, Origin'],
    ]);
  });
});
