import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders, send } from '../support/http.js';
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

const LESSONS = {
  '1. The same-origin policy': 'same-origin.html',
  '2. A public API': 'public-api.html',
  '3. One origin is admitted': 'one-origin.html',
  '4. The preflight': 'preflight.html',
  '5. Credentials': 'credentials.html',
  '6. A server that refuses': 'enforce.html',
  '7. The XHR classic': 'xhr-classic.html',
  '8. Where engines differ': 'engines.html',
};

/** The exchanges of lesson 8, and what the standard makes of each: the requests that reach a server, and what the script gets. */
const BY_THE_STANDARD = {
  'post-redirect': [['OPTIONS 204', 'POST 303', 'GET 200'], [200]],
  'authorization-redirect': [['OPTIONS 204', 'GET 302', 'GET 200'], [200]],
  'two-redirects': [['GET 302', 'GET 302', 'GET 200'], [200]],
  'preflight-origin': [['OPTIONS 204', 'PUT 307', 'OPTIONS 204', 'PUT 200'], [200]],
  'any-header': [['OPTIONS 204'], ['error']],
  'odd-max-age': [
    ['OPTIONS 204', 'PUT 200', 'PUT 200'],
    [200, 200],
  ],
  'kept-with-credentials': [
    ['OPTIONS 204', 'PUT 200', 'PUT 200'],
    [200, 200],
  ],
  'kept-after-failure': [
    ['OPTIONS 204', 'PUT 200', 'PUT 200', 'OPTIONS 204', 'PUT 200'],
    [200, 'error', 200],
  ],
  'user-agent': [['OPTIONS 204', 'GET 200'], [200]],
  stream: [['OPTIONS 204', 'POST 201'], [201]],
} as const;

describe('sample/02-textbook', () => {
  const own = startedBySuite();
  let build: SampleBuild;
  let port: number;
  let pagesPort: number;

  beforeAll(async () => {
    build = await own(buildSamples(), (built) => built.remove());
    [port, pagesPort] = (await freePorts(2)) as [number, number];
  });

  function start(env: NodeJS.ProcessEnv = {}): Promise<RunningSample> {
    return startSample(build, '02-textbook', { PORT: `${port}`, PAGES_PORT: `${pagesPort}`, ...env });
  }

  describe('once it runs', () => {
    const ownSample = startedBySuite();
    let sample: RunningSample;
    let shop: string;

    beforeAll(async () => {
      sample = await ownSample(start(), (running) => running.stop());
      shop = `http://shop.localhost:${pagesPort}`;
    });

    it('says where the lessons and the APIs are', () => {
      expect(sample.urls).toEqual({
        Contents: shop,
        ...Object.fromEntries(Object.entries(LESSONS).map(([title, file]) => [title, `${shop}/${file}`])),
        '7. The XHR classic': `http://foo.localhost:${pagesPort}/xhr-classic.html`,
        API: `http://api.shop.localhost:${port}/repos/nestjs/nest`,
        'API of the classic': `http://bar.localhost:${port}/resources/public-data/`,
      });
    });

    it('prints nothing that is not there', async () => {
      expect(await deadLinksOf(sample)).toEqual([]);
    });

    it.each(['index.html', ...Object.values(LESSONS)])(
      'serves %s, with every name filled in',
      async (file) => {
        const { status, headers, body } = await send(pagesPort, { path: `/${file}` });
        expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
        expect(body).not.toContain('{{');
        const resources = [...body.matchAll(/(?:href|src)="(\w[\w-]*\.(?:css|js))"/g)].map(
          ([, path]) => path,
        );
        expect(resources).toContain('style.css');
        for (const path of resources) expect((await send(pagesPort, { path: `/${path}` })).status).toBe(200);
      },
    );

    it('links the lessons in order', async () => {
      const files = ['index.html', ...Object.values(LESSONS)];
      for (const [index, file] of files.slice(1).entries()) {
        const { body } = await send(pagesPort, { path: `/${file}` });
        const linked = (rel: string): string | undefined =>
          new RegExp(`rel="${rel}" href="http://[^/]+/([^"]+)"`).exec(body)?.[1];
        expect([linked('prev'), linked('next')]).toEqual([
          index === 0 ? undefined : files[index],
          files[index + 2],
        ]);
      }
    });

    const vary = 'Origin';
    const shared = { acao: '*', aceh: 'x-ratelimit-remaining' };

    it.each([
      { from: 'shop', path: '/embeds/greeting', status: 200, fields: {} },
      { from: 'other', path: '/repos/nestjs/nest', status: 200, fields: shared },
      { from: 'other', path: '/shares/1234', status: 404, fields: shared },
      { from: 'shop', path: '/orders', status: 200, fields: { acao: 'shop', vary } },
      { from: 'other', path: '/orders', status: 200, fields: { vary } },
      { from: 'shop', path: '/account/name', status: 200, fields: { acao: 'shop', acac: 'true', vary } },
      { from: 'shop', path: '/account/statement', status: 401, fields: { acao: 'shop', acac: 'true', vary } },
      { from: 'shop', path: '/account/name-for-all', status: 200, fields: { acao: '*' } },
      { from: 'other', path: '/transfers/lenient', method: 'POST', status: 201, fields: { vary } },
      { from: 'other', path: '/transfers/strict', method: 'POST', status: 403, fields: { vary } },
      { from: 'other', path: '/resources/public-data/', status: 200, fields: { acao: '*' } },
      { from: 'shop', path: '/engines/orders', method: 'POST', status: 303, fields: { acao: 'shop', vary } },
      { from: 'shop', path: '/engines/moved', status: 302, fields: { acao: 'shop', vary } },
      { from: 'other', path: '/engines/data', status: 200, fields: { acao: '*' } },
      { from: 'shop', path: '/engines/exchanges/none', status: 404, fields: { acao: 'shop', vary } },
      { from: 'other', path: '/engines/exchanges/stream', status: 200, fields: { vary } },
      { from: 'shop', path: '/by-hand/any-header', status: 200, fields: { acao: 'shop' } },
      { from: 'shop', path: '/by-hand/max-age', method: 'PUT', status: 200, fields: { acao: 'shop' } },
    ] as const)('answers $from: $path', async ({ from, status, fields, ...request }) => {
      const origin = `http://${from}.localhost:${pagesPort}`;
      const response = await send(port, { ...request, headers: { origin } });
      expect(response.status).toBe(status);
      expect(corsHeaders(response)).toEqual(
        expected('acao' in fields && fields.acao === 'shop' ? { ...fields, acao: origin } : fields),
      );
    });

    it('has the ten exchanges of lesson 8 in its page', async () => {
      const { body } = await send(pagesPort, { path: '/engines.html' });
      expect(Array.from(body.matchAll(/<tr id="([\w-]+)">/g), ([, id]) => id)).toEqual(
        Object.keys(BY_THE_STANDARD),
      );
    });

    it.each(Object.entries(BY_THE_STANDARD))(
      'runs %s by the standard, and otherwise as just those engines that its page names',
      async (name, [wire, script]) => {
        const read = async (path: string): Promise<unknown> => JSON.parse((await send(port, { path })).body);
        const { outcomes } = (await read(`/engines/exchanges/${name}`)) as { outcomes: Record<string, Ran> };
        const runs = await Promise.all(
          Object.entries(outcomes).map(async ([engine, ran]) => {
            const seen = (await read(`/exchanges/${ran.call}`)) as readonly Seen[];
            return [engine, { seen: seen.map(questionOf), script: ran.script }] as const;
          }),
        );
        const [[, standard], ...engines] = runs as [(typeof runs)[number], ...typeof runs];
        expect(runs.map(([engine]) => engine)).toEqual(['standard', 'chromium', 'firefox', 'webkit']);
        expect(standard.seen.map((line) => line.replace(/ .* /, ' '))).toEqual(wire);
        expect(standard.script).toEqual(script);

        const { body } = await send(pagesPort, { path: '/engines.html' });
        const row = body.split(`<tr id="${name}">`)[1]?.split('</tr>')[0] ?? '';
        const departing = engines.filter(([, run]) => JSON.stringify(run) !== JSON.stringify(standard));
        expect(Array.from(row.matchAll(/data-engine="(\w+)"/g), ([, engine]) => engine)).toEqual(
          departing.map(([engine]) => engine),
        );
      },
    );

    it('restricts the public data where a request asks for that', async () => {
      const get = (host: string) =>
        send(port, {
          path: '/resources/public-data/',
          headers: {
            origin: `http://${host}.localhost:${pagesPort}`,
            accept: 'application/xml;state=restricted',
          },
        });
      const [foo, other] = [await get('foo'), await get('other')];
      expect([foo.headers['content-type'], foo.body]).toEqual([
        'application/xml',
        expect.stringContaining('<station'),
      ]);
      expect(corsHeaders(foo)).toEqual(expected({ acao: `http://foo.localhost:${pagesPort}`, vary }));
      expect(corsHeaders(other)).toEqual(expected({ vary }));
    });

    it('shows on the server’s page what explain() says, and nothing as markup', async () => {
      const origin = `http://"><script>alert(1)</script>:${pagesPort}`;
      await send(port, {
        method: 'OPTIONS',
        path: '/items/1?call=junk',
        headers: preflightHeaders(origin, '<b>', 'x-debug'),
      });
      const { body, ...response } = await send(port, { path: '/why/junk' });
      expect(corsHeaders({ body, ...response })).toEqual({});
      expect(body).not.toMatch(/<script|<b>/);

      await send(port, {
        method: 'OPTIONS',
        path: '/items/1?call=debug',
        headers: preflightHeaders(shop, 'PUT', 'x-debug'),
      });
      expect((await send(port, { path: '/why/debug' })).body).toContain(
        'does not allow the request header x-debug',
      );
      expect((await send(port, { path: '/why/nothing' })).body).toContain('Nothing of this call');
    });

    it('approves and refuses preflights by the route that they are for', async () => {
      const ask = (method: string) =>
        send(port, { method: 'OPTIONS', path: '/items/1', headers: preflightHeaders(shop, method) });
      const [put, remove] = [await ask('PUT'), await ask('DELETE')];
      expect([put.status, remove.status]).toEqual([204, 403]);
      expect(corsHeaders(put)).toEqual(
        expected({ acao: shop, acam: 'PUT', acma: '600', vary: PREFLIGHT_VARY }),
      );
      expect(corsHeaders(remove)).toEqual(expected({ vary: PREFLIGHT_VARY }));
    });
  });

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends cleanly on %s, even with connections open',
    async (signal) => {
      const sample = await start();
      expect(await endWhileConnected(sample, signal)).toEqual({ code: 0, signal: null, errors: '' });
    },
  );

  it('ends if a port is taken', async () => {
    const [another] = (await freePorts(1)) as [number];
    const first = await start();
    await expect(start({ PAGES_PORT: `${another}` })).rejects.toThrow('EADDRINUSE');
    await expect(start({ PORT: `${another}` })).rejects.toThrow('EADDRINUSE');
    await first.stop();
  });

  it('takes other ports than the usual ones where these are taken', async () => {
    const takers = await Promise.all([3000, 3001].map(take));
    try {
      const sample = await startSample(build, '02-textbook');
      const ports = Object.values(sample.urls).map((url) => Number(new URL(url).port));
      const dead = await deadLinksOf(sample);
      await sample.stop();
      expect(ports.filter((one) => one === 3000 || one === 3001)).toEqual([]);
      expect(dead).toEqual([]);
    } finally {
      for (const taker of takers) taker?.close();
    }
  });

  it.each(['0', '65536', 'http'])('does not start with a port %s', async (PORT) => {
    await expect(start({ PORT })).rejects.toThrow(
      `PORT is ${PORT}: write a port from 1 to 65535, such as 3000`,
    );
  });

  it('starts under the names of the classic', async () => {
    const sample = await start({ FOO_ORIGIN: 'http://foo.example', BAR_ORIGIN: 'http://bar.other' });
    await sample.stop();
    expect(sample.urls).toMatchObject({
      '7. The XHR classic': 'http://foo.example/xhr-classic.html',
      'API of the classic': 'http://bar.other/resources/public-data/',
    });
  });
});

/** A run of an exchange, as the server tells of it. */
interface Ran {
  readonly call: string;
  readonly script: readonly (number | 'error')[];
}

/** What the server has seen of one request, and answered. */
interface Seen {
  readonly method: string;
  readonly status: number;
  readonly requestHeaders: Readonly<Record<string, string>>;
}

/** A request in short: its method, what it says of itself to a server, and the status. */
function questionOf({ method, status, requestHeaders }: Seen): string {
  const names = ['origin', 'access-control-request-method', 'access-control-request-headers'];
  return [method, ...names.map((name) => requestHeaders[name] ?? '-'), status].join(' ');
}

/** Listens on a port, unless somebody else does. */
async function take(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
}
