import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ApolloServer } from '@apollo/server';
import { expressMiddleware } from '@as-integrations/express5';
import { fastifyCors } from '@fastify/cors';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { initTRPC } from '@trpc/server';
import { createHTTPServer } from '@trpc/server/adapters/standalone';
import cors from 'cors';
import express from 'express';
import Fastify from 'fastify';
import { Server as IoServer } from 'socket.io';
import { WebSocket } from 'ws';
import {
  CorsModule,
  CorsService,
  type CorsModuleOptions,
  type CorsOptionsDelegate,
  type CorsRequest,
} from '../../lib/index.js';
import { corsHeaders, expected } from '../support/cors-headers.js';
import { preflightHeaders, send, type WireResponse } from '../support/http.js';
import { appsOfSuite, appsOfTest, startedBySuite } from '../support/suites.js';

const PAGE = 'https://app.example.com';
const PARTNER = 'https://partner.example';
const OTHER = 'https://other.example.net';

const OPTIONS: CorsModuleOptions = {
  origin: PAGE,
  credentials: true,
  exposedHeaders: ['x-total', 'x-page'],
  methods: ['PUT'],
  allowedHeaders: ['content-type', 'x-key'],
  maxAge: 600,
  policies: {
    open: { origin: '*', credentials: false, methods: '*', allowedHeaders: '*' },
    walled: { enforce: true, optionsSuccessStatus: 200 },
    halfWalled: { enforce: 'unsafe' },
    asked: {
      origin: (origin: string, request: CorsRequest) => Promise.resolve(request.header('x-key') === origin),
    },
    failing: { origin: () => Promise.reject(new Error('the database is down')) },
  },
};

function moduleOf(options: CorsModuleOptions): Type {
  @Module({ imports: [CorsModule.forRoot(options)] })
  class AppModule {}
  return AppModule;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** Ways in which a delegate is used, each a server that answers `GET /`. */
type StartServer = (delegate: CorsOptionsDelegate) => Promise<{ readonly port: number; close(): unknown }>;

const SERVERS: Readonly<Record<string, StartServer>> = {
  cors: async (delegate) => {
    const app = express();
    app.use(cors(delegate)).get('/', (_, response) => void response.send('hello'));
    const server = createServer(app);
    return { port: await listen(server), close: () => server.close() };
  },
  '@fastify/cors': async (delegate) => {
    const app = Fastify();
    await app.register(fastifyCors, { delegator: delegate });
    app.get('/', () => 'hello');
    await app.listen({ port: 0, host: '127.0.0.1' });
    return { port: (app.server.address() as AddressInfo).port, close: () => app.close() };
  },
  '@trpc/server, standalone': async (delegate) => {
    const { router, procedure } = initTRPC.create();
    const server = createHTTPServer({
      router: router({ '': procedure.query(() => 'hello') }),
      middleware: cors(delegate),
    });
    return { port: await listen(server), close: () => server.close() };
  },
  '@apollo/server, on Express': async (delegate) => {
    const apollo = new ApolloServer({ typeDefs: 'type Query { hello: String }' });
    await apollo.start();
    const app = express();
    app.use('/', cors(delegate), express.json(), expressMiddleware(apollo));
    const server = createServer(app);
    const close = async (): Promise<void> => {
      server.close();
      await apollo.stop();
    };
    return { port: await listen(server), close };
  },
};

describe.each(Object.entries(SERVERS))('corsOptionsDelegate() with %s', (name, start) => {
  const startApp = appsOfSuite();
  const own = startedBySuite();
  const isFastify = name === '@fastify/cors';
  /** tRPC replaces the field. */
  const vary = name.includes('trpc') ? 'trpc-accept, accept' : 'Origin';
  const ports = new Map<string | undefined, number>();
  beforeAll(async () => {
    const { app } = await startApp('express', moduleOf(OPTIONS));
    for (const policy of [undefined, ...Object.keys(OPTIONS.policies ?? {})]) {
      const delegate = app.get(CorsService).corsOptionsDelegate(policy);
      ports.set(policy, (await own(start(delegate), (server) => server.close())).port);
    }
  });

  function ask(
    policy: string | undefined,
    headers: Readonly<Record<string, string>>,
    method = 'GET',
  ): Promise<WireResponse> {
    return send(ports.get(policy) as number, { method, headers });
  }

  it('lets an allowed origin read', async () => {
    const response = await ask(undefined, { origin: PAGE });
    const aceh = isFastify ? 'x-total, x-page' : 'x-total,x-page';
    expect(corsHeaders(response)).toEqual(expected({ acao: PAGE, acac: 'true', aceh, vary }));
  });

  it.each([OTHER, 'null', `${PAGE}/`, undefined])('says nothing to %s', async (origin) => {
    const response = await ask(undefined, origin === undefined ? {} : { origin });
    expect(response.status).not.toBe(403);
    expect(corsHeaders(response)).toEqual(expected({ vary }));
  });

  it('answers preflights', async () => {
    const approved = await ask(undefined, preflightHeaders(PAGE, 'PUT', 'x-key'), 'OPTIONS');
    const [comma, aceh] = isFastify ? [', ', 'x-total, x-page'] : [',', 'x-total,x-page'];
    expect(approved.status).toBe(204);
    expect(corsHeaders(approved)).toEqual(
      expected({
        acao: PAGE,
        acac: 'true',
        aceh,
        acam: ['GET', 'HEAD', 'POST', 'PUT'].join(comma),
        acah: ['content-type', 'x-key'].join(comma),
        acma: '600',
        vary: 'Origin',
      }),
    );
    const refused = await ask(undefined, preflightHeaders(OTHER, 'PUT', 'x-key'), 'OPTIONS');
    expect(corsHeaders(refused)).toEqual(expected({ vary: 'Origin' }));
  });

  it("names what is asked for, where the policy says '*'", async () => {
    const preflight = preflightHeaders(OTHER, 'PATCH', 'x-a,x-b');
    const approved = corsHeaders(await ask('open', preflight, 'OPTIONS'));
    const comma = isFastify ? ', ' : ',';
    expect(approved).toMatchObject(
      expected({
        acao: '*',
        acam: ['GET', 'HEAD', 'POST', 'PATCH'].join(comma),
        acah: ['x-a', 'x-b'].join(comma),
      }),
    );
    // Not `authorization`, which `'*'` never covers.
    const secret = corsHeaders(
      await ask('open', preflightHeaders(OTHER, 'TRACE', 'authorization'), 'OPTIONS'),
    );
    expect(secret['access-control-allow-headers'] ?? '').toBe('');
    expect(secret['access-control-allow-methods']).not.toContain('TRACE');
    expect(corsHeaders(await ask('open', {}))).toMatchObject(expected({ acao: '*' }));
  });

  it('refuses under `enforce`, but for nobody and pages of the server itself', async () => {
    expect((await ask('walled', { origin: PAGE })).status).toBe(
      (await ask(undefined, { origin: PAGE })).status,
    );
    const ownPage = { origin: `http://127.0.0.1:${ports.get('walled')}` };
    for (const headers of [{}, ownPage]) {
      const response = await ask('walled', headers);
      expect(response.status).toBe((await ask(undefined, headers)).status);
      expect(corsHeaders(response)).toEqual(expected({ vary }));
    }
    if (name.includes('trpc')) {
      // It refuses as well, by another status.
      const response = await ask('walled', { origin: OTHER });
      expect([response.status, corsHeaders(response)]).toEqual([500, expected({ vary })]);
      expect(response.body).not.toContain('hello');
      return;
    }
    for (const [method, headers] of [
      ['GET', { origin: OTHER }],
      ['OPTIONS', preflightHeaders(OTHER, 'GET')],
    ] as const) {
      const response = await ask('walled', headers, method);
      expect(response.status).toBe(403);
      expect(response.body).not.toContain('hello');
      expect(response.body).toContain('Forbidden');
      expect(response.body).not.toMatch(/ at |\.[jt]s:/);
      expect(corsHeaders(response)).toEqual(expected({ vary: 'Origin' }));
    }
    expect((await ask('walled', preflightHeaders(PAGE, 'PUT'), 'OPTIONS')).status).toBe(200);
  });

  it("lets GET through under `enforce: 'unsafe'`, and preflights for it", async () => {
    const response = await ask('halfWalled', { origin: OTHER });
    const { status: usual } = await ask(undefined, { origin: OTHER });
    expect([response.status, corsHeaders(response)]).toEqual([usual, expected({ vary })]);
    // It reads the body, which there is none of, before it answers with the error.
    const status = name.includes('trpc') ? 415 : 403;
    const changing = await ask('halfWalled', { origin: OTHER }, 'DELETE');
    expect(changing.status).toBe((await ask('walled', { origin: OTHER }, 'DELETE')).status);
    expect(changing.body).not.toContain('hello');
    expect((await ask('halfWalled', preflightHeaders(OTHER, 'GET'), 'OPTIONS')).status).not.toBe(status);
    expect((await ask('halfWalled', preflightHeaders(OTHER, 'DELETE'), 'OPTIONS')).status).toBe(status);
  });

  it('refuses what has lost its `Origin`, as the app does', async () => {
    const lost = { 'sec-fetch-site': 'cross-site' };
    for (const policy of ['walled', 'halfWalled']) {
      const { status: refused } = await ask('walled', { origin: OTHER }, 'DELETE');
      expect((await ask(policy, lost, 'DELETE')).status).toBe(refused);
      expect((await ask(policy, lost)).status).toBe((await ask(undefined, lost)).status);
      const ownPage = { 'sec-fetch-site': 'same-origin' };
      expect((await ask(policy, ownPage, 'DELETE')).status).toBe(
        (await ask(undefined, ownPage, 'DELETE')).status,
      );
    }
    expect((await ask(undefined, lost, 'DELETE')).status).toBe((await ask(undefined, {}, 'DELETE')).status);
  });

  it('asks sources, with the request, and closes where they fail', async () => {
    const allowed = await ask('asked', { origin: PARTNER, 'x-key': PARTNER });
    expect(corsHeaders(allowed)).toMatchObject(expected({ acao: PARTNER }));
    const refused = await ask('asked', { origin: PARTNER });
    expect(corsHeaders(refused)).toEqual(expected({ vary }));
    expect(corsHeaders(await ask('failing', { origin: PAGE }))).toEqual(expected({ vary }));
  });
});

describe('corsOptionsDelegate() with socket.io', () => {
  const startApp = appsOfSuite();
  const own = startedBySuite();
  const ports = new Map<string | undefined, number>();
  beforeAll(async () => {
    const { app } = await startApp('fastify', moduleOf(OPTIONS));
    for (const policy of [undefined, 'walled', 'halfWalled']) {
      const server = createServer();
      const io = new IoServer(server, { cors: app.get(CorsService).corsOptionsDelegate(policy) });
      ports.set(policy, await own(listen(server), () => io.close()));
    }
  });

  const poll = (policy: string | undefined, origin: string): Promise<WireResponse> =>
    send(ports.get(policy) as number, { path: '/socket.io/?EIO=4&transport=polling', headers: { origin } });

  it('decides who reads, and not who opens a session', async () => {
    const allowed = await poll(undefined, PAGE);
    expect([allowed.status, corsHeaders(allowed)]).toEqual([
      200,
      expected({ acao: PAGE, acac: 'true', aceh: 'x-total,x-page', vary: 'Origin' }),
    ]);
    const other = await poll(undefined, OTHER);
    expect([other.status, corsHeaders(other)]).toEqual([200, expected({ vary: 'Origin' })]);
  });

  const shake = (policy: string | undefined, headers: Readonly<Record<string, string>>): Promise<unknown> =>
    new Promise((resolve) => {
      const url = `ws://127.0.0.1:${ports.get(policy)}/socket.io/?EIO=4&transport=websocket`;
      const socket = new WebSocket(url, { headers });
      socket.on('open', () => {
        socket.terminate();
        resolve('open');
      });
      socket.on('unexpected-response', (request, response) => {
        resolve(response.statusCode);
        request.destroy();
      });
    });

  it('refuses under `enforce`', async () => {
    expect((await poll('walled', PAGE)).status).toBe(200);
    const refused = await poll('walled', OTHER);
    expect([refused.status, corsHeaders(refused)]).toEqual([400, {}]);
    expect(refused.body).not.toContain('sid');
  });

  it.each([
    [undefined, 'open'],
    ['walled', 400],
    ['halfWalled', 400],
  ])('answers handshakes of others, with the policy %s: %s', async (policy, answer) => {
    expect(await shake(policy, { origin: PAGE })).toBe('open');
    expect(await shake(policy, {})).toBe('open');
    expect(await shake(policy, { origin: OTHER })).toBe(answer);
    expect(await shake(policy, { 'sec-fetch-site': 'cross-site' })).toBe(answer);
  });
});

describe('a delegate in the life of an app', () => {
  const startApp = appsOfTest();

  const call = (delegate: CorsOptionsDelegate, request: unknown): Promise<readonly unknown[]> =>
    new Promise((resolve) => delegate(request as never, (...answer) => resolve(answer)));

  it('may be made before the start, and answers from then on', async () => {
    const app = await NestFactory.create(moduleOf(OPTIONS), { logger: false });
    const delegate = app.get(CorsService).corsOptionsDelegate('open');
    const request = { headers: { origin: OTHER } };
    expect(await call(delegate, request)).toEqual([
      new Error('The routes are not known yet: call this after app.init() or app.listen().'),
    ]);
    await app.init();
    expect(await call(delegate, request)).toEqual([null, expect.objectContaining({ origin: '*' })]);
    expect(await call(delegate, 'GET /')).toEqual([
      new TypeError('The first argument is no request with header fields.'),
    ]);
    await app.close();
  });

  it('throws at once where there is no callback, instead of later for nobody', async () => {
    const { app } = await startApp('express', moduleOf(OPTIONS));
    const delegate = app.get(CorsService).corsOptionsDelegate() as (request: unknown) => unknown;
    const mistaken = (): unknown => delegate({ headers: { origin: PAGE } });
    expect(mistaken).toThrow(TypeError);
    expect(mistaken).toThrow('or call delegate(request, (error, options) => { … })');
  });

  it('takes the host of a request of Fetch from its URL, as explain() does', async () => {
    const { app } = await startApp('express', moduleOf({ ...OPTIONS, enforce: true }));
    const delegate = app.get(CorsService).corsOptionsDelegate();
    const request = (origin: string): Request =>
      new Request('http://api.example:81/orders', { method: 'POST', headers: { origin } });
    expect(await call(delegate, request('http://api.example:81'))).toEqual([
      null,
      expect.objectContaining({ origin: [] }),
    ]);
    expect(await call(delegate, request('http://api.example'))).toEqual([
      expect.objectContaining({ status: 403 }),
    ]);
  });

  const UNKNOWN = {
    code: 'policy-unknown',
    where: 'corsOptionsDelegate()',
    value: 'walls',
    fix: 'write "walled"',
  };

  it('keeps the app from starting with a name that is none', async () => {
    const starting = startApp('express', moduleOf(OPTIONS), {
      prepare: (app) => void app.get(CorsService).corsOptionsDelegate('walls'),
    });
    await expect(starting).rejects.toMatchObject({ problems: [UNKNOWN] });
  });

  it('throws for such a name later on, and for what is no name at any time', async () => {
    const { app } = await startApp('express', moduleOf(OPTIONS), {
      prepare: (early) => {
        expect(() => early.get(CorsService).corsOptionsDelegate(7 as never)).toThrow(
          'corsOptionsDelegate(): 7 names no policy',
        );
      },
    });
    expect(() => app.get(CorsService).corsOptionsDelegate('walls')).toThrow(
      'corsOptionsDelegate(): "walls" names no policy: write "walled"',
    );
  });

  it('keeps an update from taking its policy away', async () => {
    const { app } = await startApp('express', moduleOf(OPTIONS));
    const service = app.get(CorsService);
    const delegate = service.corsOptionsDelegate('walled');
    const { walled: _walled, ...policies } = OPTIONS.policies as Record<string, never>;
    const updating = service.update({ ...OPTIONS, policies });
    await expect(updating).rejects.toMatchObject({
      problems: [{ code: UNKNOWN.code, where: UNKNOWN.where, value: 'walled' }],
    });
    await service.update({ ...OPTIONS, policies: { walled: { origin: OTHER } } });
    expect(await call(delegate, { headers: { origin: OTHER } })).toEqual([
      null,
      expect.objectContaining({ origin: OTHER }),
    ]);
  });
});
