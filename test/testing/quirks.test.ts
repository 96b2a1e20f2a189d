import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { QUIRK_NAMES, QUIRKS, quirkSentence, type QuirkName } from '../../lib/engines/quirks.js';
import {
  VirtualBrowser,
  type EngineName,
  type FetchResult,
  type PageFetchInit,
  type PageOptions,
} from '../../lib/testing/index.js';
import { startedBySuite } from '../support/suites.js';

/*
 * Every quirk alone: what is on the wire and what script sees with it, and without.
 */

const SHOP = 'https://shop.example.com';
const API = 'https://api.example.com';
const FILES = 'https://files.example.net';
const PLAIN = 'http://plain.example.com';
const ADDRESS = 'https://203.0.113.7';
const PRIVATE = 'http://192.168.0.2';
const ID = 'abcdefghijklmnopabcdefghijklmnop';

/** A request of a page, and what comes first. */
interface Call {
  readonly url: string;
  readonly init?: PageFetchInit;
  /** Seconds that pass before it. */
  readonly after?: number;
}

interface Scenario {
  readonly page?: string;
  readonly options?: PageOptions;
  readonly extension?: string;
  readonly calls: readonly Call[];
  /** Requests that reach the server, and what script sees of each call. */
  readonly standard: readonly string[];
  readonly quirk: readonly string[];
  /** The sentence of the result, where it is not that of the table. */
  readonly sentence?: string;
}

const JSON_POST: PageFetchInit = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{}',
};

function redirect(base: string, to: string, status: number, more: Record<string, string> = {}): string {
  return `${base}/moved?${new URLSearchParams({ to, status: String(status), ...more }).toString()}`;
}

function stream(): PageFetchInit {
  return { method: 'POST', body: new Blob(['x']).stream(), duplex: 'half' };
}

const PUT: PageFetchInit = { method: 'PUT' };
const INCLUDING: PageFetchInit = { ...PUT, credentials: 'include' };
const AUTHORIZED: PageFetchInit = { headers: { authorization: 'x' } };

const SCENARIOS: Readonly<Record<QuirkName, Scenario>> = {
  'redirects-ask-again': {
    calls: [{ url: redirect(API, '/there', 303), init: PUT }],
    standard: ['OPTIONS /moved PUT', 'PUT /moved', 'GET /there', 'readable'],
    quirk: ['OPTIONS /moved PUT', 'PUT /moved', 'OPTIONS /there GET', 'GET /there', 'readable'],
  },
  'lost-body-headers-still-named': {
    calls: [{ url: redirect(API, '/there', 301), init: JSON_POST }],
    standard: ['OPTIONS /moved POST content-type', 'POST /moved json', 'GET /there', 'readable'],
    quirk: [
      'OPTIONS /moved POST content-type',
      'POST /moved json',
      'OPTIONS /there GET content-type',
      'GET /there',
      'readable',
    ],
    sentence: 'names content-type in the preflight of the GET after the 301',
  },
  'lost-authorization-still-named': {
    calls: [{ url: redirect(API, `${FILES}/there`, 302), init: AUTHORIZED }],
    standard: [
      'OPTIONS /moved GET authorization',
      'GET /moved authorized',
      'GET /there from null',
      'readable',
    ],
    quirk: [
      'OPTIONS /moved GET authorization',
      'GET /moved authorized',
      'OPTIONS /there GET authorization from null',
      'GET /there from null',
      'readable',
    ],
  },
  'second-redirect-wants-credentials': {
    page: API,
    calls: ['any', 'no'].flatMap((credentials) =>
      ([{}, { credentials: 'omit' }] as const).map((init) => ({
        url: redirect(API, redirect(FILES, '/there', 302, { credentials }), 307),
        init,
      })),
    ),
    standard: [1, 2, 3, 4].flatMap(() => [
      'GET /moved from nobody',
      'GET /moved from API',
      'GET /there from API',
      'readable',
    ]),
    quirk: [
      'GET /moved from nobody',
      'GET /moved from API',
      'allow-origin-wildcard at cors-check',
      'GET /moved from nobody',
      'GET /moved from API',
      'GET /there from API',
      'readable',
      'GET /moved from nobody',
      'GET /moved from API',
      'allow-credentials-missing at cors-check',
      'GET /moved from nobody',
      'GET /moved from API',
      'GET /there from API',
      'readable',
    ],
  },
  'preflight-shows-tainted-origin': {
    calls: [{ url: redirect(API, `${FILES}/there`, 307), init: PUT }],
    standard: [
      'OPTIONS /moved PUT',
      'PUT /moved',
      'OPTIONS /there PUT from null',
      'PUT /there from null',
      'readable',
    ],
    quirk: ['OPTIONS /moved PUT', 'PUT /moved', 'OPTIONS /there PUT', 'PUT /there from null', 'readable'],
  },
  'star-covers-authorization': {
    calls: [
      { url: '/star?max-age=60', init: AUTHORIZED },
      { url: '/star?max-age=60', init: AUTHORIZED },
    ],
    standard: [
      'OPTIONS /star GET authorization',
      'authorization-not-listed at preflight',
      'OPTIONS /star GET authorization',
      'authorization-not-listed at preflight',
    ],
    quirk: [
      'OPTIONS /star GET authorization',
      'GET /star authorized',
      'readable',
      'GET /star authorized',
      'readable',
    ],
  },
  'malformed-max-age-not-kept': {
    calls: ['600, 600', '600, 600'].map((value) => ({ url: `/a?max-age=${value}`, init: PUT })),
    standard: ['OPTIONS /a PUT', 'PUT /a', 'readable', 'PUT /a', 'readable'],
    quirk: ['OPTIONS /a PUT', 'PUT /a', 'readable', 'OPTIONS /a PUT', 'PUT /a', 'readable'],
    sentence: 'does not keep an answer with Access-Control-Max-Age: 600, 600 at all',
  },
  'negative-max-age-not-kept': {
    calls: [
      { url: '/a?max-age=-1', init: PUT },
      { url: '/a?max-age=-1', init: PUT },
    ],
    standard: ['OPTIONS /a PUT', 'PUT /a', 'readable', 'PUT /a', 'readable'],
    quirk: ['OPTIONS /a PUT', 'PUT /a', 'readable', 'OPTIONS /a PUT', 'PUT /a', 'readable'],
  },
  'star-not-kept': {
    calls: [1, 2].map((value) => ({ url: '/a?max-age=60', init: { headers: { [`x-${value}`]: '1' } } })),
    standard: ['OPTIONS /a GET x-1', 'GET /a', 'readable', 'GET /a', 'readable'],
    quirk: ['OPTIONS /a GET x-1', 'GET /a', 'readable', 'OPTIONS /a GET x-2', 'GET /a', 'readable'],
  },
  'credentialed-preflights-apart': {
    calls: [
      { url: '/a?max-age=60', init: INCLUDING },
      { url: '/a?max-age=60', init: PUT },
    ],
    standard: ['OPTIONS /a PUT', 'PUT /a', 'readable', 'PUT /a', 'readable'],
    quirk: ['OPTIONS /a PUT', 'PUT /a', 'readable', 'OPTIONS /a PUT', 'PUT /a', 'readable'],
  },
  'preflights-kept-after-failure': {
    calls: ['/a', '/a'].map((path) => ({ url: `${path}?max-age=60&closed=PUT`, init: PUT })),
    standard: [
      'OPTIONS /a PUT',
      'PUT /a',
      'allow-origin-missing at cors-check',
      'OPTIONS /a PUT',
      'PUT /a',
      'allow-origin-missing at cors-check',
    ],
    quirk: [
      'OPTIONS /a PUT',
      'PUT /a',
      'allow-origin-missing at cors-check',
      'PUT /a',
      'allow-origin-missing at cors-check',
    ],
  },
  'user-agent-kept-from-script': {
    calls: [{ url: '/a', init: { headers: { 'User-Agent': 'mine' } } }],
    standard: ['OPTIONS /a GET user-agent', 'GET /a by mine', 'readable'],
    quirk: ['GET /a', 'readable'],
  },
  'client-hints-safelisted': {
    calls: [{ url: '/a', init: { headers: { 'Save-Data': 'on' } } }],
    standard: ['OPTIONS /a GET save-data', 'GET /a', 'readable'],
    quirk: ['GET /a', 'readable'],
  },
  'referrer-policy-leaves-origin': {
    page: API,
    options: { referrerPolicy: 'no-referrer' },
    calls: [
      { url: '/a', init: { method: 'POST', mode: 'same-origin' } },
      { url: `${FILES}/b`, init: { method: 'POST', mode: 'no-cors' } },
      { url: '/c', init: { method: 'POST' } },
    ],
    standard: [
      'POST /a from null',
      'readable',
      'POST /b from null',
      'opaque',
      'POST /c from API',
      'readable',
    ],
    quirk: ['POST /a from API', 'readable', 'POST /b from API', 'opaque', 'POST /c from API', 'readable'],
    sentence: `sends Origin: ${API} of a fetch() whose referrer policy is no-referrer`,
  },
  'lines-measured-together': {
    calls: [
      {
        url: '/a',
        init: {
          headers: [
            ['Accept', 'a'.repeat(64)],
            ['accept', 'b'.repeat(64)],
          ],
        },
      },
    ],
    standard: ['GET /a', 'readable'],
    quirk: ['OPTIONS /a GET accept', 'GET /a', 'readable'],
  },
  'values-together-unmeasured': {
    calls: [
      { url: '/a', init: { headers: Array.from({ length: 9 }, () => ['Accept', 'a'.repeat(128)] as const) } },
    ],
    standard: ['OPTIONS /a GET accept', 'GET /a', 'readable'],
    quirk: ['GET /a', 'readable'],
  },
  'bytes-beyond-ascii-unsafe': {
    calls: [
      { url: '/a', init: { headers: { Accept: 'é' } } },
      { url: '/b', init: { method: 'POST', body: 'x', headers: { 'Content-Type': 'text/plain; x=é' } } },
      { url: '/c', init: { headers: { 'Content-Language': 'é' } } },
    ],
    standard: [
      'GET /a',
      'readable',
      'POST /b',
      'readable',
      'OPTIONS /c GET content-language',
      'GET /c',
      'readable',
    ],
    quirk: [
      'OPTIONS /a GET accept',
      'GET /a',
      'readable',
      'OPTIONS /b POST content-type',
      'POST /b',
      'readable',

      'OPTIONS /c GET content-language',
      'GET /c',
      'readable',
    ],
  },
  'localhost-is-mixed-content': {
    calls: [{ url: 'http://localhost/a' }, { url: 'http://127.0.0.1/b' }, { url: 'http://[::1]/c' }],
    standard: ['GET /a', 'readable', 'GET /b', 'readable', 'GET /c', 'readable'],
    quirk: ['mixed-content at main-fetch', 'mixed-content at main-fetch', 'mixed-content at main-fetch'],
    sentence: 'sends nothing from a page on https to http://localhost: mixed content',
  },
  'local-network-needs-permission': {
    page: PLAIN,
    calls: [{ url: `${PRIVATE}/a` }, { url: `${API}/b` }],
    standard: ['GET /a from plain', 'readable', 'GET /b from plain', 'readable'],
    quirk: ['local-network-not-permitted at main-fetch', 'GET /b from plain', 'readable'],
    sentence: `sends nothing from a public page to ${PRIVATE} before the user has permitted it`,
  },
  'permitted-local-network-is-no-mixed-content': {
    options: { localNetworkAccess: true },
    calls: [{ url: `${PRIVATE}/a` }, { url: `${PLAIN}/b` }],
    standard: ['mixed-content at main-fetch', 'mixed-content at main-fetch'],
    quirk: ['GET /a', 'readable', 'mixed-content at main-fetch'],
    sentence: `calls ${PRIVATE} from a page on https, once the user has permitted the local network`,
  },
  'streams-need-http2': {
    page: PRIVATE,
    calls: [
      { url: `${PLAIN}/a`, init: stream() },
      { url: '/b', init: stream() },
    ],
    standard: [
      `OPTIONS /a POST from ${PRIVATE}`,
      `POST /a chunked x from ${PRIVATE}`,
      'readable',
      `OPTIONS /b POST from ${PRIVATE}`,
      `POST /b chunked x from ${PRIVATE}`,
      'readable',
    ],
    quirk: [
      `OPTIONS /a POST from ${PRIVATE}`,
      'stream-needs-http2 at network',
      `OPTIONS /b POST from ${PRIVATE}`,
      `POST /b chunked x from ${PRIVATE}`,
      'readable',
    ],
  },
  'streams-become-text': {
    calls: [
      { url: '/a', init: { ...stream(), duplex: undefined } },
      { url: '/b', init: { ...stream(), ...PUT } },
    ],
    standard: ['stream-without-duplex at request', 'OPTIONS /b PUT', 'PUT /b chunked x', 'readable'],
    quirk: [
      'POST /a text [object ReadableStream]',
      'readable',
      'OPTIONS /b PUT',
      'PUT /b text [object ReadableStream]',
      'readable',
    ],
  },
  'streams-throw': {
    calls: [{ url: '/a', init: stream() }],
    standard: ['OPTIONS /a POST', 'POST /a chunked x', 'readable'],
    quirk: ['stream-not-supported at request'],
  },
  'file-access-shows-origin': {
    page: 'file:///home/me/index.html',
    options: { fileAccess: true },
    calls: [{ url: '/a' }],
    standard: ['GET /a from null', 'readable'],
    quirk: ['GET /a from file://', 'readable'],
  },
  'extensions-skip-cors': {
    extension: ID,
    calls: [
      { url: '/a?closed=GET' },
      { url: '/b?closed=POST', init: { ...JSON_POST, credentials: 'include' } },
    ],
    standard: [],
    quirk: ['GET /a from nobody site none', 'readable', 'POST /b json from extension site none', 'readable'],
    sentence: `lets an extension with a host permission read without CORS, with Origin: chrome-extension://${ID} where it writes`,
  },
  'addresses-asked-three-times': {
    calls: [1, 2, 3, 4].map(() => ({ url: `${ADDRESS}/a?max-age=60`, init: PUT })),
    standard: ['OPTIONS /a PUT', ...[1, 2, 3, 4].flatMap(() => ['PUT /a', 'readable'])],
    quirk: [...[1, 2, 3].flatMap(() => ['OPTIONS /a PUT', 'PUT /a', 'readable']), 'PUT /a', 'readable'],
  },
  'preflight-tells-mode-over-http': {
    page: PLAIN,
    calls: [{ url: `http://other.example.com/a`, init: PUT }],
    standard: ['OPTIONS /a PUT from plain', 'PUT /a from plain', 'readable'],
    quirk: ['OPTIONS /a PUT from plain mode cors', 'PUT /a from plain', 'readable'],
  },
  'lone-cr-ends-line': {
    calls: [{ url: '/cr' }],
    standard: ['GET /cr', 'connection-failed at network'],
    quirk: ['GET /cr', 'readable'],
  },
  'credentials-in-subresource-urls-fail': {
    page: API,
    calls: [{ url: redirect(API, 'https://user:secret@api.example.com/there', 302) }],
    standard: ['GET /moved from nobody', 'GET /there from nobody', 'readable'],
    quirk: ['GET /moved from nobody', 'location-credentials at redirect'],
  },
};

const SHORT_ORIGINS: Readonly<Record<string, string>> = {
  [API]: 'API',
  [PLAIN]: 'plain',
  [`chrome-extension://${ID}`]: 'extension',
};

describe('a server in front of which engines differ', () => {
  const own = startedBySuite();
  let served: string;
  let log: string[] = [];

  beforeAll(async () => {
    const server = await own(start(), (started) => {
      started.closeAllConnections();
      started.close();
    });
    served = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  beforeEach(() => {
    log = [];
  });

  /** A server that answers what the URL says, and allows everything else. */
  async function start(): Promise<Server> {
    const server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        log.push(lineOf(request, Buffer.concat(chunks).toString()));
        answer(request, response);
      });
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  function lineOf({ method, url = '', headers }: IncomingMessage, body: string): string {
    const type = headers['content-type'];
    return [
      method,
      url.replace(/\?.*/, ''),
      headers['access-control-request-method'],
      headers['access-control-request-headers'],
      type === 'application/json' && 'json',
      headers['transfer-encoding'],
      type === undefined && body,
      body.startsWith('[') && `text ${body}`,
      headers.authorization && 'authorized',
      headers['user-agent'] === 'mine' && 'by mine',
      headers.origin !== SHOP && `from ${SHORT_ORIGINS[headers.origin ?? ''] ?? headers.origin ?? 'nobody'}`,
      headers['sec-fetch-site'] === 'none' && 'site none',
      headers['sec-fetch-mode'] &&
        headers['sec-fetch-site'] === undefined &&
        `mode ${headers['sec-fetch-mode']}`,
    ]
      .filter(Boolean)
      .join(' ');
  }

  function answer({ method, url = '', headers }: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(url, API);
    const to = searchParams.get('to');
    if (pathname === '/cr') {
      response.socket?.end(
        'HTTP/1.1 200 OK\r\nAccess-Control-Allow-Origin: *\rX-Odd: a\rb\r\nContent-Length: 2\r\n\r\nok',
      );
      return;
    }
    const credentials = searchParams.get('credentials');
    const open = searchParams.get('closed') !== method;
    response.writeHead(to === null || method === 'OPTIONS' ? 200 : Number(searchParams.get('status')), {
      ...(open && { 'Access-Control-Allow-Origin': credentials === 'any' ? '*' : (headers.origin ?? '*') }),
      ...(open && credentials === null && { 'Access-Control-Allow-Credentials': 'true' }),
      'Access-Control-Allow-Methods': 'PUT',
      'Access-Control-Allow-Headers': pathname === '/star' ? '*' : '*, Authorization',
      'Access-Control-Max-Age': searchParams.get('max-age') ?? '0',
      ...(to !== null && { Location: to }),
    });
    response.end('ok');
  }

  async function browserOf(engine: EngineName, quirks: readonly QuirkName[]): Promise<VirtualBrowser> {
    const elsewhere = [FILES, PLAIN, ADDRESS, PRIVATE, 'http://other.example.com'];
    const loopback = ['http://localhost', 'http://127.0.0.1', 'http://[::1]'];
    const origins = Object.fromEntries([...elsewhere, ...loopback].map((origin) => [origin, served]));
    return await VirtualBrowser.for(served, { origin: API, origins, engine, quirks });
  }

  async function play(
    { page = SHOP, options, extension, calls }: Scenario,
    engine: EngineName,
    quirks: readonly QuirkName[] = [],
  ): Promise<{ readonly told: readonly string[]; readonly results: readonly FetchResult[] }> {
    const browser = await browserOf(engine, quirks);
    const opened =
      extension === undefined
        ? browser.page(page, options)
        : browser.extension(extension, { engine, quirks });
    const results: FetchResult[] = [];
    for (const { url, init, after = 0 } of calls) {
      browser.advance(after);
      const result = await opened.fetch(url, again(init));
      const { failure, readable, type } = result;
      log.push(
        failure === undefined ? (readable ? 'readable' : type) : `${failure.reason} at ${failure.step}`,
      );
      results.push(result);
    }
    return { told: log.splice(0), results };
  }

  it.each(QUIRK_NAMES)('%s alone', async (name) => {
    const scenario = SCENARIOS[name];
    const quirky = await play(scenario, 'standard', [name]);
    expect(quirky.told).toEqual(scenario.quirk);
    const effects = quirky.results.flatMap(({ quirks }) => quirks);
    expect(new Set(effects.map(({ quirk }) => quirk))).toEqual(new Set([name]));
    expect(effects[0]?.sentence).toBe(scenario.sentence ?? quirkSentence(name));
    expect(quirky.results.flatMap(({ missedQuirks }) => [...missedQuirks])).not.toContain(name);
    if (scenario.extension !== undefined) return;
    const standard = await play(scenario, 'standard');
    expect(standard.told).toEqual(scenario.standard);
    expect(standard.results.flatMap(({ quirks }) => quirks)).toEqual([]);
    expect(standard.results.flatMap(({ missedQuirks }) => [...missedQuirks])).toContain(name);
  });

  it.each(
    QUIRK_NAMES.flatMap((name) =>
      (QUIRKS[name].engines as readonly EngineName[]).map((engine) => [name, engine] as const),
    ),
  )('%s is noted in %s', async (name, engine) => {
    const { results } = await play(SCENARIOS[name], engine);
    expect(results.flatMap(({ quirks }) => quirks.map(({ quirk }) => quirk))).toContain(name);
    expect(new Set(results.map((result) => result.engine))).toEqual(new Set([engine]));
  });
});

/** A stream can be sent once. */
function again(init: PageFetchInit = {}): PageFetchInit {
  return init.body instanceof ReadableStream ? { ...init, body: new Blob(['x']).stream() } : init;
}
