import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { show } from '../policy/show.js';
import { checkOrigin } from './check-origin.js';
import { isTrustworthy } from './request-origin.js';

/** What serves an origin: an app, or the URL at which one listens on this machine. */
export type Served = INestApplication | string | URL;

/** Where a connection is made. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** Whether it speaks TLS itself. */
  readonly tls: boolean;
}

/** The origins that are served on this machine, and where. */
export class Network {
  readonly #apps = new Map<string, INestApplication>();
  readonly #endpoints = new Map<string, Endpoint>();
  #standIn: string | undefined;

  /**
   * Says what serves an origin.
   *
   * @throws TypeError if one is no origin of HTTP, or the other not on this machine
   */
  async serve(origin: string, served: Served): Promise<void> {
    checkOrigin(origin, 'origins');
    if (!/^https?:/.test(origin)) {
      throw new TypeError(`origins: ${origin} is not served over HTTP: write an origin of http or https`);
    }
    if (isApp(served)) this.#apps.set(origin, served);
    this.#endpoints.set(origin, isApp(served) ? await appEndpoint(served) : loopbackEndpoint(served));
  }

  /** Has an origin stand for the one in production, which nobody has said. */
  standIn(origin: string): void {
    this.#standIn = origin;
  }

  /** Whether a URL only says where the app of a test listens. Who has named it, such as in `origins`, means what it says. */
  isStandIn({ origin }: URL): boolean {
    return origin === this.#standIn;
  }

  /** The app that serves a URL, if it is one. */
  app({ origin }: URL): INestApplication | undefined {
    return this.#apps.get(origin);
  }

  /**
   * Where requests to a URL are sent.
   *
   * @throws Error if nothing is known to serve it
   */
  endpoint(url: URL): Endpoint {
    const known = this.#endpoints.get(url.origin);
    if (known !== undefined) return known;
    if (isLoopback(url)) return urlEndpoint(url);
    throw new Error(
      `Nothing is known to serve ${url.origin}, and the virtual browser does not leave this machine. Say what does: ` +
        `VirtualBrowser.for(app, { origins: { '${url.origin}': 'http://127.0.0.1:3000' } }), or an app in its place.`,
    );
  }
}

/** Whether it is an app, and not the URL of one. */
export function isApp(served: Served): served is INestApplication {
  return typeof served === 'object' && (served as unknown) !== null && 'getHttpServer' in served;
}

/** The URL of something that is served. @throws TypeError if it is none of HTTP */
export function servedUrl(served: string | URL): URL {
  const url = URL.canParse(String(served)) ? new URL(served) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol)) return url;
  throw new TypeError(
    `${show(String(served))} is no URL of http or https: write one such as "http://127.0.0.1:3000"`,
  );
}

/** Apps on their way to listen: each is told once, however many browsers are made for it at the same time. */
const starting = new WeakMap<INestApplication, Promise<unknown>>();

/** Where an app listens; one that does not yet is made to, on a free port of loopback. */
export async function appEndpoint(app: INestApplication): Promise<Endpoint> {
  const server = app.getHttpServer() as Server;
  if (!speaksHttp1(server)) {
    throw new TypeError(
      'The app speaks HTTP/2 alone, and the virtual browser HTTP/1.1: create the app of the test without http2, or with ' +
        'https: { allowHTTP1: true }.',
    );
  }
  // As test clients for Node do. Otherwise each test would have to, for the sake of a port that it never sees.
  if (!server.listening) await start(app);
  const address = server.address();
  if (address === null || typeof address === 'string') {
    throw new TypeError('The app listens on a pipe: have it listen on a port, as in app.listen(0).');
  }
  return { host: reachable(address), port: address.port, tls: 'setSecureContext' in server };
}

/** Servers of HTTP/2 can be told other settings, and only those that speak HTTP/1, too, have time limits of HTTP/1. */
function speaksHttp1(server: Server): boolean {
  return !('updateSettings' in server) || 'requestTimeout' in server;
}

async function start(app: INestApplication): Promise<void> {
  const started = starting.get(app) ?? app.listen(0, '127.0.0.1').finally(() => starting.delete(app));
  starting.set(app, started);
  await started;
}

function loopbackEndpoint(served: string | URL): Endpoint {
  const url = servedUrl(served);
  if (url.pathname !== '/' || url.search !== '') {
    throw new TypeError(`${url.href} has a path, which is for pages to name: write "${url.origin}"`);
  }
  if (isLoopback(url)) return urlEndpoint(url);
  throw new TypeError(
    `${url.origin} is not on this machine, which the virtual browser does not leave: write the URL at which it is ` +
      'served here, such as "http://127.0.0.1:3000"',
  );
}

/** Whether a URL leads to this machine. */
function isLoopback({ hostname }: URL): boolean {
  return isTrustworthy(`http://${hostname}`);
}

function urlEndpoint({ hostname, port, protocol }: URL): Endpoint {
  const tls = protocol === 'https:';
  return {
    // Browsers resolve these names themselves, whatever the machine's own resolver says of them (RFC 6761, 6.3).
    host: /(?:^|\.)localhost\.?$/.test(hostname) ? 'localhost' : hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? (tls ? 443 : 80) : Number(port),
    tls,
  };
}

/** The address at which a server is reached that listens on all of them. */
function reachable({ address }: AddressInfo): string {
  if (address === '::') return '::1';
  return address === '0.0.0.0' ? '127.0.0.1' : address;
}
