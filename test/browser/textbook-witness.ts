import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An exchange as somebody between browser and server saw it. */
export interface Witnessed {
  readonly method: string;
  readonly url: string;
  readonly sent: IncomingHttpHeaders;
  readonly status: number;
  readonly answered: IncomingHttpHeaders;
}

/**
 * A reverse proxy that writes down what passes. Pages show what the sample says of itself; this does not depend on the
 * sample.
 */
export interface Witness {
  readonly port: number;
  /** The exchanges of one call of a page, in the order of the requests. */
  exchangesOf(call: string): readonly Witnessed[];
  close(): Promise<void>;
}

/** Opens a proxy to a port of this machine. */
export async function openWitness(target: number): Promise<Witness> {
  const passed: Partial<Witnessed>[] = [];
  const server = createServer((incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    const exchange: { -readonly [Field in keyof Witnessed]?: Witnessed[Field] } = {
      method,
      url,
      sent: headers,
    };
    passed.push(exchange);
    const forwarded = httpRequest(
      { host: '127.0.0.1', port: target, method, path: url, headers },
      (response) => {
        exchange.status = response.statusCode ?? 0;
        exchange.answered = response.headers;
        outgoing.writeHead(exchange.status, response.rawHeaders);
        response.pipe(outgoing);
      },
    );
    // A browser that goes away, and a sample that ends, both leave requests behind.
    forwarded.on('error', () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    exchangesOf: (call) =>
      passed.filter(
        ({ url = '' }) => new URL(url, 'http://witness').searchParams.get('call') === call,
      ) as Witnessed[],
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}
