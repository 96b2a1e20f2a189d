import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { PLATFORMS, type RunningApp } from '../support/apps.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send, sendRaw, type WireRequest, type WireResponse } from '../support/http.js';
import { appsOfSuite } from '../support/suites.js';
import { casesModule, ran, recordMiddleware } from './preflight-wire/app.js';
import { ORIGIN_CASES } from './preflight-wire/origin-cases.js';
import { APP, POLICIES } from './preflight-wire/policies.js';
import { PREFLIGHT_CASES, type PreflightCase } from './preflight-wire/preflight-cases.js';

/** What every refused preflight gets. */
const REFUSED = [403, expected({ vary: PREFLIGHT_VARY })];

const EVIL = 'https://evil.example.net';

describe.each(PLATFORMS)('preflights on %s', (platform) => {
  const startApp = appsOfSuite();
  let running: RunningApp;
  beforeAll(async () => {
    running = await startApp(platform, casesModule(), { prepare: recordMiddleware });
  });
  beforeEach(() => {
    ran.length = 0;
  });

  function preflight(
    path: string,
    method: string,
    headers: WireRequest['headers'] = {},
  ): Promise<WireResponse> {
    const own = { origin: APP, 'access-control-request-method': method };
    return send(running.port, { method: 'OPTIONS', path, headers: { ...own, ...headers } });
  }

  function sendCase(path: string, { origin = APP, method, headers }: PreflightCase): Promise<WireResponse> {
    const asked = headers !== undefined && { 'access-control-request-headers': headers };
    return preflight(path, method, { origin, ...asked });
  }

  describe('are answered', () => {
    it.each(PREFLIGHT_CASES)('$id, $policy: $title', async (row) => {
      const { answer, status = 204, policy, entryOnly = false } = row;
      const wanted = answer === 'refused' ? REFUSED : [status, expected({ ...answer, vary: PREFLIGHT_VARY })];
      for (const path of [`/entries/${policy}`, ...(entryOnly ? [] : [`/routes/${policy}`])]) {
        const response = await sendCase(path, row);
        expect([response.status, corsHeaders(response)]).toEqual(wanted);
        // A 204 is empty by itself, and must not say so (RFC 9110, 8.6).
        expect(response.headers['content-length']).toBe(response.status === 204 ? undefined : '0');
        expect(response.headers['transfer-encoding']).toBeUndefined();
        expect(response.body).toBe('');
      }
      expect(ran).toEqual([]);
    });

    it('with these header lines and no others', async () => {
      const response = await preflight('/routes/credentialed', 'PUT', {
        'access-control-request-headers': 'content-type,x-csrf-token',
      });
      const lines = response.lines.filter(
        ([name]) => !/^(date|connection|keep-alive|x-powered-by)$/i.test(name),
      );
      expect(lines.toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual([
        ['access-control-allow-credentials', 'true'],
        ['access-control-allow-headers', 'content-type,x-csrf-token'],
        ['access-control-allow-methods', 'PUT'],
        ['access-control-allow-origin', APP],
        ['access-control-max-age', '600'],
        ['vary', PREFLIGHT_VARY],
      ]);
    });

    it.each([
      ['credentialed', 204],
      ['status-200', 200],
    ])('two on one connection, the second sent before the first is answered: %s', async (policy, status) => {
      const head = [
        `OPTIONS /routes/${policy} HTTP/1.1`,
        'Host: api.example.com',
        `Origin: ${APP}`,
        'Access-Control-Request-Method: GET',
      ].join('\r\n');
      const text = await sendRaw(running.port, `${head}\r\n\r\n${head}\r\nConnection: close\r\n\r\n`);
      const answers = text.split('\r\n\r\n');
      // An answer that the client took for longer would swallow the next one, and one with a body would be in front of it.
      expect(answers.map((answer) => answer.split('\r\n')[0]?.slice(0, 12))).toEqual([
        `HTTP/1.1 ${status}`,
        `HTTP/1.1 ${status}`,
        '',
      ]);
      expect(text).not.toMatch(/transfer-encoding/i);
      expect(text.match(/content-length/gi)).toEqual(
        status === 204 ? null : ['content-length', 'content-length'],
      );
    });

    it('over one connection after the other, each as the first', async () => {
      const answers = [];
      for (let count = 0; count < 20; count++) {
        answers.push(corsHeaders(await preflight('/routes/credentialed', count % 2 === 0 ? 'PUT' : 'PATCH')));
      }
      const approved = { acao: APP, acac: 'true', acam: 'PUT', acma: '600', vary: PREFLIGHT_VARY };
      expect(answers.filter((_, index) => index % 2 === 0)).toEqual(Array(10).fill(expected(approved)));
      expect(answers.filter((_, index) => index % 2 === 1)).toEqual(Array(10).fill(REFUSED[1]));
    });
  });

  describe('and the actual requests that follow have one verdict on the origin', () => {
    it.each(ORIGIN_CASES)('$id: $title', async ({ policy, allowed, refused }) => {
      const verdicts = async (origin: string): Promise<readonly boolean[]> => {
        const headers = { origin };
        const [read, route, entry] = [
          await send(running.port, { path: `/routes/${policy}`, headers }),
          await preflight(`/routes/${policy}`, 'GET', headers),
          await preflight(`/entries/${policy}`, 'GET', headers),
        ];
        expect(read.status).toBe(200);
        // The standard's values and no others: the origin that was sent, or nothing.
        const acao = [read, route, entry].map((response) => response.headers['access-control-allow-origin']);
        expect(acao.filter((value) => value !== undefined && value !== origin)).toEqual([]);
        return [acao[0] === origin, route.status === 204, entry.status === 204];
      };
      for (const origin of allowed)
        expect([origin, await verdicts(origin)]).toEqual([origin, [true, true, true]]);
      for (const origin of refused)
        expect([origin, await verdicts(origin)]).toEqual([origin, [false, false, false]]);
    });
  });

  describe('are answered before anything else runs', () => {
    it.each([
      ['approved', APP, 204],
      ['refused', EVIL, 403],
    ])('%s', async (_, origin, status) => {
      const response = await preflight('/routes/credentialed', 'PUT', { origin });
      expect([response.status, ran]).toEqual([status, []]);
    });

    it('a body is not parsed', async () => {
      const response = await send(running.port, {
        method: 'OPTIONS',
        path: '/routes/credentialed',
        headers: {
          ...preflightHeaders(APP, 'PUT'),
          'content-type': 'application/json',
          'content-length': '1',
        },
        body: '{',
      });
      expect([response.status, ran]).toEqual([204, []]);
    });

    it('the actual request runs all of it', async () => {
      await send(running.port, { path: '/routes/credentialed', headers: { origin: APP } });
      expect(ran).toEqual(['app.use()', 'Nest middleware', 'guard', 'guard', 'GET']);
    });
  });

  describe('are OPTIONS with Origin and Access-Control-Request-Method, nothing less', () => {
    const own = { acao: APP, acac: 'true', aceh: 'x-total', vary: 'Origin' };

    it("C42, 29: without a method it is the app's own OPTIONS", async () => {
      const response = await send(running.port, {
        method: 'OPTIONS',
        path: '/routes/credentialed',
        headers: { origin: APP },
      });
      expect([response.status, response.body, corsHeaders(response)]).toEqual([
        200,
        'OPTIONS',
        expected(own),
      ]);
    });

    it("C43, 30: without an origin it is the app's own OPTIONS", async () => {
      const response = await send(running.port, {
        method: 'OPTIONS',
        path: '/routes/credentialed',
        headers: { 'access-control-request-method': 'PUT' },
      });
      const sealed = expected({ vary: 'Origin' });
      expect([response.status, response.body, corsHeaders(response)]).toEqual([200, 'OPTIONS', sealed]);
    });

    it('neither is a GET with all of the headers', async () => {
      const headers = preflightHeaders(APP, 'PUT');
      const response = await send(running.port, { path: '/routes/credentialed', headers });
      expect([response.status, response.body, corsHeaders(response)]).toEqual([200, 'GET', expected(own)]);
    });

    it("31: nor is what a route without policy has for an OPTIONS that is the app's own", async () => {
      const response = await send(running.port, { method: 'OPTIONS', path: '/routes/none' });
      expect([response.status, response.body, corsHeaders(response)]).toEqual([200, 'OPTIONS', {}]);
    });
  });

  describe('are refused where no policy governs', () => {
    it.each([
      ['31: a route that has an OPTIONS of its own', '/routes/none', 'PUT'],
      // Express makes up an answer to OPTIONS from the methods that it serves.
      ['3, 32: a route without OPTIONS', '/without-options', 'GET'],
      ['a method that such a route does not serve', '/without-options', 'PROPFIND'],
      ['60: a path that nothing serves', '/nowhere', 'PUT'],
      ['the server as a whole', '*', 'GET'],
    ])('%s', async (_, path, method) => {
      const response = await preflight(path, method);
      expect([response.status, corsHeaders(response), ran]).toEqual([...REFUSED, []]);
    });
  });

  describe('53, CVE-2015-9236: under @NoCors()', () => {
    it.each(['GET', 'PUT', 'OPTIONS'])('%s is refused', async (method) => {
      const response = await preflight('/routes/closed', method);
      expect([response.status, corsHeaders(response), ran]).toEqual([...REFUSED, []]);
    });

    it("so it is under 'policy: false' in routes", async () => {
      const response = await preflight('/entries/closed', 'GET');
      expect([response.status, corsHeaders(response)]).toEqual(REFUSED);
    });
  });

  it('62, CVE-2024-6221 (flask-cors): private network access is never granted', async () => {
    const headers = { ...preflightHeaders(APP, 'PUT'), 'access-control-request-private-network': 'true' };
    const response = await send(running.port, { method: 'OPTIONS', path: '/routes/credentialed', headers });
    expect(response.status).toBe(204);
    expect(response.headers).not.toHaveProperty('access-control-allow-private-network');
  });

  it('60: of a method that the path does not serve are decided by what its routes have in common', async () => {
    const listed = await preflight('/routes/credentialed', 'PROPFIND');
    expect([listed.status, corsHeaders(listed)]).toEqual(REFUSED);
    const any = await preflight('/routes/any-method', 'PROPFIND');
    const approved = expected({ acao: APP, acam: 'PROPFIND', vary: PREFLIGHT_VARY });
    expect([any.status, corsHeaders(any)]).toEqual([204, approved]);
    // So the page can read how it is answered.
    const actual = await send(running.port, {
      method: 'PROPFIND',
      path: '/routes/any-method',
      headers: { origin: APP },
    });
    expect([actual.status, corsHeaders(actual)]).toEqual([404, expected({ acao: APP, vary: 'Origin' })]);
  });

  it('every policy approves its own origin', async () => {
    const origins = Object.entries(POLICIES).filter(([, { origin }]) => origin === APP);
    for (const [name] of origins) {
      const response = await preflight(`/routes/${name}`, 'POST');
      expect([name, response.headers['access-control-allow-origin']]).toEqual([name, APP]);
    }
  });
});
