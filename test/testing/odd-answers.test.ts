import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { expectCors, VirtualBrowser, type FetchResult } from '../../lib/testing/index.js';
import { startSocketServer, type SocketServer } from '../support/socket-server.js';
import { startedBySuite } from '../support/suites.js';

/*
 * Answers that no server of Node writes. What Chromium makes of them is in test/browser/table/cases/odd-answers.ts.
 */

const SHOP = 'https://shop.example.com';

/** An answer with these lines that any page may read. */
function answer(lines: readonly string[], status = 'HTTP/1.1 200 OK', body = 'ok'): string {
  return [
    status,
    'Access-Control-Allow-Origin: *',
    ...lines,
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

describe('a page in front of a server that answers anything', () => {
  const own = startedBySuite();
  let server: SocketServer;
  let bytes = '';

  beforeAll(async () => {
    server = await own(
      startSocketServer(() => bytes),
      (started) => started.close(),
    );
  });

  afterEach(() => void server.received());

  async function get(answered: string, url = '/'): Promise<FetchResult> {
    bytes = answered;
    const browser = await VirtualBrowser.for(server.url, { origin: 'https://api.example.com' });
    return await browser.page(SHOP).fetch(url);
  }

  const allBytes = Array.from({ length: 256 }, (_, code) => code);

  it.each(allBytes.filter((code) => ![0x00, 0x0a, 0x0d].includes(code)))(
    'reads byte %i in a header value (Headers: "header value")',
    async (code) => {
      const value = `a${String.fromCharCode(code)}b`;
      const result = await get(answer(['Access-Control-Expose-Headers: x-odd', `X-Odd: ${value}`]));
      expect(result).toMatchObject({ readable: true, status: 200 });
      expect(result.headers.get('x-odd')).toBe(value);
      expect(result.exchanges[0]?.response?.headers.get('x-odd')).toBe(value);
      expect(await result.text()).toBe('ok');
    },
  );

  it.each([
    ['NUL in a value', answer(['X-Odd: a\0b'])],
    ['NUL in a value of a folded line', answer(['X-Odd: a\r\n \0'])],
    ['NUL in a name', answer(['X-O\0dd: a'])],
    ['NUL in the status line', answer([], 'HTTP/1.1 200 \0')],
    ['CR in a value', answer(['X-Odd: a\rb'])],
    ['CR at the end of a value', answer(['X-Odd: a\r'])],
    ['lengths that differ', answer(['Content-Length: 1'])],
    ['no HTTP', 'hello'],
    ['101, though nobody has asked for it', answer([], 'HTTP/1.1 101 Switching Protocols', '')],
    ['more than 256 kilobytes', answer([`X-Odd: ${'a'.repeat(2 ** 18)}`])],
  ])('has no response from %s (HTTP-network fetch)', async (_, answered) => {
    const result = await get(answered);
    expect(result.failure).toMatchObject({ step: 'network', reason: 'connection-failed' });
    expect(result.exchanges).toMatchObject([{ method: 'GET', response: undefined }]);
  });

  it('says that it was a NUL', async () => {
    expect((await get(answer(['X-Odd: \0']))).failure?.message).toBe(
      'there was no response: there is a NUL in its status line or headers',
    );
  });

  it('reads long heads, and all of their lines', async () => {
    const names = Array.from({ length: 3000 }, (_, index) => `x-${index}`);
    const result = await get(answer(names.map((name) => `${name}: ${'a'.repeat(40)}`)));
    expect(result.readable).toBe(true);
    expect(result.exchanges[0]?.response?.headers.lines.slice(1, -1).map(([name]) => name)).toEqual(names);
  });

  it('follows a Location with a control character (location URL)', async () => {
    const result = await get(answer(['Location: /a\u0001b'], 'HTTP/1.1 302 Found'), '/first');
    expect(server.received()[1]).toMatch(/^GET \/a%01b HTTP/);
    expect(result.failure).toMatchObject({ reason: 'too-many-redirects' });
  });

  it('shows no control characters of an answer to whoever reads the message', async () => {
    bytes = answer([]).replace('*', '\u001b[2Jhttps://evil.example\u009b');
    const refused = await get(bytes);
    const message =
      'the response has Access-Control-Allow-Origin: \\u{1b}[2Jhttps://evil.example\\u{9b}, which is not ';
    expect(refused.failure).toMatchObject({ reason: 'allow-origin-mismatch', message: message + SHOP });
    const shop = expectCors(server.url).from(SHOP);
    await expect(shop.toRead('GET /')).rejects.toThrow(`is refused: ${message}`);
    bytes = answer(['X-Odd: a', 'Access-Control-Expose-Headers: x-other\u0007']);
    await expect(shop.toExpose('GET /', 'x-odd')).rejects.toThrow(
      'does not show script x-odd: the response has Access-Control-Expose-Headers: x-other\\u{7}',
    );
  });
});
