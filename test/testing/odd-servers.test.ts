import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { VirtualBrowser, type VirtualPage } from '../../lib/testing/index.js';
import { startTlsFront } from '../browser/table/tls-front.js';

/*
 * What no app with the library answers, and a browser has to make sense of all the same.
 */

const SHOP = 'https://shop.example.com';
const OPEN = { 'Access-Control-Allow-Origin': '*' };

describe('a page in front of an odd server', () => {
  let server: Server | undefined;
  let browser: VirtualBrowser;

  afterEach(() => {
    server?.closeAllConnections();
    server?.close();
  });

  async function pageInFront(answer: RequestListener, origin = SHOP): Promise<VirtualPage> {
    const started = createServer(answer);
    server = started;
    await new Promise<void>((resolve) => void started.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
    browser = await VirtualBrowser.for(url, { origin: 'https://api.example.com' });
    return browser.page(origin);
  }

  it('follows 20 redirects, not 21 (HTTP-redirect fetch)', async () => {
    const page = await pageInFront(({ url = '' }, response) => {
      const left = Number(url.slice(1));
      response.writeHead(left === 0 ? 200 : 302, { ...OPEN, Location: `/${left - 1}` }).end('there');
    });
    const twenty = await page.fetch('/20');
    expect(await twenty.text()).toBe('there');
    expect(twenty.exchanges).toHaveLength(21);
    const more = await page.fetch('/21');
    expect(more.failure).toMatchObject({ step: 'redirect', reason: 'too-many-redirects' });
    expect(more.exchanges).toHaveLength(21);
  });

  it('takes a redirect without Location for a response (HTTP-redirect fetch)', async () => {
    const page = await pageInFront((_, response) => void response.writeHead(302, OPEN).end('here'));
    const result = await page.fetch('/');
    expect(result).toMatchObject({ readable: true, status: 302, redirected: false });
    expect(await result.text()).toBe('here');
  });

  it('runs the CORS check on redirects, too (HTTP fetch)', async () => {
    const page = await pageInFront((_, response) => void response.writeHead(302, { Location: '/' }).end());
    const result = await page.fetch('/');
    expect(result.failure).toMatchObject({ step: 'cors-check', reason: 'allow-origin-missing' });
    expect(result.exchanges).toHaveLength(1);
  });

  it('does not choose between two Locations (location URL)', async () => {
    const page = await pageInFront((_, response) => {
      response.writeHead(302, ['Access-Control-Allow-Origin', '*', 'Location', '/a', 'Location', '/b']).end();
    });
    const result = await page.fetch('/');
    expect(result.failure).toMatchObject({ step: 'redirect', reason: 'location-invalid' });
    expect(result.exchanges).toHaveLength(1);
  });

  it('takes over the referrer policy of a redirect (HTTP-redirect fetch)', async () => {
    const page = await pageInFront(({ url }, response) => {
      const headers = { 'Referrer-Policy': 'no-referrer', Location: '/there' };
      response.writeHead(url === '/there' ? 200 : 307, headers).end();
    });
    const { exchanges } = await page.fetch('/', { method: 'POST', mode: 'no-cors', body: 'x' });
    expect(exchanges.map(({ headers }) => [headers.get('Origin'), headers.get('Referer')])).toEqual([
      [SHOP, `${SHOP}/`],
      ['null', undefined],
    ]);
  });

  it('gets no response from a server that switches protocols (HTTP-network fetch)', async () => {
    const page = await pageInFront(({ socket }) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n');
    });
    const result = await page.fetch('/');
    expect(result.failure).toEqual({
      step: 'network',
      reason: 'connection-failed',
      message: 'there was no response: the server switches protocols (101)',
      section: 'HTTP-network fetch',
    });
    expect(result.exchanges).toMatchObject([{ method: 'GET', response: undefined }]);
  });

  it('gets no response from a server that hangs up (HTTP-network fetch)', async () => {
    const page = await pageInFront(({ socket }) => void socket.destroy());
    expect((await page.fetch('/')).failure).toMatchObject({ step: 'network', reason: 'connection-failed' });
  });

  it('does not follow a preflight`s redirect (CORS-preflight fetch)', async () => {
    const page = await pageInFront((_, response) => {
      response.writeHead(307, { ...OPEN, 'Access-Control-Allow-Methods': '*', Location: '/' }).end();
    });
    const result = await page.fetch('/', { method: 'PUT' });
    expect(result.failure).toMatchObject({ step: 'preflight', message: 'the preflight answered 307' });
    expect(result.exchanges).toHaveLength(1);
  });

  it('fails on two Access-Control-Allow-Origin (CORS check)', async () => {
    const page = await pageInFront((_, response) => {
      response.writeHead(
        200,
        [
          ['Access-Control-Allow-Origin', SHOP],
          ['Access-Control-Allow-Origin', SHOP],
        ].flat(),
      );
      response.end();
    });
    expect((await page.fetch('/')).failure).toMatchObject({ reason: 'allow-origin-multiple' });
  });

  it('forgets what a preflight has allowed once the request fails (clear cache entries)', async () => {
    let broken = false;
    const page = await pageInFront(({ method }, response) => {
      const headers = { 'Access-Control-Allow-Methods': 'PUT', 'Access-Control-Max-Age': '600' };
      response.writeHead(200, method === 'PUT' && broken ? {} : { ...OPEN, ...headers }).end();
    });
    const put = { method: 'PUT' };
    expect((await page.fetch('/', put)).preflight).toBe('sent');
    broken = true;
    expect(await page.fetch('/', put)).toMatchObject({
      preflight: 'cached',
      failure: { step: 'cors-check' },
    });
    expect((await page.fetch('/', put)).preflight).toBe('sent');
  });

  it('a refused preflight leaves nothing in the cache (CORS-preflight fetch)', async () => {
    const page = await pageInFront((_, response) => {
      response.writeHead(204, { ...OPEN, 'Access-Control-Allow-Methods': 'PUT' }).end();
    });
    const refused = { method: 'PUT', headers: { 'x-a': '1' } };
    expect((await page.fetch('/', refused)).failure).toMatchObject({ reason: 'header-not-allowed' });
    expect((await page.fetch('/', { method: 'PUT' })).preflight).toBe('sent');
  });

  it('asks only for what the cache does not know (HTTP fetch)', async () => {
    const page = await pageInFront((_, response) => {
      const headers = { 'Access-Control-Allow-Methods': 'PUT', 'Access-Control-Allow-Headers': 'x-a, x-b' };
      response.writeHead(204, { ...OPEN, ...headers }).end();
    });
    await page.fetch('/', { method: 'PUT' });
    expect((await page.fetch('/', { method: 'PUT', headers: { 'x-b': '1' } })).preflight).toBe('cached');
    expect((await page.fetch('/', { headers: { 'x-a': '1' } })).preflight).toBe('cached');
    const more = await page.fetch('/', { method: 'PUT', headers: { 'x-a': '1', 'x-c': '1' } });
    expect(more.preflight).toBe('sent');
    expect(more.exchanges[0]?.headers.get('Access-Control-Request-Headers')).toBe('x-a,x-c');
  });

  it('keeps an unparsable Max-Age for 5 seconds (CORS-preflight fetch)', async () => {
    const page = await pageInFront((_, response) => {
      const headers = { 'Access-Control-Allow-Methods': 'PUT', 'Access-Control-Max-Age': 'soon' };
      response.writeHead(204, { ...OPEN, ...headers }).end();
    });
    await page.fetch('/', { method: 'PUT' });
    // A second is left for a busy machine: the clock goes on. The boundary is in preflight-cache.test.ts.
    browser.advance(4);
    expect((await page.fetch('/', { method: 'PUT' })).preflight).toBe('cached');
    browser.advance(1);
    expect((await page.fetch('/', { method: 'PUT' })).preflight).toBe('sent');
  });

  it('blocks a no-cors response that its owner keeps to itself (CORP)', async () => {
    const page = await pageInFront(
      (_, response) => void response.writeHead(200, { 'Cross-Origin-Resource-Policy': 'same-origin' }).end(),
    );
    expect((await page.fetch('/', { mode: 'no-cors' })).failure).toEqual({
      step: 'resource-policy',
      reason: 'resource-policy-blocked',
      message: 'the response has Cross-Origin-Resource-Policy: same-origin',
      section: 'Cross-Origin-Resource-Policy header',
    });
  });

  it('does not send a stream twice (HTTP-redirect fetch)', async () => {
    const page = await pageInFront((request, response) => {
      request.resume().on('end', () => response.writeHead(307, { ...OPEN, Location: '/again' }).end());
    }, 'https://api.example.com');
    const body = new Blob(['x']).stream();
    const result = await page.fetch('/', { method: 'POST', body, duplex: 'half' });
    expect(result).toMatchObject({ failure: { reason: 'body-not-replayable' } });
    expect(result.exchanges).toHaveLength(1);
  });

  it('a stream of something else than bytes ends the request (incrementally read a body)', async () => {
    const page = await pageInFront((request) => void request.resume(), 'https://api.example.com');
    const body = new ReadableStream({ start: (controller) => controller.enqueue('text') });
    const result = await page.fetch('/', { method: 'POST', body, duplex: 'half' });
    expect(result.failure).toMatchObject({ step: 'network', reason: 'connection-failed' });
    expect(result.failure?.message).toContain('a stream of something else than bytes');
  });

  it('shows Resource Timing what Timing-Allow-Origin allows (TAO check)', async () => {
    const page = await pageInFront(({ url = '' }, response) => {
      const timing = url.startsWith('/timed') && { 'Timing-Allow-Origin': SHOP };
      const location = url.endsWith('/moved') && { Location: '/timed' };
      response.writeHead(location ? 302 : 200, { ...OPEN, ...timing, ...location }).end();
    });
    expect((await page.fetch('/timed')).timingAllowed).toBe(true);
    expect((await page.fetch('/')).timingAllowed).toBe(false);
    expect((await page.fetch('/timed/moved')).timingAllowed).toBe(true);
    // One refusal in a chain is enough.
    expect((await page.fetch('/moved')).timingAllowed).toBe(false);
  });

  it('speaks TLS where the server does, whoever signed its certificate', async () => {
    const front = await startTlsFront(new Map());
    try {
      browser = await VirtualBrowser.for(`https://127.0.0.1:${front.port}`, { origin: SHOP });
      const result = await browser.page(SHOP).fetch('/');
      expect(result).toMatchObject({ type: 'basic', url: `${SHOP}/` });
      expect(await result.text()).toContain('A page');
    } finally {
      front.close();
    }
  });

  it('sends what script says under any name, twice if it is said twice', async () => {
    let raw: readonly string[] = [];
    const page = await pageInFront(({ rawHeaders }, response) => {
      raw = rawHeaders;
      response.end('ok');
    }, 'https://api.example.com');
    await page.fetch('/', {
      headers: [
        ['X-Two', '1'],
        ['User-Agent', 'mine'],
        ['x-two', '2'],
        ['Accept', 'text/html'],
      ],
    });
    const lines = raw.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${raw[at + 1]}`] : []));
    expect(lines.filter((line) => /^(?:x-two|user-agent|accept)/i.test(line))).toEqual([
      'X-Two: 1',
      'X-Two: 2',
      'User-Agent: mine',
      'Accept: text/html',
    ]);
  });
});
