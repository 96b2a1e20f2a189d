import type { IncomingMessage } from 'node:http';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Controller, Get, Module, Post, type INestApplication, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { AllowOrigin, CorsModule, CorsService, NoCors, type CorsModuleOptions } from '../../lib/index.js';
import { CorsIoAdapter } from '../../lib/socket.io/index.js';
import { CorsWsAdapter } from '../../lib/ws/index.js';
import { PLATFORMS, type Platform, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send, type WireResponse } from '../support/http.js';
import { appsOfSuite, appsOfTest } from '../support/suites.js';
import { verdictsOfTest, writtenVerdicts } from '../support/verdicts.js';
import { Warnings } from '../support/warnings.js';

const PAGE = 'https://app.example.com';
const CHAT = 'https://chat.example.com';
const ASKED = 'https://asked.example.com';
const OTHER = 'https://other.example.net';

const REFUSED = 403;

/** A gateway that answers a greeting, however it is told. */
function gateway(port: number, options: object): Type {
  @WebSocketGateway(port, options)
  class ChatGateway {
    @SubscribeMessage('greet') greet(): object {
      return { event: 'greeting', data: 'hello' };
    }
  }
  return ChatGateway;
}

/** A controller with a route for everything, under a policy that lets everybody read. */
function openController(platform: Platform): Type {
  @Controller()
  @AllowOrigin('*', { credentials: false })
  class OpenController {
    @Get(platform === 'fastify' ? '*' : '*path') all() {
      return 'all';
    }
  }
  return OpenController;
}

function moduleOf(
  options: CorsModuleOptions,
  gateways: readonly Type[],
  controllers: readonly Type[] = [],
): Type {
  @Module({
    imports: [CorsModule.forRoot(options)],
    providers: [...gateways],
    controllers: [...controllers],
  })
  class AppModule {}
  return AppModule;
}

/** Neither default nor entries say `enforce`. */
const OPTIONS: CorsModuleOptions = {
  origin: PAGE,
  routes: [
    { path: '/socket.io', policy: { origin: CHAT, credentials: true } },
    { path: '/chat', policy: { origin: CHAT, credentials: true } },
    { path: '/asked', policy: { origin: async (origin) => Promise.resolve(origin === ASKED) } },
    { path: '/failing', policy: { origin: () => Promise.reject(new Error('the database is down')) } },
    { path: '/left', unmanaged: true },
    { path: '/none', policy: false },
    { path: '/any', policy: { origin: '*' } },
  ],
};

const TRANSPORTS = ['polling', 'websocket'] as const;
type Transport = (typeof TRANSPORTS)[number];

interface Greeting {
  readonly transport: Transport;
  readonly origin?: string | undefined;
  readonly path?: string;
  readonly namespace?: string;
  readonly addTrailingSlash?: boolean;
}

/** What a client of socket.io is told: the answer to its greeting, or the status of the refusal. */
function greetIo(port: number, { transport, origin, path, namespace = '', addTrailingSlash }: Greeting) {
  return new Promise<unknown>((resolve) => {
    const socket = io(`http://127.0.0.1:${port}${namespace}`, {
      transports: [transport],
      reconnection: false,
      forceNew: true,
      ...(path !== undefined && { path }),
      ...(addTrailingSlash !== undefined && { addTrailingSlash }),
      ...(origin !== undefined && { extraHeaders: { origin } }),
    });
    const done = (answer: unknown): void => {
      socket.close();
      resolve(answer);
    };
    socket.on('greeting', done);
    socket.on('connect', () => socket.emit('greet'));
    socket.on('connect_error', (error) => {
      const { description } = error as { description?: number | { message?: string } };
      done(
        typeof description === 'number'
          ? description
          : Number(/\d{3}$/.exec(description?.message ?? '')?.[0] ?? String(error)),
      );
    });
  });
}

/** The same of a plain WebSocket. */
function greetWs(port: number, path: string, origin: string | undefined): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, {
      ...(origin !== undefined && { origin }),
    });
    const done = (answer: unknown): void => {
      socket.terminate();
      resolve(answer);
    };
    socket.on('open', () => socket.send(JSON.stringify({ event: 'greet' })));
    socket.on('message', (data: Buffer) => done((JSON.parse(String(data)) as { data: unknown }).data));
    socket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode);
      request.destroy();
    });
    socket.on('error', reject);
  });
}

const withIo = { prepare: (app: INestApplication) => void app.useWebSocketAdapter(new CorsIoAdapter(app)) };
const withWs = { prepare: (app: INestApplication) => void app.useWebSocketAdapter(new CorsWsAdapter(app)) };

/** A port that is free by now: a gateway has to be told one. */
async function freePort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function poll(port: number, path: string, origin: string | undefined): Promise<WireResponse> {
  const headers = origin === undefined ? {} : { origin };
  return send(port, { path: `${path}?EIO=4&transport=polling`, headers });
}

describe.each(PLATFORMS)('CorsIoAdapter on %s', (platform) => {
  const startApp = appsOfSuite();
  let running: RunningApp;
  beforeAll(async () => {
    const gateways = [
      gateway(0, {}),
      gateway(0, { namespace: 'rooms' }),
      ...['/asked', '/failing', '/left', '/none', '/any'].map((path) => gateway(0, { path })),
      gateway(0, { path: '/chat', addTrailingSlash: false }),
    ];
    running = await startApp(platform, moduleOf(OPTIONS, gateways, [openController(platform)]), withIo);
  });

  describe.each(TRANSPORTS)('with the transport %s, without `enforce`', (transport) => {
    it.each([
      ['/socket.io', CHAT, 'hello'],
      ['/socket.io', PAGE, REFUSED],
      ['/socket.io', OTHER, REFUSED],
      ['/socket.io', 'null', REFUSED],
      ['/socket.io', undefined, 'hello'],
      ['/socket.io/', CHAT, 'hello'],
      ['/socket.io/', OTHER, REFUSED],
      ['/asked', ASKED, 'hello'],
      ['/asked', CHAT, REFUSED],
      ['/failing', ASKED, REFUSED],
      ['/failing', undefined, 'hello'],
      ['/left', OTHER, 'hello'],
      ['/none', PAGE, REFUSED],
      ['/none', undefined, 'hello'],
      ['/any', OTHER, 'hello'],
    ])('at %s %s is told %s', async (path, origin, answer) => {
      expect(await greetIo(running.port, { transport, origin, path })).toBe(answer);
    });

    it('talks to pages of the app itself', async () => {
      const origin = `http://127.0.0.1:${running.port}`;
      expect(await greetIo(running.port, { transport, origin })).toBe('hello');
    });

    it('lets nobody in by way of a namespace', async () => {
      const namespace = '/rooms';
      expect(await greetIo(running.port, { transport, origin: CHAT, namespace })).toBe('hello');
      expect(await greetIo(running.port, { transport, origin: OTHER, namespace })).toBe(REFUSED);
    });

    it.each([
      ['/chat', CHAT, 'hello'],
      ['/chat', OTHER, REFUSED],
      // Engine.IO takes whatever begins with the path of a gateway that has no slash at its end.
      ['/chatter', CHAT, REFUSED],
      ['/chatter', PAGE, REFUSED],
      ['/chat/../any', OTHER, REFUSED],
      ['/chat/%2e%2e/any', OTHER, REFUSED],
    ])('at %s, whose path has no slash at its end, %s is told %s', async (path, origin, answer) => {
      const greeting = { transport, origin, path, addTrailingSlash: false };
      if (path.includes('..') || path.includes('%')) {
        // Clients would resolve it.
        const response = await poll(running.port, path, origin);
        expect(response.status).toBe(answer);
      } else expect(await greetIo(running.port, greeting)).toBe(answer);
    });
  });

  it('writes the fields of the entry, also where a route of Nest could be asked', async () => {
    const allowed = await poll(running.port, '/socket.io/', CHAT);
    expect(allowed.status).toBe(200);
    expect(corsHeaders(allowed)).toEqual(expected({ acao: CHAT, acac: 'true', vary: 'Origin' }));
    const refused = await poll(running.port, '/socket.io/', OTHER);
    expect(corsHeaders(refused)).toEqual(expected({ vary: 'Origin' }));
    expect(JSON.parse(refused.body)).toMatchObject({ statusCode: 403 });
  });

  it('refuses what goes on with a session as well', async () => {
    const { body } = await poll(running.port, '/socket.io/', CHAT);
    const [, sid] = /"sid":"([^"]+)"/.exec(body) as unknown as [string, string];
    const path = `/socket.io/?EIO=4&transport=polling&sid=${sid}`;
    const post = (origin: string): Promise<WireResponse> =>
      send(running.port, { method: 'POST', path, headers: { origin }, body: '40' });
    expect((await post(OTHER)).status).toBe(REFUSED);
    expect((await post(CHAT)).status).toBe(200);
  });

  it('answers preflights', async () => {
    const ask = (origin: string): Promise<WireResponse> =>
      send(running.port, {
        method: 'OPTIONS',
        path: '/socket.io/?EIO=4&transport=polling',
        headers: preflightHeaders(origin, 'POST', 'content-type'),
      });
    const approved = await ask(CHAT);
    expect(approved.status).toBe(204);
    expect(corsHeaders(approved)).toEqual(
      expected({ acao: CHAT, acac: 'true', acah: 'content-type', vary: PREFLIGHT_VARY }),
    );
    const refused = await ask(OTHER);
    expect([refused.status, corsHeaders(refused)]).toEqual([403, expected({ vary: PREFLIGHT_VARY })]);
  });

  it('leaves what is no gateway to its routes', async () => {
    const response = await send(running.port, { path: '/chats', headers: { origin: PAGE } });
    // Engine.IO takes this one, as said above; the next one is a route.
    expect(response.status).toBe(REFUSED);
    const route = await send(running.port, { path: '/rooms', headers: { origin: OTHER } });
    expect([route.status, route.body]).toEqual([200, 'all']);
    expect(corsHeaders(route)).toEqual(expected({ acao: '*' }));
  });
});

describe.each(PLATFORMS)('CorsWsAdapter on %s', (platform) => {
  const startApp = appsOfSuite();
  let running: RunningApp;
  beforeAll(async () => {
    const paths = ['/chat', 'asked', '/failing', '/left', '/none', '/any'];
    const gateways = [...paths.map((path) => gateway(0, { path })), gateway(0, {})];
    running = await startApp(platform, moduleOf(OPTIONS, gateways, [openController(platform)]), withWs);
  });

  it.each([
    ['/chat', CHAT, 'hello'],
    ['/chat', PAGE, REFUSED],
    ['/chat', OTHER, REFUSED],
    ['/chat', 'null', REFUSED],
    ['/chat', undefined, 'hello'],
    ['/chat?room=7', CHAT, 'hello'],
    ['/asked', ASKED, 'hello'],
    ['/asked', OTHER, REFUSED],
    ['/failing', ASKED, REFUSED],
    ['/left', OTHER, 'hello'],
    ['/none', PAGE, REFUSED],
    ['/any', OTHER, 'hello'],
    ['/', PAGE, 'hello'],
    ['/', OTHER, REFUSED],
    // Nest resolves a target as a URL: this is the host `any`, and the path `/chat`.
    ['//any/chat', OTHER, REFUSED],
    ['//any/chat', PAGE, REFUSED],
  ])('at %s %s is told %s', async (path, origin, answer) => {
    expect(await greetWs(running.port, path, origin)).toBe(answer);
  });

  it('talks to pages of the app itself', async () => {
    expect(await greetWs(running.port, '/none', `http://127.0.0.1:${running.port}`)).toBe('hello');
  });
});

describe.each(PLATFORMS)('gateways with a port of their own, on %s', (platform) => {
  const startApp = appsOfTest();

  it.each(TRANSPORTS)('on socket.io, with the transport %s', async (transport) => {
    const port = await freePort();
    const gateways = [gateway(port, {}), gateway(port, { namespace: '/rooms' })];
    await startApp(platform, moduleOf(OPTIONS, gateways), withIo);
    expect(await greetIo(port, { transport, origin: CHAT })).toBe('hello');
    expect(await greetIo(port, { transport, origin: undefined })).toBe('hello');
    expect(await greetIo(port, { transport, origin: `http://127.0.0.1:${port}` })).toBe('hello');
    expect(await greetIo(port, { transport, origin: PAGE })).toBe(REFUSED);
    expect(await greetIo(port, { transport, origin: OTHER, namespace: '/rooms' })).toBe(REFUSED);
  });

  it('on socket.io have fields, and answers to preflights, whatever their own option says', async () => {
    const port = await freePort();
    await startApp(platform, moduleOf(OPTIONS, [gateway(port, { cors: { origin: '*' } })]), withIo);
    const allowed = await poll(port, '/socket.io/', CHAT);
    expect(corsHeaders(allowed)).toEqual(expected({ acao: CHAT, acac: 'true', vary: 'Origin' }));
    const refused = await poll(port, '/socket.io/', OTHER);
    expect([refused.status, corsHeaders(refused)]).toEqual([403, expected({ vary: 'Origin' })]);
    const preflight = await send(port, {
      method: 'OPTIONS',
      path: '/socket.io/',
      headers: preflightHeaders(OTHER, 'POST'),
    });
    expect([preflight.status, corsHeaders(preflight)]).toEqual([403, expected({ vary: PREFLIGHT_VARY })]);
  });

  it.each([
    ['/chat', [CHAT, undefined], [PAGE, OTHER]],
    [undefined, [PAGE, undefined], [CHAT, OTHER]],
  ])('on ws, with the path %s', async (path, allowed, refused) => {
    const port = await freePort();
    const gateways = [gateway(port, path === undefined ? {} : { path })];
    await startApp(platform, moduleOf(OPTIONS, gateways), withWs);
    const at = path ?? '/';
    for (const origin of allowed) expect(await greetWs(port, at, origin)).toBe('hello');
    for (const origin of refused) expect(await greetWs(port, at, origin)).toBe(REFUSED);
  });

  it('on ws without a path are not to be had by the path of an open one', async () => {
    const port = await freePort();
    await startApp(platform, moduleOf(OPTIONS, [gateway(port, {})]), withWs);
    expect(await greetWs(port, '/any', OTHER)).toBe(REFUSED);
    expect(await greetWs(port, '/any', undefined)).toBe('hello');
  });

  it('let nobody in until policies are in force', async () => {
    const port = await freePort();
    const early: unknown[] = [];
    const { configure } = CorsModule.prototype;
    jest.spyOn(CorsModule.prototype, 'configure').mockImplementation(async function (this: CorsModule) {
      for (const origin of [CHAT, OTHER]) {
        early.push(await poll(port, '/socket.io/', origin).catch((error: Error) => error.message));
        early.push(await greetWs(port, '/socket.io/', origin).catch((error: Error) => error.message));
      }
      await configure.call(this);
    });
    await startApp(platform, moduleOf(OPTIONS, [gateway(port, {})]), withIo);
    jest.restoreAllMocks();
    expect(early).toEqual(Array.from({ length: 4 }, () => 'socket hang up'));
    expect((await poll(port, '/socket.io/', CHAT)).status).toBe(200);
  });
});

describe.each(PLATFORMS)('in an app where nothing else could hold a request up, on %s', (platform) => {
  const startApp = appsOfTest();

  it.each(TRANSPORTS)('CorsIoAdapter refuses with the transport %s', async (transport) => {
    const { port } = await startApp(platform, moduleOf({ origin: PAGE }, [gateway(0, {})]), withIo);
    expect(await greetIo(port, { transport, origin: PAGE })).toBe('hello');
    expect(await greetIo(port, { transport, origin: OTHER })).toBe(REFUSED);
    expect(await greetIo(port, { transport, origin: `http://127.0.0.1:${port}` })).toBe('hello');
  });

  it.each(TRANSPORTS)(
    'CorsIoAdapter refuses at a port of its own, with the transport %s',
    async (transport) => {
      const port = await freePort();
      await startApp(platform, moduleOf({ origin: PAGE }, [gateway(port, {})]), withIo);
      expect(await greetIo(port, { transport, origin: PAGE })).toBe('hello');
      expect(await greetIo(port, { transport, origin: OTHER })).toBe(REFUSED);
    },
  );
});

describe.each(PLATFORMS)('sessions that are polled by script elements, on %s', (platform) => {
  const startApp = appsOfTest();

  it.each([true, false])('are for pages of the app alone, at its own server: %s', async (isOwn) => {
    const gatewayPort = isOwn ? 0 : await freePort();
    const allowRequest = (
      { headers }: IncomingMessage,
      callback: (error: null, isAllowed: boolean) => void,
    ): void => callback(null, headers['x-banned'] === undefined);
    const gateways = ['/socket.io', '/left', '/any'].map((path) =>
      gateway(gatewayPort, { path, allowEIO3: true, allowRequest }),
    );
    const used = isOwn ? gateways : gateways.slice(0, 1);
    const app = await startApp(platform, moduleOf(OPTIONS, used), withIo);
    const port = isOwn ? app.port : gatewayPort;
    const open = async (path: string, headers: Record<string, string>, query = '&j=0'): Promise<number> => {
      const target = `${path}/?EIO=3&transport=polling${query}`;
      return (await send(port, { path: target, headers })).status;
    };
    expect(await open('/socket.io', { 'sec-fetch-site': 'cross-site' })).toBe(REFUSED);
    expect(await open('/socket.io', { 'sec-fetch-site': 'none' })).toBe(REFUSED);
    // As of a browser over plain HTTP.
    expect(await open('/socket.io', {})).toBe(REFUSED);
    expect(await open('/socket.io', { 'sec-fetch-site': 'same-origin' })).toBe(200);
    // Engine.IO decodes names before it looks for one.
    expect(await open('/socket.io', { 'sec-fetch-site': 'cross-site' }, '&%6A=0')).toBe(REFUSED);
    // As of another element: a page's own polling has an Origin where the site is another.
    expect(await open('/socket.io', { 'sec-fetch-site': 'cross-site' }, '')).toBe(REFUSED);
    expect(await open('/socket.io', { 'sec-fetch-site': 'same-site' }, '')).toBe(REFUSED);
    expect(await open('/socket.io', { 'sec-fetch-site': 'same-origin' }, '')).toBe(200);
    expect(await open('/socket.io', { 'sec-fetch-site': 'none' }, '')).toBe(200);
    expect(await open('/socket.io', {}, '')).toBe(200);
    expect(await open('/socket.io', { 'x-banned': '1' }, '')).toBe(REFUSED);
    if (!isOwn) return;
    for (const path of ['/left', '/any']) {
      expect(await open(path, { 'sec-fetch-site': 'cross-site' })).toBe(200);
      expect(await open(path, { 'sec-fetch-site': 'cross-site' }, '')).toBe(200);
      expect(await open(path, { 'sec-fetch-site': 'cross-site', 'x-banned': '1' })).toBe(REFUSED);
    }
  });
});

describe.each(PLATFORMS)('a route of Nest at the path of a gateway on ws, on %s', (platform) => {
  const startApp = appsOfTest();

  @Controller()
  class RouteController {
    @Get() @AllowOrigin(OTHER) read() {
      return 'read';
    }

    @Post() @AllowOrigin(OTHER) write() {
      return 'written';
    }

    @Post('chat') @NoCors({ enforce: false }) hook() {
      return 'called';
    }
  }

  it.each([false, true])('has a policy of its own, with enforce: %s', async (enforce) => {
    const gateways = [gateway(0, {}), gateway(0, { path: '/chat' })];
    const module = moduleOf({ origin: PAGE, enforce }, gateways, [RouteController]);
    const { app, port } = await startApp(platform, module, withWs);
    const ask = async (method: string, path: string, origin: string): Promise<unknown> => {
      const response = await send(port, { method, path, headers: { origin } });
      return [response.status, corsHeaders(response)];
    };
    const preflight = async (path: string, origin: string): Promise<number> =>
      (await send(port, { method: 'OPTIONS', path, headers: preflightHeaders(origin, 'POST') })).status;
    const readable = expected({ acao: OTHER, vary: 'Origin' });
    expect(await ask('GET', '/', OTHER)).toEqual([200, readable]);
    expect(await ask('POST', '/', OTHER)).toEqual([201, readable]);
    expect(await ask('POST', '/chat', OTHER)).toEqual([201, {}]);
    expect(await preflight('/', OTHER)).toBe(204);
    expect(await preflight('/', PAGE)).toBe(403);
    expect(await preflight('/chat', PAGE)).toBe(403);
    const explain = (headers: object): Promise<unknown> =>
      app.get(CorsService).explain({ method: 'GET', url: '/', headers: { origin: OTHER, ...headers } });
    expect(await explain({})).toMatchObject({ allowed: true });
    expect(await explain({ connection: 'Upgrade', upgrade: 'websocket' })).toMatchObject({
      allowed: false,
      status: 403,
    });
    expect(await greetWs(port, '/', OTHER)).toBe(REFUSED);
    expect(await greetWs(port, '/chat', PAGE)).toBe('hello');
  });
});

describe.each(PLATFORMS)('what is known of gateways, on %s', (platform) => {
  const startApp = appsOfTest();
  const verdicts = verdictsOfTest();

  it('follows an update', async () => {
    const { app, port } = await startApp(platform, moduleOf(OPTIONS, [gateway(0, {})]), withIo);
    const transport = 'websocket';
    expect(await greetIo(port, { transport, origin: OTHER })).toBe(REFUSED);
    await app.get(CorsService).update({ origin: OTHER });
    expect(await greetIo(port, { transport, origin: OTHER })).toBe('hello');
    expect(await greetIo(port, { transport, origin: CHAT })).toBe(REFUSED);
    await app.get(CorsService).addOrigins(CHAT);
    expect(await greetIo(port, { transport, origin: CHAT })).toBe('hello');
  });

  it('asks a source once for a handshake, also under `enforce`', async () => {
    const asked: string[] = [];
    const origin = async (one: string): Promise<boolean> => {
      asked.push(one);
      return Promise.resolve(true);
    };
    const options: CorsModuleOptions = { enforce: true, origin };
    const { port } = await startApp(platform, moduleOf(options, [gateway(0, { path: '/chat' })]), withWs);
    expect(await greetWs(port, '/chat', OTHER)).toBe('hello');
    expect(asked).toEqual([OTHER]);
  });

  it('is published, once each, and explained as it is', async () => {
    const module = moduleOf(OPTIONS, [gateway(0, {})], [openController(platform)]);
    const { app, port } = await startApp(platform, module, withIo);
    await greetIo(port, { transport: 'websocket', origin: OTHER });
    await greetIo(port, { transport: 'websocket', origin: CHAT });
    await poll(port, '/socket.io/', OTHER);
    const found = writtenVerdicts(verdicts, app).map(({ kind, outcome, reason, status, where }) => [
      kind,
      outcome,
      reason,
      status,
      where,
    ]);
    expect(found).toEqual([
      ['upgrade', 'refused', 'origin-not-allowed', 403, 'options.routes[0]'],
      ['upgrade', 'allowed', 'origin-allowed', undefined, 'options.routes[0]'],
      ['actual', 'refused', 'origin-not-allowed', 403, 'options.routes[0]'],
    ]);
    const explain = (origin: string) =>
      app.get(CorsService).explain({
        method: 'GET',
        url: '/socket.io/?EIO=4&transport=polling',
        headers: { origin, host: `127.0.0.1:${port}` },
      });
    expect(await explain(OTHER)).toMatchObject({ allowed: false, status: 403, reason: 'origin-not-allowed' });
    expect(await explain(CHAT)).toMatchObject({ allowed: true, status: undefined });
  });

  it('is what allows() says, also where a route of Nest has the path', async () => {
    const gateways = [gateway(0, {}), gateway(0, { path: '/asked' })];
    const { app } = await startApp(platform, moduleOf(OPTIONS, gateways, [openController(platform)]), withIo);
    const service = app.get(CorsService);
    expect(await service.allows(CHAT, { path: '/socket.io/' })).toBe(true);
    expect(await service.allows(OTHER, { path: '/socket.io/?EIO=4' })).toBe(false);
    expect(await service.allows(OTHER, { path: '/socket.io/../chats' })).toBe(false);
    expect(await service.allows(ASKED, { path: '/asked/' })).toBe(true);
    expect(await service.allows(OTHER, { path: '/asked/' })).toBe(false);
    expect(await service.allows(OTHER, { path: '/rooms' })).toBe(true);
  });

  it('is what allows() says of a handshake on ws', async () => {
    const gateways = [gateway(0, { path: '/chat' })];
    const { app } = await startApp(platform, moduleOf(OPTIONS, gateways, [openController(platform)]), withWs);
    const allows = (origin: string, headers: Record<string, string>): unknown =>
      app.get(CorsService).allows(origin, { path: '/chat', request: { headers } });
    const handshake = { connection: 'Upgrade', upgrade: 'websocket' };
    expect([allows(CHAT, handshake), allows(OTHER, handshake)]).toEqual([true, false]);
    expect([allows(CHAT, {}), allows(OTHER, {})]).toEqual([true, true]);
  });

  it('has fields to come, which would be a wall as well', async () => {
    const options: CorsModuleOptions = { origin: PAGE, reportOnly: { origin: [CHAT] } };
    const { app, port } = await startApp(
      platform,
      moduleOf(options, [gateway(0, { path: '/chat' })]),
      withWs,
    );
    for (const origin of [OTHER, PAGE, CHAT]) await greetWs(port, '/chat', origin);
    expect(
      writtenVerdicts(verdicts, app).map(({ outcome, reportOnly }) => [outcome, reportOnly?.difference]),
    ).toEqual([
      ['refused', undefined],
      ['allowed', 'would be refused'],
      ['refused', 'would be allowed'],
    ]);
  });

  it('is nothing where an adapter comes too late', async () => {
    const { app } = await startApp(platform, moduleOf(OPTIONS, []));
    expect(new CorsIoAdapter(app)).toBeInstanceOf(CorsIoAdapter);
    const request = { method: 'GET', url: '/socket.io/', headers: { origin: OTHER } };
    expect(await app.get(CorsService).explain(request)).toMatchObject({ allowed: false, status: undefined });
  });

  it('is warned of at start: a cors option of its own', async () => {
    const start = async (port: number, prepare: object, path = {}): Promise<readonly string[]> => {
      const logger = new Warnings();
      const gateways = [gateway(port, { cors: { origin: '*' }, ...path })];
      await startApp(platform, moduleOf(OPTIONS, gateways), { logger, ...prepare });
      return logger.about('ChatGateway has a cors option of its own beside CorsModule.');
    };
    expect(await start(0, withIo)).toEqual([expect.stringContaining('The adapter of nestjs-cors lets in')]);
    expect(await start(await freePort(), withIo)).toEqual([
      expect.stringContaining('The adapter of nestjs-cors lets in'),
    ]);
    expect(await start(0, {})).toEqual([expect.stringContaining('with enforce: true against handshakes')]);
    expect(await start(await freePort(), {})).toEqual([
      expect.stringContaining('puts it under the policy of its path (/socket.io, or / on ws).'),
    ]);
    for (const prepare of [withIo, withWs, {}]) {
      expect(await start(0, prepare, { path: '/star' })).toEqual([expect.stringContaining('(/star)')]);
    }
  });
});

describe('an adapter without what it needs', () => {
  const startApp = appsOfTest();
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('lets no gateway be that it cannot stand in front of', async () => {
    // As if `ws` kept its server elsewhere, or a subclass had brought another one.
    jest.spyOn(WsAdapter.prototype, 'create').mockReturnValue({});
    const starting = startApp('express', moduleOf(OPTIONS, [gateway(await freePort(), {})]), withWs);
    await expect(starting).rejects.toThrow(
      'CorsWsAdapter finds no HTTP server behind this gateway, so nothing could be refused there: leave the option server out',
    );
  });

  it.each([
    ['CorsIoAdapter', CorsIoAdapter],
    ['CorsWsAdapter', CorsWsAdapter],
  ])('says so: %s', async (name, Adapter) => {
    @Module({})
    class EmptyModule {}
    const app = await NestFactory.create(EmptyModule, { logger: false });
    expect(() => new Adapter(app)).toThrow(
      new Error(
        `${name} takes its policies from CorsModule, which is not in this app: add CorsModule.forRoot({ … }) to the imports of the root module`,
      ),
    );
    expect(() => new Adapter(app.getHttpServer() as never)).toThrow(
      new TypeError(
        `new ${name}() needs the app, in which CorsModule has the policies: write app.useWebSocketAdapter(new ${name}(app))`,
      ),
    );
    expect(() => new Adapter(undefined as never)).toThrow(TypeError);
    await app.close();
  });
});
