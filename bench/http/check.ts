import { request as httpRequest, type IncomingMessage } from 'node:http';
import { isDeepStrictEqual } from 'node:util';
import type { BenchRequest } from './requests.js';

/**
 * Sends a request once and compares the status, every `Access-Control-*` field and `Vary` with what they have to be:
 * the exact set, so that no failure is ever timed.
 *
 * @param where - the server, for the message
 * @throws Error if anything is missing, different or there too
 */
export async function check(port: number, request: BenchRequest, where: string): Promise<void> {
  const { statusCode, headers } = await send(port, request);
  const cors = Object.fromEntries(
    Object.entries(headers).filter(([name]) => name === 'vary' || name.startsWith('access-control-')),
  );
  if (statusCode === request.status && isDeepStrictEqual(cors, request.cors)) return;
  const found = JSON.stringify({ status: statusCode, cors });
  const expected = JSON.stringify({ status: request.status, cors: request.cors });
  throw new Error(
    `${where}: ${request.method} ${request.path}\n  expected ${expected}\n  but found ${found}`,
  );
}

function send(port: number, { method, path, headers }: BenchRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port, method, path, headers, agent: false },
      (response) => {
        response.resume();
        response.on('end', () => resolve(response));
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end();
  });
}
