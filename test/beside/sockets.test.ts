import { describe, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import { PLATFORMS } from '../support/apps.js';
import { hostOfSuite, startBefore, type BesideApp } from './support/beside.js';
import { itGuardsHandshakes } from './support/handshakes.js';
import { OTHER, PAGE, PARTNER } from './support/observe.js';
import { DEFAULT, ENTRY, itObeysPolicies } from './support/policies.js';

const host = hostOfSuite();

const PATH = '/socket.io';

/** What a client of socket.io is told, by the transport that it has: an answer, or why there is none. */
function greet(app: BesideApp, transport: string, origin: string | undefined): Promise<string> {
  return new Promise((resolve) => {
    const socket = io(`http://127.0.0.1:${app.port}`, {
      transports: [transport],
      reconnection: false,
      forceNew: true,
      ...(origin !== undefined && { extraHeaders: { origin } }),
    });
    const done = (answer: string): void => {
      socket.close();
      resolve(answer);
    };
    socket.on('connect', () => socket.emit('greet', undefined, done));
    socket.on('connect_error', () => done('no connection'));
  });
}

describe.each(PLATFORMS)('a gateway on socket.io', (platform) => {
  itObeysPolicies(host, platform, {
    fixture: 'socket-io',
    path: PATH,
    probes: [{ path: `${PATH}/?EIO=4&transport=polling`, varies: /"sid":"[^"]+"/, ran: [] }],
    setsFields: true,
  });

  describe.each(['polling', 'websocket'])(`with the transport %s on ${platform}`, (transport) => {
    describe('without `enforce`', () => {
      const app = startBefore(host, 'socket-io', platform, {
        ...DEFAULT,
        routes: [{ path: PATH, policy: ENTRY }],
      });
      it.each([PAGE, PARTNER, OTHER, undefined])('talks to %s', async (origin) => {
        expect(await greet(app, transport, origin)).toBe('hello');
        expect(await app.ran()).toEqual(['connection']);
      });
    });

    describe('under `enforce`', () => {
      const app = startBefore(host, 'socket-io', platform, {
        ...DEFAULT,
        routes: [{ path: PATH, policy: { ...ENTRY, enforce: true } }],
      });
      it.each([PARTNER, undefined])('talks to %s', async (origin) => {
        expect(await greet(app, transport, origin)).toBe('hello');
        expect(await app.ran()).toEqual(['connection']);
      });
      it('talks to its own pages', async () => {
        expect(await greet(app, transport, `http://127.0.0.1:${app.port}`)).toBe('hello');
      });
      it.each([PAGE, OTHER])('does not talk to %s', async (origin) => {
        await app.ran();
        expect(await greet(app, transport, origin)).toBe('no connection');
        expect(await app.ran()).toEqual([]);
      });
    });

    describe('`unmanaged` in an app with `enforce`', () => {
      const app = startBefore(host, 'socket-io', platform, {
        ...DEFAULT,
        enforce: true,
        routes: [{ path: PATH, unmanaged: true }],
      });
      it.each([PAGE, OTHER])('talks to %s', async (origin) => {
        expect(await greet(app, transport, origin)).toBe('hello');
      });
    });
  });

  it(`is warned of at start on ${platform}, for its own cors option`, async () => {
    const app = await host.start('socket-io', platform, DEFAULT);
    const lines = (await app.log()).filter((line) => line.includes('ChatGateway'));
    expect(lines).toEqual([expect.stringMatching(/cors.*CorsModule|CorsModule.*cors/s)]);
  });
});

describe.each(PLATFORMS)('a gateway on ws', (platform) => {
  itGuardsHandshakes(host, platform, {
    fixture: 'ws',
    path: '/chat',
    greeting: JSON.stringify({ event: 'greet' }),
    answer: JSON.stringify({ event: 'greeting', data: 'hello' }),
  });

  it(`is not warned of on ${platform}`, async () => {
    const app = await host.start('ws', platform, DEFAULT);
    expect(await app.log()).toEqual([]);
  });
});

describe.each(PLATFORMS)('a proxy for WebSockets', (platform) => {
  itGuardsHandshakes(host, platform, {
    fixture: 'proxy',
    path: '/legacy',
    greeting: 'anybody there?',
    answer: 'hello',
  });
});

describe.each([
  { fixture: 'apollo', platforms: PLATFORMS },
  { fixture: 'mercurius', platforms: ['fastify'] as const },
])('graphql-ws with $fixture', ({ fixture, platforms }) => {
  describe.each(platforms)('', (platform) => {
    itGuardsHandshakes(host, platform, {
      fixture,
      path: '/graphql',
      protocol: 'graphql-transport-ws',
      greeting: JSON.stringify({ type: 'connection_init' }),
      answer: JSON.stringify({ type: 'connection_ack' }),
    });
  });
});
