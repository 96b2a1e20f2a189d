import { describe, expect, it } from '@jest/globals';
import { readWithLoneCr } from '../../lib/testing/lone-cr.js';

function bytes(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

describe('a response with a lone CR', () => {
  it('has the lines that a CR, an LF or both end, and those without a colon are left out', async () => {
    const response = readWithLoneCr(
      bytes(
        'HTTP/1.1 203 Odd\r\nX-One: a\rb\r\nX-Two:\t é \nX-Three:c\rContent-Length: 3\r\n\r\nok\n, and more',
      ),
    );
    expect(response?.status).toBe(203);
    expect(response?.headers.lines).toEqual([
      ['X-One', 'a'],
      ['X-Two', 'é'],
      ['X-Three', 'c'],
      ['Content-Length', '3'],
    ]);
    expect(await new Response(response?.body()).text()).toBe('ok\n');
    expect(response?.discard()).toBeUndefined();
  });

  it('has all that came, where it does not say how much that is', async () => {
    const response = readWithLoneCr(bytes('HTTP/1.0 200\nX-One: a\rb\n\nall of it'));
    expect(await new Response(response?.body()).text()).toBe('all of it');
  });

  it.each([
    ['without one', 'HTTP/1.1 200 OK\r\nX-One: a\r\n\r\nok'],
    ['with one in its body only', 'HTTP/1.1 200 OK\r\nX-One: a\r\n\r\no\rk'],
    ['with a NUL', 'HTTP/1.1 200 OK\r\nX-One: a\rb\0\r\n\r\nok'],
    ['without an end', 'HTTP/1.1 200 OK\r\nX-One: a\rb\r\n'],
    ['that is none', 'hello\r\rworld'],
  ])('is none %s', (_, text) => {
    expect(readWithLoneCr(bytes(text))).toBeUndefined();
  });
});
