import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import {
  isInsecureOrigin,
  isOwnOrigin,
  isSerializedOrigin,
  MAX_ORIGIN_LENGTH,
} from '../../lib/protocol/serialized-origin.js';
import { seed } from './seed.js';

const label63 = 'a'.repeat(63);
const host253 = `${label63}.${label63}.${label63}.${'b'.repeat(61)}`;
const scheme64 = `s${'t'.repeat(63)}`;

describe('isSerializedOrigin', () => {
  it.each([
    'null',
    'https://example.com',
    'http://localhost',
    'http://localhost:3000',
    'https://a_b.com',
    'https://_dmarc.example.com',
    'https://-foo.com',
    'https://foo-.com',
    'https://ab--cd.com',
    'https://www.xn--xample-9ua.com',
    'https://example.com.',
    'https://example.com.:8443',
    'https://com',
    'http://127.0.0.1:8080',
    'http://[::1]',
    'http://[::1]:90',
    'http://[::]',
    'http://[::ffff:7f7f:7f7f]',
    'http://[2001:db8:1234:5678:9abc:def0:1234:5678]:65535',
    'http://[1234:1234:1234:1234:1234:1234:1234:1234]',
    'http://example.com:1',
    'http://example.com:443',
    'https://example.com:80',
    'ws://example.com:443',
    'wss://example.com:80',
    'ftp://example.com:80',
    'ftps://example.com:21',
    'httpx://example.com:80',
    'capacitor://localhost',
    // What app shells send.
    'app://.',
    'app://',
    'app://-',
    'qrc://',
    'file://',
    'chrome-extension://abc',
    'moz-extension://2c127fa4-62c7-7e4f-90e5-472b45eecfdc',
    'web+a.b-c2://x',
    `https://${label63}.com`,
    `https://${host253}`,
    `https://${host253}.`,
    `${scheme64}://a`,
    `${scheme64}://${host253}:65535`,
  ])('knows %s', (origin) => expect(isSerializedOrigin(origin)).toBe(true));

  it.each([
    '',
    '*',
    'NULL',
    'null ',
    'Null',
    'nullx',
    'example.com',
    '//example.com',
    '://example.com',
    ':',
    'https:',
    'https:/',
    'https://',
    'https:/example.com',
    'https//example.com',
    'HTTPS://example.com',
    'https://Example.com',
    'https://example.com/',
    'https://example.com//',
    'https://example.com/a',
    'https://example.com?',
    'https://example.com#',
    'https://u@example.com',
    'https://u:p@example.com',
    'https://résumé.com',
    ' https://example.com',
    'https://example.com ',
    'https://exa mple.com',
    'https://example.com\n',
    'https://example.com\0',
    'https://example.com, https://example.org',
    'https://example.com https://example.org',
    'https://*.example.com',
    'https://example.com:*',
    'https://.example.com',
    'https://.',
    'https://..',
    'ws://',
    'wss://.',
    'ftp://.',
    'app:',
    'app:/',
    'app:///',
    'app://..',
    'app://./',
    'app://.:80',
    'app://:80',
    'app://.x',
    'APP://.',
    'app://%41b',
    "app://it's",
    'https://example..com',
    'https://example.com..',
    'https://:8080',
    'https://example.com:',
    'https://example.com:0',
    'https://example.com:00',
    'https://example.com:06060',
    'https://example.com:-1',
    'https://example.com:+1',
    'https://example.com:abc',
    'https://example.com:65536',
    'https://example.com:99999',
    'https://example.com:123456',
    'https://example.com:1234a',
    'https://example.com:80:80',
    'https://example.com:443',
    'http://example.com:80',
    'ws://example.com:80',
    'wss://example.com:443',
    'ftp://example.com:21',
    '1http://example.com',
    '-http://example.com',
    'ht_tp://example.com',
    'http://[',
    'http://[]',
    'http://[:]',
    'http://[::1',
    'http://::1]',
    'http://abc[::1]',
    'http://[::1]abc',
    'http://[::1]]',
    'http://[::FFFF]',
    'http://[::ffff:127.0.0.1]',
    'http://[fe80::1%eth2]',
    'http://[example]',
    'http://[::1]:80',
    `http://[${'0:'.repeat(20)}]`,
    `https://a${label63}.com`,
    `https://${host253}b`,
    `${scheme64}t://a`,
    // ASP.NET's and Spring's malformed origins (cases 12 and 16).
    'http://*@:;',
    'http://',
    'http://*',
    'http://.domain',
    'http://.domain/hello',
  ])('refuses %j', (value) => expect(isSerializedOrigin(value)).toBe(false));

  it('refuses 327 bytes of what would be well-formed (C54)', () => {
    const longest = `${scheme64}://${host253}:65535`;
    expect(longest).toHaveLength(MAX_ORIGIN_LENGTH);
    expect(isSerializedOrigin(longest)).toBe(true);
    expect(isSerializedOrigin(`${scheme64}://${host253}.:65535`)).toBe(false);
  });

  it('does not look at a header of a megabyte', () => {
    const long = `https://${'a.'.repeat(500_000)}com`;
    const start = performance.now();
    for (let i = 0; i < 10_000; i++) isSerializedOrigin(long);
    expect(performance.now() - start).toBeLessThan(500);
  });
});

/** What the URL parser says; `undefined` where the scanner need not know (canonical addresses, punycode). */
function urlSays(value: string): boolean | undefined {
  if (value === 'null') return true;
  if (!/^[a-z0-9+.:/[\]_-]+$/.test(value)) return false;
  if (/xn--|[[\]]|0x|[./]\d+\.?(?::.*)?$/.test(value)) return undefined;
  if (!URL.canParse(value)) return false;
  const { origin, protocol, host, hostname, port } = new URL(value);
  const serialized = origin === 'null' ? `${protocol}//${host}` : origin;
  if (origin === 'null' && /^\.?$/.test(hostname)) return value === serialized && port === '';
  const labels = hostname.replace(/\.$/, '').split('.');
  return value === serialized && port !== '0' && labels.every((label) => /^[a-z0-9_-]{1,63}$/.test(label));
}

const pieces = fc.constantFrom(
  'https',
  'http',
  'ws',
  'ftp',
  'capacitor',
  '://',
  ':',
  '/',
  '.',
  '..',
  'a',
  'foo',
  'x-y',
  '_z',
  'com',
  'A',
  '@',
  '8080',
  '80',
  '443',
  '0',
  '65535',
  '65536',
  '21',
  '[::1]',
  '[',
  ']',
  '*',
  ' ',
  '?',
  '#',
  'null',
  '+',
  '-',
);
const nearOrigins = fc
  .tuple(
    fc.constantFrom('https', 'http', 'ws', 'wss', 'ftp', 'capacitor', 'a+b.c-d'),
    fc.array(fc.constantFrom('a', 'foo', 'x-y', '_z', 'com', '-a-', 'b1'), { minLength: 1, maxLength: 4 }),
    fc.constantFrom(
      '',
      '',
      '.',
      ':80',
      ':443',
      ':21',
      ':8080',
      ':65535',
      ':65536',
      ':08',
      ':0',
      ':',
      '.:1',
      '/',
    ),
    fc.nat(40),
    fc.option(pieces, { nil: undefined }),
  )
  .map(([scheme, labels, end, at, piece]) => {
    const origin = `${scheme}://${labels.join('.')}${end}`;
    return piece === undefined ? origin : origin.slice(0, at) + piece + origin.slice(at);
  });

describe(`isSerializedOrigin against the URL parser (FC_SEED=${seed})`, () => {
  it('agrees on near misses', () => {
    let known = 0;
    fc.assert(
      fc.property(
        fc.oneof(
          nearOrigins,
          fc.array(pieces, { maxLength: 8 }).map((p) => p.join('')),
        ),
        (value) => {
          const expected = urlSays(value);
          if (expected === undefined) return;
          known++;
          expect([value, isSerializedOrigin(value)]).toEqual([value, expected]);
        },
      ),
      { seed, numRuns: 20_000 },
    );
    expect(known).toBeGreaterThan(15_000);
  });

  it('knows the origin of every URL of a web page', () => {
    fc.assert(
      fc.property(fc.webUrl({ withFragments: true, withQueryParameters: true }), (url) => {
        expect(isSerializedOrigin(new URL(url).origin)).toBe(true);
      }),
      { seed, numRuns: 2_000 },
    );
  });

  it('knows every canonical address', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.ipV4(),
          fc.ipV6().map((ip) => `[${ip}]`),
        ),
        fc.integer({ min: 1, max: 65535 }),
        (ip, port) => {
          expect(isSerializedOrigin(new URL(`http://${ip}:${port}`).origin)).toBe(true);
        },
      ),
      { seed, numRuns: 2_000 },
    );
  });

  it('never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (value) => {
        isSerializedOrigin(value);
        isInsecureOrigin(`http://${value}`);
      }),
      { seed, numRuns: 2_000 },
    );
  });
});

describe('isOwnOrigin', () => {
  it.each(['https://example.com', 'http://localhost:3000', 'app://.', 'qrc://', 'files://x'])(
    'is true of %s',
    (origin) => expect(isOwnOrigin(origin)).toBe(true),
  );

  it.each(['null', 'file://', 'file://host', '', '*', 'https://example.com/', 'file:///x'])(
    'is false of %j',
    (origin) => expect(isOwnOrigin(origin)).toBe(false),
  );
});

describe('isInsecureOrigin', () => {
  it.each([
    'http://example.com',
    'http://192.168.0.1',
    'http://10.0.0.1:8080',
    'http://169.254.169.254',
    'http://127.0.0.1.evil.com',
    'http://127.0.0.1.evil.com:80',
    'http://127.evil.com',
    'http://128.0.0.1',
    'http://127.0.0',
    'http://127.0.0.256',
    'http://127.0.0.01',
    'http://127.0.0.1.',
    'http://1270.0.0.1',
    'http://0127.0.0.1',
    'http://alocalhost',
    'http://localhosta',
    'http://localhost.evil.com',
    'http://localhost-',
    'http://foo.localhost.com',
    'http://[::2]',
    'http://[::1:1]',
    'http://[::ffff:7f00:1]',
    'http://localhost@evil.com',
    'http://localhost:80@evil.com',
    'http://localhost:8080@evil.com',
    'http://[::1]@evil.com',
    'http://evil.com/.localhost',
    'http://evil.com#localhost',
    'http://localhost..',
    'http://.localhost',
    'http://',
  ])('is true of %s', (origin) => expect(isInsecureOrigin(origin)).toBe(true));

  it.each([
    'https://example.com',
    'http://localhost',
    'http://localhost.',
    'http://localhost:3000',
    'http://localhost.:3000',
    'http://foo.localhost',
    'http://foo.localhost.',
    'http://a.b.localhost:8080',
    'http://127.0.0.1',
    'http://127.127.127.127',
    'http://127.0.0.1:8080',
    'http://127.255.255.255',
    'http://[::1]',
    'http://[::1]:8080',
    'connector://localhost',
    'chrome-extension://abc',
    'capacitor://example.com',
    'null',
  ])('is false of %s', (origin) => expect(isInsecureOrigin(origin)).toBe(false));
});
