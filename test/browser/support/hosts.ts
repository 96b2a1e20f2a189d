import { createServer, type Server } from 'node:http';
import { connect, createServer as createProxy, type AddressInfo, type Socket } from 'node:net';
import { startWhole } from '../../support/started.js';

/*
 * Where the host names of the tests are: on this machine, all of them. Chromium takes rules for that; for other browsers
 * they are carried out by a proxy, so that no name is looked up anywhere, and no file of the machine has to be changed.
 */

/** What a browser finds where. */
export interface BrowserOptions {
  /** Ports of this machine by host and port, where they are not the same: `{ 'api.shop.example:80': 49152 }`. */
  readonly ports?: Readonly<Record<string, number>>;
}

/** Hosts that are this machine. */
export interface Hosts {
  /** Ports of this machine by host and port; the host is `*` where any is meant. The first that fits counts. */
  readonly rules: readonly (readonly [place: string, port: number])[];
  close(): Promise<void>;
}

/** Serves an empty document at ports 80 and 8080 of any host, but for those that are somewhere else. */
export async function startHosts({ ports = {} }: BrowserOptions = {}): Promise<Hosts> {
  const documents = await serveDocuments();
  const { port } = documents.address() as AddressInfo;
  return {
    rules: Object.entries({ ...ports, '*:80': port, '*:8080': port }),
    close: async () => {
      documents.close();
      documents.closeAllConnections();
    },
  };
}

/** A SOCKS proxy. */
export interface HostsProxy {
  readonly port: number;
  close(): Promise<void>;
}

/** The same for a browser that takes a proxy. No rule means the port itself, on this machine. */
export async function startHostsProxy(options?: BrowserOptions): Promise<HostsProxy> {
  return await startWhole(async (own, close) => {
    const { rules } = await own(startHosts(options), (hosts) => hosts.close());
    const ports = new Map(rules.toReversed());
    const portOf = (host: string, port: number): number =>
      ports.get(`${host}:${port}`) ?? ports.get(`*:${port}`) ?? port;
    const sockets = new Set<Socket>();
    const keep = (socket: Socket): void => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      // What breaks off here breaks off on the other side, too.
      socket.on('error', () => socket.destroy());
    };
    const proxy = createProxy((socket) => {
      keep(socket);
      void greeted(socket, (host, port) => {
        const behind = connect(portOf(host, port), '127.0.0.1');
        keep(behind);
        return behind;
      });
    });
    await own(listening(proxy), () => {
      for (const socket of sockets) socket.destroy();
      proxy.close();
    });
    return { port: (proxy.address() as AddressInfo).port, close };
  });
}

/** No authentication (RFC 1928, 3), and: it has succeeded (RFC 1928, 6). */
const WELCOME = Buffer.from([5, 0]);
const CONNECTED = Buffer.from([5, 0, 0, 1, 127, 0, 0, 1, 0, 0]);

/** Carries out the little of SOCKS 5 that browsers say: which host and port they want, by name. */
async function greeted(client: Socket, open: (host: string, port: number) => Socket): Promise<void> {
  client.once('data', () => {
    client.write(WELCOME);
    client.once('data', (request) => {
      const { host, port } = destinationOf(request);
      const behind = open(host, port);
      behind.once('connect', () => {
        client.write(CONNECTED);
        client.pipe(behind);
        behind.pipe(client);
      });
      client.once('close', () => behind.destroy());
      behind.once('close', () => client.destroySoon());
    });
  });
}

/** The host and the port that a request names (RFC 1928, 4 and 5). */
function destinationOf(request: Buffer): { readonly host: string; readonly port: number } {
  const isName = request[3] === 3;
  const start = isName ? 5 : 4;
  const end = isName ? start + (request[4] ?? 0) : start + (request[3] === 1 ? 4 : 16);
  const address = request.subarray(start, end);
  return {
    host: isName ? address.toString('latin1') : [...address].join('.'),
    port: request.readUInt16BE(end),
  };
}

/** Serves an empty document at any URL; at `/worker.js` the script that the query's `code` is. */
function serveDocuments(): Promise<Server> {
  const server = createServer(({ url = '' }, response) => {
    const { pathname, searchParams } = new URL(url, 'http://documents.invalid');
    if (pathname === '/worker.js') {
      response.writeHead(200, { 'Content-Type': 'text/javascript' }).end(searchParams.get('code'));
      return;
    }
    response.writeHead(200, { 'Content-Type': 'text/html' });
    response.end('<!doctype html><title>A page</title>');
  });
  return listening(server);
}

function listening<T extends { listen(port: number, host: string, done: () => void): unknown }>(
  server: T,
): Promise<T> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server));
  });
}
