import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  VirtualBrowser,
  type Exchange,
  type FetchResult,
  type PageFetchInit,
  type VirtualPage,
} from '../../lib/testing/index.js';
import { seed } from '../protocol/seed.js';
import { startSocketServer, type SocketServer } from '../support/socket-server.js';
import { startedBySuite } from '../support/suites.js';

const SHOP = 'https://shop.example.com';
const API = 'https://api.example.com';

/** An answer that allows everything, and that no preflight cache keeps. */
const OPEN = [
  'HTTP/1.1 200 OK',
  'Access-Control-Allow-Origin: *',
  'Access-Control-Allow-Methods: *',
  'Access-Control-Allow-Headers: *, Authorization',
  'Access-Control-Max-Age: 0',
  'Content-Length: 0',
  '',
  '',
].join('\r\n');

/** The head of a request as a result says that it was sent. */
function headOf({ method, url, headers }: Exchange): string {
  const target = url.slice(new URL(url).origin.length);
  return [`${method} ${target} HTTP/1.1`, ...[...headers].map((line) => line.join(': ')), '', ''].join(
    '\r\n',
  );
}

describe('what is on the wire', () => {
  const own = startedBySuite();
  let server: SocketServer;
  let page: VirtualPage;

  beforeAll(async () => {
    server = await own(
      startSocketServer(() => OPEN),
      (started) => started.close(),
    );
  });

  beforeEach(async () => {
    page = (await VirtualBrowser.for(server.url, { origin: API })).page(SHOP);
    server.received();
  });

  /** The heads of the requests that came in, once it is sure that the result says the same. */
  async function heads(url: string, init: PageFetchInit = {}): Promise<readonly string[]> {
    const { exchanges } = await page.fetch(url, init);
    const received = server.received().map((request) => request.replace(/(?<=\r\n\r\n).*/s, ''));
    expect(exchanges.map(headOf)).toEqual(received);
    return received;
  }

  async function requestLines(url: string, init: PageFetchInit = {}): Promise<readonly string[]> {
    return (await heads(url, init)).map((head) => head.slice(0, head.indexOf('\r\n')));
  }

  it.each(['patch', 'Patch', 'pAtCh', 'BREW', 'brew', 'query', 'm-search', "x!#$%&'*+-.^_`|~9"])(
    'is the method as it is written: %s (Methods)',
    async (method) => {
      expect(await requestLines('/a', { method })).toEqual(['OPTIONS /a HTTP/1.1', `${method} /a HTTP/1.1`]);
      const home = (await VirtualBrowser.for(server.url, { origin: API })).page(API);
      await home.fetch('/a', { method, body: 'x' });
      expect(server.received()).toEqual([expect.stringMatching(/^\S+ \/a HTTP\/1\.1\r\n[^]*\r\n\r\nx$/)]);
    },
  );

  it.each(['delete', 'get', 'head', 'options', 'post', 'put'])(
    'is the method in upper case: %s (Methods: "normalize")',
    async (method) => {
      expect((await requestLines('/a', { method })).at(-1)).toBe(`${method.toUpperCase()} /a HTTP/1.1`);
    },
  );

  it.each([
    ['/a?', '/a?'],
    ['/a?#b', '/a?'],
    ['/a#b?c', '/a'],
    ['/a?b?c#d', '/a?b?c'],
    ['/%70?%3f=%23', '/%70?%3f=%23'],
    ['/é?ü', '/%C3%A9?%C3%BC'],
    ["/a b'|?a b'|", "/a%20b'|?a%20b%27|"],
    ['//a//b', '//a//b'],
  ])('is the URL without its fragment: %s', async (url, target) => {
    expect(await requestLines(API + url)).toEqual([`GET ${target} HTTP/1.1`]);
  });

  it('has lines of one name together, named as the first one (Headers: "append")', async () => {
    const headers = [
      ['X-Two', '1'],
      ['x-one', 'a'],
      ['x-two', '2'],
      ['X-TWO', ''],
    ] as const;
    const [, request = ''] = await heads('/a', { headers });
    expect(request.match(/^x-.*$/gim)).toEqual(['X-Two: 1', 'X-Two: 2', 'X-Two: ', 'x-one: a']);
  });

  it('has header values as bytes, one for each character', async () => {
    const [request = ''] = await heads('/a', { headers: { accept: 'é\u0080\u009b\u00ff\ta' } });
    expect(request).toContain('\r\naccept: é\u0080\u009b\u00ff\ta\r\n');
  });

  it.each(['\u0001', '\u001b', '\u007f'])(
    'is nothing for a value that Node does not send: %j',
    async (byte) => {
      const result = await page.fetch('/a', { headers: { 'x-odd': `a${byte}b` } });
      expect(result.failure).toEqual({
        step: 'network',
        reason: 'connection-failed',
        message: 'Node sends no control characters, and x-odd has one in its value',
        section: 'HTTP-network fetch',
      });
      // The preflight names it only.
      expect(result.exchanges.map(headOf)).toEqual(server.received());
      expect(result.exchanges).toMatchObject([{ kind: 'preflight', response: { status: 200 } }]);
    },
  );

  it('is nothing once the signal or the browser has ended it', async () => {
    const browser = await VirtualBrowser.for(server.url, { origin: API });
    const results: FetchResult[] = [await browser.page(SHOP).fetch('/a', { signal: AbortSignal.abort() })];
    browser.close();
    results.push(await browser.page(SHOP).fetch('/a', { method: 'PUT' }));
    for (const { failure, exchanges } of results) {
      expect(failure).toMatchObject({ step: 'network', reason: 'aborted' });
      expect(exchanges).toEqual([]);
    }
    expect(server.received()).toEqual([]);
  });

  it('is what the result says of any request', async () => {
    const token = fc.string({
      unit: fc.constantFrom(...Array.from('aBcXyZ-_.')),
      minLength: 1,
      maxLength: 6,
    });
    const value = fc.string({ unit: fc.constantFrom(...Array.from('aB1 \t,;="é\u0080')), maxLength: 8 });
    const name = fc.constantFrom(
      'X-A',
      'x-a',
      'x-b',
      'Accept',
      'accept',
      'User-Agent',
      'Range',
      'Content-Type',
    );
    const url = fc.string({ unit: fc.constantFrom(...Array.from('ab/?#%é &')), maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(token, fc.constantFrom('GET', 'put', 'post', 'patch')),
        fc.array(fc.tuple(name, value), { maxLength: 6 }),
        url,
        fc.option(value, { nil: undefined }),
        async (method, headers, path, body) => {
          await heads(`${API}/${path}`, { method, headers, ...(/^get$/i.test(method) ? {} : { body }) });
        },
      ),
      { seed, numRuns: 150 },
    );
  });
});
