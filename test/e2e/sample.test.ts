import { beforeAll, describe, expect, it } from '@jest/globals';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send, type WireResponse } from '../support/http.js';
import {
  buildSamples,
  deadLinksOf,
  endWhileConnected,
  startSample,
  type RunningSample,
  type SampleBuild,
} from '../support/sample.js';
import { startedBySuite } from '../support/suites.js';

interface Urls {
  readonly api: string;
  readonly allowed: string;
  readonly refused: string;
}

function urlsOf({ urls }: RunningSample): Urls {
  return {
    api: new URL(String(urls['API'])).origin,
    allowed: String(urls['Allowed page']),
    refused: String(urls['Refused page']),
  };
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

describe('sample/01-quick-start', () => {
  const own = startedBySuite();
  let build: SampleBuild;

  beforeAll(async () => {
    build = await own(buildSamples(), (built) => built.remove());
  });

  describe('once it runs', () => {
    const ownSample = startedBySuite();
    let sample: RunningSample;
    let urls: Urls;

    beforeAll(async () => {
      sample = await ownSample(startSample(build, '01-quick-start'), (running) => running.stop());
      urls = urlsOf(sample);
    });

    it('serves the page on two origins, and the API on a third', async () => {
      const { api, allowed, refused } = urls;
      expect(new Set([api, allowed, refused].map(portOf)).size).toBe(3);
      for (const port of [portOf(allowed), portOf(refused)]) {
        const { status, headers, body } = await send(port);
        expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
        const files = [...body.matchAll(/(?:href|src)="(\w+\.\w+)"/g)].map(([, path]) => path);
        expect(files).toEqual(['style.css', 'script.js']);
        for (const file of files) expect((await send(port, { path: `/${file}` })).status).toBe(200);
        expect(JSON.parse((await send(port, { path: '/setup.json' })).body)).toEqual(urls);
      }
    });

    it('prints nothing that is not there', async () => {
      expect(sample.urls['API']).toBe(`${urls.api}/explain`);
      expect(await deadLinksOf(sample)).toEqual([]);
    });

    const open = { acao: '*', aceh: 'x-report-count' };
    const named = { acao: 'allowed', acac: 'true', vary: 'Origin' };
    const unnamed = { vary: 'Origin' };
    const json = { headers: { 'content-type': 'application/json' }, body: '{}' };

    it.each([
      { page: 'allowed', method: 'GET', path: '/reports/public', status: 200, fields: open },
      { page: 'refused', method: 'GET', path: '/reports/public', status: 200, fields: open },
      { page: 'allowed', method: 'GET', path: '/reports/mine', status: 200, fields: named },
      { page: 'refused', method: 'GET', path: '/reports/mine', status: 200, fields: unnamed },
      { page: 'allowed', method: 'GET', path: '/reports/partner', status: 403, fields: unnamed },
      { page: 'refused', method: 'GET', path: '/reports/partner', status: 403, fields: unnamed },
      // Without a token, the handler throws on both pages; one of them can read that.
      { page: 'allowed', method: 'PUT', path: '/reports/1', ...json, status: 403, fields: named },
      { page: 'refused', method: 'PUT', path: '/reports/1', ...json, status: 403, fields: unnamed },
      { page: 'allowed', method: 'POST', path: '/reports/internal', status: 201, fields: {} },
      { page: 'refused', method: 'POST', path: '/reports/internal', status: 201, fields: {} },
      { page: 'allowed', method: 'GET', path: '/nowhere', status: 404, fields: {} },
    ] as const)('answers the $page page: $method $path', async ({ page, status, fields, ...request }) => {
      const headers = { ...('headers' in request && request.headers), origin: urls[page] };
      const response = await send(portOf(urls.api), { ...request, headers });
      expect(response.status).toBe(status);
      expect(corsHeaders(response)).toEqual(
        expected('acao' in fields && fields.acao === 'allowed' ? { ...fields, acao: urls.allowed } : fields),
      );
    });

    function preflight(path: string, origin: string, method: string, headers: string): Promise<WireResponse> {
      return send(portOf(urls.api), {
        method: 'OPTIONS',
        path,
        headers: preflightHeaders(origin, method, headers),
      });
    }

    it('approves the preflight of the allowed page', async () => {
      const response = await preflight('/reports/1', urls.allowed, 'PUT', 'content-type,x-csrf-token');
      expect(response.status).toBe(204);
      expect(corsHeaders(response)).toEqual(
        expected({
          acao: urls.allowed,
          acac: 'true',
          acam: 'PUT',
          acah: 'content-type,x-csrf-token',
          acma: '600',
          vary: PREFLIGHT_VARY,
        }),
      );
    });

    it.each([
      { page: 'refused', path: '/reports/1', method: 'PUT', headers: 'content-type,x-csrf-token' },
      { page: 'allowed', path: '/reports/1', method: 'PUT', headers: 'content-type,x-csrf-token,x-debug' },
      { page: 'allowed', path: '/reports/internal', method: 'POST', headers: 'content-type' },
    ] as const)('refuses a preflight of the $page page: $method $path, $headers', async (asked) => {
      const response = await preflight(asked.path, urls[asked.page], asked.method, asked.headers);
      expect([response.status, response.body]).toEqual([403, '']);
      expect(corsHeaders(response)).toEqual(expected({ vary: PREFLIGHT_VARY }));
    });

    it('tells what went over the wire, and which policy was meant', async () => {
      const explain = async (path: string): Promise<unknown> =>
        JSON.parse((await send(portOf(urls.api), { path: `/explain${path}` })).body);

      await preflight('/reports/1?call=a-name', urls.allowed, 'PUT', 'x-debug');
      expect(await explain('/a-name')).toEqual([
        {
          method: 'OPTIONS',
          url: '/reports/1?call=a-name',
          requestHeaders: {
            host: `127.0.0.1:${portOf(urls.api)}`,
            connection: 'close',
            ...preflightHeaders(urls.allowed, 'PUT', 'x-debug'),
          },
          status: 403,
          responseHeaders: { vary: PREFLIGHT_VARY, 'content-length': '0' },
        },
      ]);
      expect(await explain('')).toContainEqual(
        expect.objectContaining({
          where: 'ReportsController#mine',
          policy: expect.objectContaining({ origin: [urls.allowed], credentials: true }),
          from: expect.objectContaining({ origin: ['options.policies.app'], exposedHeaders: [] }),
        }),
      );
    });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends cleanly on %s, even with connections open',
    async (signal) => {
      const sample = await startSample(build, '01-quick-start');
      expect(await endWhileConnected(sample, signal)).toEqual({ code: 0, signal: null, errors: '' });
    },
  );

  it('listens on the ports that it is told to, and ends if one is taken', async () => {
    const first = await startSample(build, '01-quick-start');
    const urls = urlsOf(first);
    const [PORT, ALLOWED_PORT, REFUSED_PORT] = [urls.api, urls.allowed, urls.refused].map((url) =>
      String(portOf(url)),
    );
    await expect(startSample(build, '01-quick-start', { PORT })).rejects.toThrow('EADDRINUSE');
    await expect(startSample(build, '01-quick-start', { REFUSED_PORT })).rejects.toThrow('EADDRINUSE');
    await first.stop();

    const second = await startSample(build, '01-quick-start', { PORT, ALLOWED_PORT, REFUSED_PORT });
    await second.stop();
    expect(urlsOf(second)).toEqual(urls);
  });
});
