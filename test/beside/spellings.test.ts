import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import type { CorsModuleOptions, CorsPolicyOptions } from 'nestjs-cors';
import { PLATFORMS, type Platform } from '../support/apps.js';
import { hostOfSuite, type BesideApp } from './support/beside.js';
import { OTHER, PARTNER } from './support/observe.js';
import { spellings } from './support/spellings.js';

/*
 * An entry holds for its path however a request spells it: the package decides which spellings it answers, and whatever it
 * answers is governed.
 */

const host = hostOfSuite();

/** How long an answer may come later than one that was asked for later, in milliseconds. */
const GRACE = 250;

const QUERY = JSON.stringify({ query: '{ hello }' });

interface Mounted {
  readonly fixture: string;
  readonly platforms: readonly Platform[];
  readonly path: string;
  readonly below?: string;
  readonly query?: string;
  readonly method?: string;
  readonly body?: string;
  readonly upgrade?: string;
  /** The path of the entry that closes it, where that is not the whole one: what is below is the package's affair. */
  readonly closed?: string;
}

const SERVERS: readonly Mounted[] = [
  { fixture: 'apollo', platforms: PLATFORMS, path: '/graphql', method: 'POST', body: QUERY },
  { fixture: 'mercurius', platforms: ['fastify'], path: '/graphql', method: 'POST', body: QUERY },
  { fixture: 'yoga', platforms: PLATFORMS, path: '/graphql', method: 'POST', body: QUERY },
  {
    fixture: 'trpc',
    platforms: PLATFORMS,
    path: '/trpc',
    below: '/rename',
    method: 'POST',
    body: '{}',
    closed: '/trpc',
  },
  { fixture: 'proxy', platforms: PLATFORMS, path: '/legacy', below: '/orders', closed: '/legacy' },
  { fixture: 'prometheus', platforms: PLATFORMS, path: '/metrics' },
  { fixture: 'serve-static', platforms: PLATFORMS, path: '/files', below: '/hello.txt' },
  { fixture: 'hardened', platforms: PLATFORMS, path: '/reports' },
];

const SOCKETS: readonly Mounted[] = [
  { fixture: 'ws', platforms: PLATFORMS, path: '/chat', upgrade: '' },
  {
    fixture: 'socket-io',
    platforms: PLATFORMS,
    path: '/socket.io',
    below: '/',
    query: 'EIO=4&transport=websocket',
    upgrade: '',
  },
  { fixture: 'apollo', platforms: PLATFORMS, path: '/graphql', upgrade: 'graphql-transport-ws' },
  { fixture: 'mercurius', platforms: ['fastify'], path: '/graphql', upgrade: 'graphql-transport-ws' },
  // On Express, what http-proxy-middleware gives for upgrades knows no path, and takes all of them.
  { fixture: 'proxy', platforms: ['fastify'], path: '/legacy', upgrade: '' },
];

/** Everybody may read everything, but for what an entry says. */
const open = (path: string, policy: CorsPolicyOptions | false): CorsModuleOptions => ({
  origin: '*',
  routes: [{ path, policy }],
});

/** What a spelling has led to. */
interface Outcome {
  readonly target: string;
  readonly status: number;
  readonly allowed: string | undefined;
  readonly ran: readonly string[];
}

function requestText(target: string, { method = 'GET', body = '', query, upgrade }: Mounted): string {
  return [
    `${method} ${target}${query === undefined ? '' : `?${query}`} HTTP/1.1`,
    'Host: 127.0.0.1',
    `Origin: ${OTHER}`,
    ...(upgrade === undefined
      ? ['Connection: close']
      : [
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
        ]),
    ...(upgrade ? [`Sec-WebSocket-Protocol: ${upgrade}`] : []),
    ...(body === '' ? [] : ['Content-Type: application/json', `Content-Length: ${body.length}`]),
    '',
    body,
  ].join('\r\n');
}

/** Sends bytes as they are. Gives the head of the answer, which is empty where there is none until the signal. */
function headOf(port: number, text: string, signal?: AbortSignal): Promise<string> {
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      answer += chunk;
      if (answer.includes('\r\n\r\n')) socket.destroy();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(answer));
    signal?.addEventListener('abort', () => socket.destroy());
  });
}

async function outcomeOf(app: BesideApp, target: string, head: string): Promise<Outcome> {
  return {
    target,
    status: Number(head.split(' ')[1]),
    allowed: /^access-control-allow-origin: *(.*?)\r?$/im.exec(head)?.[1],
    ran: await app.ran(),
  };
}

/** The spellings that lead to an outcome. */
async function spelled(
  app: BesideApp,
  mounted: Mounted,
  isMeant: (outcome: Outcome) => boolean,
): Promise<readonly string[]> {
  const outcomes: Outcome[] = [];
  for (const target of spellings(mounted.path, mounted.below)) {
    outcomes.push(await outcomeOf(app, target, await headOf(app.port, requestText(target, mounted))));
  }
  return outcomes.filter(isMeant).map(({ target }) => target);
}

/** The spellings for which a WebSocket opens. Some servers leave others without an answer, for ever. */
async function opened(app: BesideApp, mounted: Mounted): Promise<readonly string[]> {
  const targets = spellings(mounted.path, mounted.below);
  const over = new AbortController();
  const heads = targets.map((target) => headOf(app.port, requestText(target, mounted), over.signal));
  // Sent last, so that the others have been seen when it has its answer.
  await headOf(app.port, requestText(targets[0] as string, mounted));
  await sleep(GRACE);
  over.abort();
  const answers = await Promise.all(heads);
  return targets.filter((_, index) => answers[index]?.startsWith('HTTP/1.1 101'));
}

describe.each(SERVERS)('$fixture', (mounted) => {
  describe.each(mounted.platforms)('on %s', (platform) => {
    const { fixture, path } = mounted;
    const whole = path + (mounted.below ?? '');

    it('answers some spellings', async () => {
      const app = await host.start(fixture, platform, undefined);
      expect(await spelled(app, mounted, ({ ran }) => ran.length > 0)).toContain(whole);
    });

    it('runs for no spelling that somebody else uses under `enforce`', async () => {
      const app = await host.start(fixture, platform, open(path, { origin: PARTNER, enforce: true }));
      expect(await spelled(app, mounted, ({ ran }) => ran.length > 0)).toEqual([]);
    });

    it('can be read under no spelling where it is closed', async () => {
      const app = await host.start(fixture, platform, open(mounted.closed ?? whole, false));
      const readable = ({ ran, allowed }: Outcome) => ran.length > 0 && allowed !== undefined;
      expect(await spelled(app, mounted, readable)).toEqual([]);
    });
  });
});

describe.each(SOCKETS)('a WebSocket of $fixture', (mounted) => {
  describe.each(mounted.platforms)('on %s', (platform) => {
    const { fixture, path } = mounted;

    it('opens for some spellings', async () => {
      const app = await host.start(fixture, platform, undefined);
      expect(await opened(app, mounted)).toContain(path + (mounted.below ?? ''));
    });

    it('opens for no spelling that somebody else uses under `enforce`', async () => {
      const app = await host.start(fixture, platform, open(path, { origin: PARTNER, enforce: true }));
      expect(await opened(app, mounted)).toEqual([]);
      expect(await app.ran()).toEqual([]);
    });
  });
});
