import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, type Type } from '@nestjs/common';
import { AllowOrigin, CorsModule, CorsService, type CorsModuleOptions } from '../../lib/index.js';
import { PLATFORMS, type RunningApp } from '../support/apps.js';
import { corsHeaders } from '../support/cors-headers.js';
import { sendLines, type WireResponse } from '../support/http.js';
import { appsOfSuite, appsOfTest } from '../support/suites.js';
import { Warnings } from '../support/warnings.js';

const PAGE = 'https://app.example.com';
const CHAT = 'https://chat.example.com';
const OTHER = 'https://other.example.net';
const OWN = 'https://api.example.com';

/** A route under another wall than its path: a WebSocket is none of its. */
@Controller('ws/route')
@AllowOrigin(CHAT, { enforce: true })
class RouteController {
  @Get() read() {
    return 'read';
  }
}

function moduleOf(options: CorsModuleOptions): Type {
  @Module({ imports: [CorsModule.forRoot(options)], controllers: [RouteController] })
  class AppModule {}
  return AppModule;
}

/** The targets that a server of WebSockets has seen. */
const seen: string[] = [];

/** Shakes hands with everybody, as a server of WebSockets does. */
function welcome(server: Server): void {
  server.on('upgrade', ({ url = '' }: IncomingMessage, socket: Duplex) => {
    seen.push(url);
    socket.end('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n');
  });
}

function shake(
  port: number,
  target: string,
  origin?: string,
  ...more: readonly string[]
): Promise<WireResponse> {
  return sendLines(
    port,
    `GET ${target} HTTP/1.1`,
    'Host: api.example.com',
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    ...(origin === undefined ? [] : [`Origin: ${origin}`]),
    ...more,
  );
}

/** With what a handshake is refused, as `explain()` says it. */
async function explainedStatus(
  { app }: RunningApp,
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<number | undefined> {
  const upgrade = { host: 'api.example.com', connection: 'Upgrade', upgrade: 'websocket' };
  const request = { method: 'GET', url, headers: { ...upgrade, ...headers } };
  return (await app.get(CorsService).explain(request)).status;
}

afterEach(() => {
  seen.length = 0;
});

describe.each(PLATFORMS)('handshakes of WebSockets under enforce, on %s', (platform) => {
  const startApp = appsOfSuite();
  let running: RunningApp;
  beforeAll(async () => {
    const options: CorsModuleOptions = {
      origin: PAGE,
      enforce: true,
      routes: [
        { path: '/chat', policy: { origin: CHAT } },
        { path: '/open', policy: { enforce: false } },
        { path: '/left', unmanaged: true },
        { path: '/asked', policy: { origin: (origin) => later(origin === CHAT) } },
        { path: '/failing', policy: { origin: () => Promise.reject(new Error('the database is down')) } },
        { path: '/any', policy: { origin: '*' } },
        { path: '/none', policy: false },
      ],
    };
    running = await startApp(platform, moduleOf(options), {
      prepare: (app) => welcome(app.getHttpServer() as Server),
    });
  });

  async function later(answer: boolean): Promise<boolean> {
    await new Promise((resolve) => {
      setTimeout(resolve, 5);
    });
    return answer;
  }

  it.each([
    ['/ws', OTHER, 403],
    ['/ws', PAGE, 101],
    ['/ws', OWN, 101],
    ['/ws', undefined, 101],
    ['/ws', 'null', 403],
    ['/ws', 'chrome-extension://abcdefghijklmnopabcdefghijklmnop', 403],
    ['/ws/route', CHAT, 403],
    ['/ws/route', PAGE, 101],
    ['/chat', CHAT, 101],
    ['/chat/room?id=7', CHAT, 101],
    ['/chat', PAGE, 403],
    ['/open', OTHER, 101],
    ['/left', OTHER, 101],
    ['/asked', CHAT, 101],
    ['/asked', OTHER, 403],
    ['/failing', CHAT, 403],
    ['/any', OTHER, 101],
    ['/none', PAGE, 403],
    ['/none', OWN, 101],
    ['/%63hat', PAGE, 403],
    ['/%63hat', CHAT, 403],
    ['//chat', CHAT, 403],
    ['http://api.example.com/chat', PAGE, 403],
    ['http://api.example.com/chat', CHAT, 101],
  ])('at %s from %s: %d', async (target, origin, status) => {
    const response = await shake(running.port, target, origin);
    expect([response.status, seen]).toEqual([status, status === 101 ? [target] : []]);
    expect(await explainedStatus(running, target, { ...(origin !== undefined && { origin }) })).toBe(
      status === 403 ? 403 : undefined,
    );
  });

  it('are refused as a guard would refuse, and closed', async () => {
    const response = await shake(running.port, '/ws', OTHER);
    expect(JSON.parse(response.body)).toEqual({
      message: 'Forbidden resource',
      error: 'Forbidden',
      statusCode: 403,
    });
    expect(corsHeaders(response)).toEqual({});
    expect(response.headers['connection']).toBe('close');
    expect(response.headers['content-length']).toBe(String(response.body.length));
  });

  it('are refused where the browser says that another site has started them', async () => {
    const told = await shake(running.port, '/ws', OWN, 'Sec-Fetch-Site: cross-site');
    expect([told.status, seen]).toEqual([403, []]);
  });
});

describe.each(PLATFORMS)('handshakes of WebSockets on %s', (platform) => {
  const startApp = appsOfTest();

  it('are not refused without enforce', async () => {
    const { port } = await startApp(platform, moduleOf({ origin: PAGE }), {
      prepare: (app) => welcome(app.getHttpServer() as Server),
    });
    expect((await shake(port, '/ws', OTHER)).status).toBe(101);
  });

  it('are refused whoever listens when: before the app is initialized, and long after', async () => {
    const { app, port } = await startApp(platform, moduleOf({ origin: PAGE, enforce: true }));
    welcome(app.getHttpServer() as Server);
    expect((await shake(port, '/ws', OTHER)).status).toBe(403);
    expect((await shake(port, '/ws', PAGE)).status).toBe(101);
    expect(seen).toEqual(['/ws']);
  });

  it('have publicOrigins for their own, and say which host was compared without', async () => {
    const options: CorsModuleOptions = { enforce: true, publicOrigins: [PAGE] };
    const own = await startApp(platform, moduleOf(options), {
      prepare: (app) => welcome(app.getHttpServer() as Server),
    });
    expect((await shake(own.port, '/ws', PAGE)).status).toBe(101);
    expect((await shake(own.port, '/ws', OWN)).status).toBe(403);

    const logger = new Warnings();
    const compared = await startApp(platform, moduleOf({ enforce: true }), { logger });
    expect((await shake(compared.port, '/ws', PAGE)).status).toBe(403);
    expect(logger.about('publicOrigins')).toEqual([
      expect.stringContaining(
        `${PAGE} was refused. The policy there does not allow it, and its host is not "api.example.com"`,
      ),
    ]);
  });

  it('of another protocol are no exception', async () => {
    const { app, port } = await startApp(platform, moduleOf({ origin: PAGE, enforce: true }));
    welcome(app.getHttpServer() as Server);
    const lines = ['Host: api.example.com', 'Upgrade: other/1', 'Connection: Upgrade', `Origin: ${OTHER}`];
    const response = await sendLines(port, 'POST /ws HTTP/1.1', ...lines);
    expect([response.status, seen]).toEqual([403, []]);
  });

  it('that are refused leave nothing behind that could break: a client that is gone, a socket that fails', async () => {
    const { app } = await startApp(platform, moduleOf({ origin: PAGE, enforce: true }));
    const server = app.getHttpServer() as Server;
    const socket = Object.assign(new EventEmitter(), {
      end: (_text: string, done: () => void) => done(),
      destroy: () => undefined,
    });
    const request = { method: 'GET', url: '/ws', headers: { origin: OTHER, host: 'x' } };
    server.emit('upgrade', request, socket, Buffer.alloc(0));
    expect(() => socket.emit('error', new Error('reset'))).not.toThrow();
  });
});

describe.each(PLATFORMS)("handshakes under `enforce: 'unsafe'`, on %s", (platform) => {
  const startApp = appsOfTest();
  const FOREIGN = 'Sec-Fetch-Site: cross-site';

  it.each([true, false])(
    'are explained as they are answered, where somebody takes them: %s',
    async (isTaken) => {
      const running = await startApp(platform, moduleOf({ origin: PAGE, enforce: 'unsafe' }), {
        prepare: (app) => (isTaken ? welcome(app.getHttpServer() as Server) : undefined),
      });
      const refused = isTaken ? 403 : undefined;
      const passed = isTaken ? 101 : 404;
      expect((await shake(running.port, '/ws', OTHER)).status).toBe(refused ?? passed);
      expect(await explainedStatus(running, '/ws', { origin: OTHER })).toBe(refused);
      expect((await shake(running.port, '/ws', undefined, FOREIGN)).status).toBe(refused ?? passed);
      expect(await explainedStatus(running, '/ws', { 'sec-fetch-site': 'cross-site' })).toBe(refused);
      expect((await shake(running.port, '/ws', PAGE)).status).toBe(passed);
      expect(await explainedStatus(running, '/ws', { origin: PAGE })).toBe(undefined);
    },
  );
});
