import type { IncomingMessage, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createAdapter, startApp, type Platform } from '../../support/apps.js';
import { startWhole, type Own } from '../../support/started.js';
import { PoliciesModule } from './app/policies.module.js';
import { API, MIRROR, OTHER_RAW, RAW, type Call, type TableCase, type Wire } from './case.js';
import { createRawServer, type AnswersByToken } from './raw-server.js';
import { startTlsFront } from './tls-front.js';
import { baseOf, takeToken, withToken } from './tokens.js';

/** Bodies above it are answered 413. */
const BODY_LIMIT = 4096;

/** Further request headers that a browser decides on, and that servers look at. */
const OTHERS = [
  'accept',
  'content-length',
  'range',
  'referer',
  'sec-fetch-dest',
  'sec-fetch-mode',
  'sec-fetch-site',
  'x-one',
];

/** The servers' own origins. Their document `/page` sets a cookie. */
export const COOKIE_ORIGINS: readonly string[] = [API, MIRROR, RAW, OTHER_RAW];

/** The servers of the table, and what reaches them. */
export interface World {
  readonly app: INestApplication;
  /** The port of this machine behind each host and port that a case names: `api.shop.example.com:80`. */
  readonly ports: Readonly<Record<string, number>>;
  /** The port of this machine behind every host at port 443. */
  readonly tlsPort: number;
  /** Begins a run of a case. */
  begin(testCase: TableCase): Run;
  close(): Promise<void>;
}

/** A run of a case. */
export interface Run {
  readonly token: string;
  /** What the case does, with URLs that are the run's own. */
  readonly calls: readonly Call[];
  /** The requests of the run that have reached a server so far, in order. */
  received(): readonly Wire[];
  end(): void;
}

/** Starts the servers. */
export async function startWorld(platform: Platform): Promise<World> {
  return await startWhole((own, close) => startParts(platform, own, close));
}

async function startParts(platform: Platform, own: Own, close: () => Promise<void>): Promise<World> {
  const adapter = createAdapter(platform, { bodyLimit: BODY_LIMIT });
  const starting = startApp(platform, PoliciesModule, {
    adapter,
    prepare: (created) => prepare(created, platform),
  });
  const { app, port } = await own(starting, async (running) => {
    (running.app.getHttpServer() as Server).closeAllConnections();
    await running.app.close();
  });
  const answers: AnswersByToken = new Map();
  const raw = await own(listen(createRawServer(answers)), (listening) => {
    listening.closeAllConnections();
    listening.close();
  });
  const server = app.getHttpServer() as Server;
  const log = new Map<string, Wire[]>();
  for (const one of [server, raw]) {
    one.prependListener('request', (request: IncomingMessage) => {
      const { token } = takeToken(request.url ?? '');
      if (token !== undefined) log.get(token)?.push(wireOf(request));
    });
  }
  const rawPort = (raw.address() as AddressInfo).port;
  const ports = {
    'api.shop.example.com:80': port,
    'mirror.shop.example.com:80': port,
    'api.shop.example.com:8081': port,
    'raw.shop.example.com:80': rawPort,
    'raw-mirror.shop.example.com:80': rawPort,
  };
  const behindTls = Object.entries(ports).map(
    ([host, behind]) => [host.replace(/:80$/, ''), behind] as const,
  );
  const tls = await own(startTlsFront(new Map(behindTls)), (front) => front.close());
  let count = 0;
  return {
    app,
    ports,
    tlsPort: tls.port,
    begin: (testCase) => {
      const token = `run${String(++count).padStart(5, '0')}`;
      const received: Wire[] = [];
      log.set(token, received);
      answers.set(token, testCase.answers);
      const base = baseOf(testCase);
      return {
        token,
        calls: [testCase.does].flat().map((call) => tokenized(call, base, token)),
        received: () => received,
        end: () => void [log.delete(token), answers.delete(token)],
      };
    },
    close,
  };
}

function prepare(app: INestApplication, platform: Platform): void {
  if (platform === 'express') {
    (app as NestExpressApplication).useBodyParser('json', { limit: BODY_LIMIT });
    return;
  }
  // Express takes bodies of any type, and leaves them unread.
  const fastify = (app as NestFastifyApplication).getHttpAdapter().getInstance();
  fastify.addContentTypeParser('*', (_request, payload, done) => {
    payload.resume();
    done(null);
  });
}

function listen(server: Server): Promise<Server> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}

function tokenized(call: Call, base: string, token: string): Call {
  const own = (url: string): string => withToken(url.startsWith('/') ? base + url : url, token);
  if ('fetch' in call) return { ...call, fetch: own(call.fetch) };
  if ('xhr' in call) return { ...call, xhr: own(call.xhr) };
  if ('eventSource' in call) return { ...call, eventSource: own(call.eventSource) };
  if ('beacon' in call) return { ...call, beacon: own(call.beacon) };
  if ('element' in call) return { ...call, src: own(call.src) };
  return call;
}

function wireOf({ method = '', url = '', headers }: IncomingMessage): Wire {
  const scheme = headers['x-forwarded-proto'] === undefined ? 'http' : 'https';
  return {
    method,
    url: `${scheme}://${headers.host}${takeToken(url).target}`,
    origin: headers.origin ?? 'none',
    ...named('requestMethod', headers['access-control-request-method']),
    ...named('requestHeaders', headers['access-control-request-headers']),
    ...(headers.cookie !== undefined && { cookie: true }),
    ...(headers.authorization !== undefined && { authorization: true }),
    ...named('contentType', headers['content-type']?.split(';')[0]?.toLowerCase()),
    others: othersOf(headers, scheme),
  };
}

function othersOf(headers: IncomingMessage['headers'], scheme: 'http' | 'https'): string {
  const multipart = headers['content-type']?.startsWith('multipart/');
  return (
    OTHERS.filter((name) => headers[name] !== undefined)
      .filter((name) => !(multipart && name === 'content-length'))
      // Over http Chromium sends `Sec-Fetch-Mode` with preflights only, and against the standard (fetch.md, 1.12).
      .filter((name) => !(scheme === 'http' && name.startsWith('sec-fetch-')))
      .map((name) => `${name}: ${String(headers[name])}`)
      .join(' | ')
      .replace(/(?<=referer: \S+)\/page\b/, '/')
  );
}

function named(name: string, value: string | undefined): object {
  return value === undefined ? {} : { [name]: value };
}
