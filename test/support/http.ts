import { request as httpRequest, type Agent, type IncomingHttpHeaders } from 'node:http';
import { connect, type Socket } from 'node:net';

/** A response as it came over the wire: no browser, no fetch, nothing hidden. */
export interface WireResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** Name and value of each header line, in order, as they were sent. */
  readonly lines: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** What to send. */
export interface WireRequest {
  readonly method?: string;
  readonly path?: string;
  /** A list sends the header once for each element. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** Keeps connections; without one each request has its own. */
  readonly agent?: Agent;
}

/** Sends a request over real HTTP to a port of this machine. */
export function send(
  port: number,
  { method = 'GET', path = '/', headers = {}, body, agent }: WireRequest = {},
): Promise<WireResponse> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: headers as Record<string, string | string[]>,
        agent: agent ?? false,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const raw = response.rawHeaders;
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            lines: raw.flatMap((name, index) =>
              index % 2 === 0 ? [[name, raw[index + 1] as string] as const] : [],
            ),
            body: Buffer.concat(chunks).toString(),
          });
        });
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

/** Sends bytes as they are, and no more, and returns what comes back until the server closes the connection. */
export function sendRaw(port: number, text: string): Promise<string> {
  return exchangeRaw(port, (socket) => socket.end(text));
}

/**
 * Sends the lines of a header section as they are, and waits for the answer, after which the server is asked to close the
 * connection.
 */
export async function sendLines(port: number, ...lines: readonly string[]): Promise<WireResponse> {
  const request = [...lines, 'Connection: close', '', ''].join('\r\n');
  return parseResponse(await exchangeRaw(port, (socket) => socket.write(request)));
}

/** A response, of what came over the wire. */
export function parseResponse(text: string): WireResponse {
  const [head = '', body = ''] = text.split(/\r\n\r\n(.*)/s);
  const [first = '', ...rest] = head.split('\r\n');
  const lines = rest.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon), line.slice(colon + 1).trim()] as const;
  });
  const headers = Object.fromEntries(lines.map(([name, value]) => [name.toLowerCase(), value]));
  return { status: Number(first.split(' ')[1]), headers, lines, body };
}

function exchangeRaw(port: number, start: (socket: Socket) => void): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => start(socket));
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.on('error', reject);
    socket.on('close', () => resolve(Buffer.concat(chunks).toString()));
  });
}

/** Headers of a preflight. */
export function preflightHeaders(origin: string, method: string, headers?: string): Record<string, string> {
  return {
    origin,
    'access-control-request-method': method,
    ...(headers !== undefined && { 'access-control-request-headers': headers }),
  };
}
