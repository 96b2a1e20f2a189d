import { request as httpRequest, type Agent } from 'node:http';
import { preflightHeaders, sendRaw } from '../../support/http.js';

export const APP = 'https://app.example.com';
const EVIL = 'https://evil.example.net';

/** What came back: the status and `Access-Control-Allow-Origin`, or that the request was aborted by us. */
export type Outcome = readonly [status: number, acao: string | undefined] | 'aborted';

interface Traffic {
  readonly kind: string;
  readonly path: string;
  readonly method?: string;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly outcome: Outcome;
}

/** The mix, sent over and over again. `/cats` has fixed origins, `/asked` an asynchronous function. */
const TRAFFIC: readonly Traffic[] = [
  { kind: 'actual', path: '/cats', headers: { origin: APP }, outcome: [200, APP] },
  { kind: 'refused', path: '/cats', headers: { origin: EVIL }, outcome: [200, undefined] },
  { kind: 'without Origin', path: '/cats', headers: {}, outcome: [200, undefined] },
  { kind: 'asked', path: '/asked', headers: { origin: APP }, outcome: [200, APP] },
  { kind: 'asked and refused', path: '/asked', headers: { origin: EVIL }, outcome: [200, undefined] },
  { kind: 'enforced', path: '/cats/enforced', headers: { origin: EVIL }, outcome: [403, undefined] },
  { kind: 'an error', path: '/cats/fails', headers: { origin: APP }, outcome: [500, APP] },
  { kind: 'a stream', path: '/cats/stream', headers: { origin: APP }, outcome: [200, APP] },
  { kind: 'no route', path: '/nowhere', headers: { origin: APP }, outcome: [404, undefined] },
  {
    kind: 'preflight',
    path: '/cats',
    method: 'OPTIONS',
    headers: preflightHeaders(APP, 'PUT', 'content-type'),
    outcome: [204, APP],
  },
  {
    kind: 'refused preflight',
    path: '/cats',
    method: 'OPTIONS',
    headers: preflightHeaders(EVIL, 'PUT'),
    outcome: [403, undefined],
  },
  {
    kind: 'asked preflight',
    path: '/asked',
    method: 'OPTIONS',
    headers: preflightHeaders(APP, 'GET'),
    outcome: [204, APP],
  },
  {
    // A page may read the 404 with which that method is answered.
    kind: 'preflight for a method that is not served',
    path: '/cats',
    method: 'OPTIONS',
    headers: preflightHeaders(APP, 'PROPFIND'),
    outcome: [204, APP],
  },
  {
    kind: 'preflight for an unknown method',
    path: '/cats',
    method: 'OPTIONS',
    headers: preflightHeaders(APP, 'X-NEVER-SEEN'),
    outcome: [403, undefined],
  },
  { kind: 'malformed Origin', path: '/cats', headers: { origin: `${APP}/` }, outcome: [200, undefined] },
  { kind: 'repeated Origin', path: '/asked', headers: { origin: [APP, APP] }, outcome: [200, undefined] },
  {
    kind: 'long Origin',
    path: '/asked',
    headers: { origin: 'x'.repeat(3000) },
    outcome: [200, undefined],
  },
  {
    kind: 'malformed request headers',
    path: '/cats',
    method: 'OPTIONS',
    headers: preflightHeaders(APP, 'PUT', ',;,'.repeat(500)),
    outcome: [403, undefined],
  },
  { kind: 'aborted', path: '/cats/slow', headers: { origin: APP }, outcome: 'aborted' },
  { kind: 'aborted while asked', path: '/asked/slow', headers: { origin: APP }, outcome: 'aborted' },
];

/** One in so many requests is no HTTP at all. */
const JUNK_EVERY = 200;

/** Sends the request with this number; a word on what is wrong, or nothing. */
export async function sendNumber(number: number, port: number, agent: Agent): Promise<string | undefined> {
  if (number % JUNK_EVERY === 0) {
    const answer = await sendRaw(port, 'OPTIONS /cats HTTP/1.1\r\nOrigin https\r\n\r\n');
    return answer.startsWith('HTTP/1.1 400') ? undefined : `junk: ${answer}`;
  }
  const traffic = TRAFFIC[number % TRAFFIC.length] as Traffic;
  const outcome = await sendTraffic(traffic, port, agent);
  return String(outcome) === String(traffic.outcome) ? undefined : `${traffic.kind}: ${String(outcome)}`;
}

function sendTraffic(
  { path, method, headers, outcome }: Traffic,
  port: number,
  agent: Agent,
): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { host: '127.0.0.1', port, path, ...(method && { method }), headers, agent },
      (response) => {
        response.resume();
        response.on('error', reject);
        response.on('end', () => {
          resolve([response.statusCode ?? 0, response.headers['access-control-allow-origin']]);
        });
      },
    );
    request.on('error', (error) => {
      if (outcome === 'aborted') resolve('aborted');
      else reject(error);
    });
    request.end();
    // When the server has begun to work on it.
    if (outcome === 'aborted') setTimeout(() => request.destroy(new Error('aborted by the test')), 3);
  });
}
