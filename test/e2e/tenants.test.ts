import { beforeAll, describe, expect, it } from '@jest/globals';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send, type WireRequest, type WireResponse } from '../support/http.js';
import {
  buildSamples,
  deadLinksOf,
  endWhileConnected,
  freePorts,
  startSample,
  type RunningSample,
  type SampleBuild,
} from '../support/sample.js';
import { startedBySuite } from '../support/suites.js';

const ALLOWED_HEADERS = { acah: 'x-api-key', vary: PREFLIGHT_VARY };

describe('sample/03-tenants', () => {
  const own = startedBySuite();
  let build: SampleBuild;

  beforeAll(async () => {
    build = await own(buildSamples(), (built) => built.remove());
  });

  describe('once it runs', () => {
    const ownSample = startedBySuite();
    let sample: RunningSample;
    let port: number;
    let token: string;
    let pagesPort: string;
    const originOf = (name: string): string => `http://${name}.localhost:${pagesPort}`;

    beforeAll(async () => {
      sample = await ownSample(startSample(build, '03-tenants'), (running) => running.stop());
      port = Number(new URL(String(sample.urls['API'])).port);
      const dashboard = new URL(String(sample.urls['Dashboard']));
      token = dashboard.hash.slice(1);
      pagesPort = dashboard.port;
    });

    it('says where everything is, and serves the pages with every name filled in', async () => {
      expect(sample.urls).toEqual({
        Dashboard: `${originOf('dashboard')}/#${token}`,
        API: `http://api.localhost:${port}/orders`,
        "Acme's page": `${originOf('acme')}/visitor.html?key=key-of-acme`,
        "Globex' page": `${originOf('globex')}/visitor.html?key=key-of-acme`,
        'Partner page': `${originOf('partner')}/visitor.html?key=key-of-acme`,
      });
      for (const path of ['/', '/visitor.html']) {
        const { status, body } = await send(Number(pagesPort), { path });
        expect(status).toBe(200);
        expect(body).not.toContain('{{');
      }
      expect((await send(Number(pagesPort), { path: '/setup.json' })).body).not.toContain(token);
    });

    it('prints nothing that is not there', async () => {
      expect(await deadLinksOf(sample)).toEqual([]);
    });

    const ask = (name: string, headers = 'x-api-key'): Promise<WireResponse> =>
      send(port, {
        method: 'OPTIONS',
        path: '/orders',
        headers: preflightHeaders(originOf(name), 'GET', headers),
      });

    const order = (name: string, key: string): Promise<WireResponse> =>
      send(port, { path: '/orders', headers: { origin: originOf(name), 'x-api-key': key } });

    it.each(['acme', 'globex'])('approves the preflight of %s, whichever tenant will call', async (name) => {
      const response = await ask(name);
      expect([response.status, response.body]).toEqual([204, '']);
      expect(corsHeaders(response)).toEqual(expected({ acao: originOf(name), ...ALLOWED_HEADERS }));
    });

    it.each([
      ['an origin in no list', 'partner', 'x-api-key'],
      ['another header', 'acme', 'x-api-key,x-debug'],
    ])('refuses the preflight of %s', async (_name, name, headers) => {
      const response = await ask(name, headers);
      expect([response.status, response.body]).toEqual([403, '']);
      expect(corsHeaders(response)).toEqual(expected({ vary: PREFLIGHT_VARY }));
    });

    it.each([
      { from: 'acme', key: 'key-of-acme', status: 200, isReadable: true },
      { from: 'globex', key: 'key-of-globex', status: 200, isReadable: true },
      { from: 'globex', key: 'key-of-acme', status: 403, isReadable: false },
      { from: 'acme', key: 'key-of-globex', status: 403, isReadable: false },
      { from: 'partner', key: 'key-of-acme', status: 403, isReadable: false },
      { from: 'acme', key: 'no-such-key', status: 401, isReadable: true },
      { from: 'partner', key: 'no-such-key', status: 401, isReadable: false },
    ])('answers $from with $key: $status', async ({ from, key, status, isReadable }) => {
      const response = await order(from, key);
      expect(response.status).toBe(status);
      expect(corsHeaders(response)).toEqual(
        expected({ ...(isReadable && { acao: originOf(from) }), vary: 'Origin' }),
      );
    });

    it('serves what is no page: without Origin, and on the own origin', async () => {
      const headers = { 'x-api-key': 'key-of-acme' };
      expect((await send(port, { path: '/orders', headers })).status).toBe(200);
      expect(
        (await send(port, { path: '/orders', headers: { ...headers, origin: `http://127.0.0.1:${port}` } }))
          .status,
      ).toBe(200);
    });

    const operate = (request: WireRequest, from = 'dashboard', word = token): Promise<WireResponse> =>
      send(port, {
        ...request,
        headers: { origin: originOf(from), authorization: `Bearer ${word}` },
      });

    it('shows and changes the lists, and each change counts from the next request on', async () => {
      const [acme, partner] = [originOf('acme'), originOf('partner')];
      const path = `/tenants/acme/origins?origin=${encodeURIComponent(partner)}`;
      const change = async (method: string): Promise<unknown> =>
        JSON.parse((await operate({ method, path })).body);
      const lists = async (): Promise<unknown> => JSON.parse((await operate({ path: '/tenants' })).body);

      expect(await lists()).toEqual([
        { name: 'acme', key: 'key-of-acme', origins: [acme] },
        { name: 'globex', key: 'key-of-globex', origins: [originOf('globex')] },
      ]);
      expect(await change('PUT')).toEqual({ added: true });
      expect(await change('PUT')).toEqual({ added: false });
      expect(await lists()).toMatchObject([{ origins: [acme, partner] }, {}]);
      expect([
        (await ask('partner')).status,
        (await order('partner', 'key-of-acme')).status,
        (await order('partner', 'key-of-globex')).status,
      ]).toEqual([204, 200, 403]);

      expect(await change('DELETE')).toEqual({ removed: true });
      expect(await change('DELETE')).toEqual({ removed: false });
      expect([(await ask('partner')).status, (await order('partner', 'key-of-acme')).status]).toEqual([
        403, 403,
      ]);
    });

    it.each([
      ['another page, even with the token', { path: '/tenants' }, 'acme', undefined, 403],
      ['the dashboard without the token', { path: '/tenants' }, 'dashboard', 'no', 401],
      [
        'an unknown tenant',
        { method: 'PUT', path: '/tenants/acne/origins?origin=https://a.example' },
        'dashboard',
        undefined,
        404,
      ],
      ['no origin', { method: 'PUT', path: '/tenants/acme/origins' }, 'dashboard', undefined, 400],
      [
        'a path after the origin',
        { method: 'PUT', path: '/tenants/acme/origins?origin=https://a.example/' },
        'dashboard',
        undefined,
        400,
      ],
      [
        'the opaque origin',
        { method: 'PUT', path: '/tenants/acme/origins?origin=null' },
        'dashboard',
        undefined,
        400,
      ],
    ] as const)('refuses %s', async (_name, request, from, word, status) => {
      const response = await operate(request, from, word);
      expect(response.status).toBe(status);
      expect(corsHeaders(response)).toEqual(
        expected({ ...(from === 'dashboard' && { acao: originOf(from) }), vary: 'Origin' }),
      );
    });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends cleanly on %s, even with connections open',
    async (signal) => {
      const sample = await startSample(build, '03-tenants');
      expect(await endWhileConnected(sample, signal)).toEqual({ code: 0, signal: null, errors: '' });
    },
  );

  it('listens on the ports that it is told to, and ends if one is taken or Redis is not there', async () => {
    const [port, pagesPort, nobody] = (await freePorts(3)) as [number, number, number];
    const env = { PORT: `${port}`, PAGES_PORT: `${pagesPort}` };
    const first = await startSample(build, '03-tenants', env);
    expect(first.urls['API']).toBe(`http://api.localhost:${port}/orders`);
    expect(first.urls['Dashboard']).toContain(`http://dashboard.localhost:${pagesPort}/`);
    await expect(startSample(build, '03-tenants', { PORT: env.PORT })).rejects.toThrow('EADDRINUSE');
    await first.stop();
    await expect(
      startSample(build, '03-tenants', { REDIS_URL: `redis://127.0.0.1:${nobody}` }),
    ).rejects.toThrow("Redis can't be reached");
  });
});
