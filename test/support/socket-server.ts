import { createServer, type AddressInfo, type Socket } from 'node:net';

/** A server without HTTP: what it is sent and what it answers are bytes, one character each. */
export interface SocketServer {
  readonly url: string;
  /** Takes the requests that have come since the last time, as they were on the wire, in order. */
  received(): readonly string[];
  close(): void;
}

/**
 * Starts a server that takes one request for each connection.
 *
 * @param answer - what it answers to a request and then ends, or `undefined` if it keeps the connection for itself
 */
export function startSocketServer(
  answer: (request: string, socket: Socket) => string | undefined,
): Promise<SocketServer> {
  let requests: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let request = '';
    // Clients may hang up.
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      request += chunk;
      if (!isWhole(request)) return;
      requests.push(request);
      const bytes = answer(request, socket);
      if (bytes !== undefined) socket.end(bytes, 'latin1');
    });
  });
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      resolve({
        url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        received: () => {
          const taken = requests;
          requests = [];
          return taken;
        },
        close: () => {
          for (const socket of sockets) socket.destroy();
          server.close();
        },
      });
    });
  });
}

/** Whether all of a request has come, as far as the framing of its body says. */
function isWhole(request: string): boolean {
  const [head = '', body] = request.split(/\r\n\r\n(.*)/s);
  if (body === undefined) return false;
  if (/^transfer-encoding:/im.test(head)) return body.endsWith('0\r\n\r\n');
  return body.length >= Number(/^content-length: (\d+)/im.exec(head)?.[1] ?? 0);
}
