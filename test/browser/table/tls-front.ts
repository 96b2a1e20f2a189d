import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';

/*
 * What ends TLS in front of the servers, as a proxy does in production. It speaks HTTP/2, without which Chromium streams
 * no upload, and HTTP/1.1.
 */

/** Self-signed, for names that nobody can have; made for these tests, and worth nothing elsewhere. */
export const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgfyrsHeowxHJnTEo0
YYFU6CknAe6t4fHwDTXhIPeDiiyhRANCAAR3/VSabdGzr/X4Gaz4xyxsYWRykbza
aVm0/c4FYEwPb032oxc4Ny9NTHMHXYGKiUTtPCwT6/aXdiibs6D/COyq
-----END PRIVATE KEY-----`;

/** The certificate to {@link KEY}. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBrTCCAVSgAwIBAgIUKtTaszzVuIcTbPYBln55/K6t2oYwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMc2hvcC5leGFtcGxlMCAXDTI2MTEyMTE4NDQyMloYDzIxMjYx
MDI4MTg0NDIyWjAXMRUwEwYDVQQDDAxzaG9wLmV4YW1wbGUwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAAR3/VSabdGzr/X4Gaz4xyxsYWRykbzaaVm0/c4FYEwPb032
oxc4Ny9NTHMHXYGKiUTtPCwT6/aXdiibs6D/COyqo3wwejAdBgNVHQ4EFgQUOJbb
jmMMJQftcw6gEJr1fUG/8l8wHwYDVR0jBBgwFoAUOJbbjmMMJQftcw6gEJr1fUG/
8l8wDwYDVR0TAQH/BAUwAwEB/zAnBgNVHREEIDAeggxzaG9wLmV4YW1wbGWCDiou
c2hvcC5leGFtcGxlMAoGCCqGSM49BAMCA0cAMEQCIAQtfWUeg5/+G8sORXhg/oBk
hdq9fq7D4WW3GocFBe70AiAjW1nWHJl8el0q1GjzY2unN+CXanuiLQls1kiDJ7R5
ww==
-----END CERTIFICATE-----`;

/** Fields that belong to one connection, which HTTP/2 forbids (RFC 9113, 8.2.2). */
const OF_THE_CONNECTION = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/** A running front. */
export interface TlsFront {
  readonly port: number;
  close(): void;
}

/**
 * Starts the front.
 *
 * @param ports - the port behind each host; any other host serves an empty document
 */
export function startTlsFront(ports: ReadonlyMap<string, number>): Promise<TlsFront> {
  const server = createSecureServer(
    { key: KEY, cert: CERTIFICATE, allowHTTP1: true },
    (request, response) => {
      const port = ports.get(authorityOf(request));
      if (port === undefined) {
        response.writeHead(200, { 'Content-Type': 'text/html' });
        response.end('<!doctype html><title>A page</title>');
      } else passOn(port, request, response);
    },
  );
  const sockets = new Set<{ destroy(): void }>();
  server.on('secureConnection', (socket) => sockets.add(socket));
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () =>
      resolve({
        port: (server.address() as AddressInfo).port,
        close: () => {
          for (const socket of sockets) socket.destroy();
          server.close();
        },
      }),
    );
  });
}

function authorityOf({ authority, headers }: Http2ServerRequest): string {
  return authority || (headers.host ?? '');
}

function passOn(port: number, request: Http2ServerRequest, response: Http2ServerResponse): void {
  const fields = Object.entries(request.headers).filter(([name]) => !name.startsWith(':'));
  const behind = httpRequest({
    host: '127.0.0.1',
    port,
    method: request.method,
    path: request.url,
    headers: { ...Object.fromEntries(fields), host: authorityOf(request), 'x-forwarded-proto': 'https' },
    agent: false,
  });
  behind.on('response', (answer) => {
    const headers = Object.entries(answer.headersDistinct).filter(([name]) => !OF_THE_CONNECTION.has(name));
    response.writeHead(answer.statusCode ?? 500, Object.fromEntries(headers) as Record<string, string[]>);
    answer.pipe(response);
  });
  behind.on('error', () => response.stream?.destroy());
  request.pipe(behind);
}
