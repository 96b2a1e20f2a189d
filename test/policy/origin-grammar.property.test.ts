import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readByParser, readPlainOrigin, readWrittenOrigin } from '../../lib/policy/origin-grammar.js';
import { seed } from '../protocol/seed.js';

const label63 = 'a'.repeat(63);
const host251 = `${label63}.${label63}.${label63}.${'b'.repeat(59)}`;

/** Parts of which some make hosts that a URL parser changes or refuses, or that only look as if it did. */
const LABELS = [
  'a',
  'example',
  'com',
  '-',
  'a-',
  '-a',
  'a--b',
  'xn--',
  'xn--a',
  'xn--fa-hia',
  'xn-',
  'xn-a',
  'axn--a',
  'Xn--a',
  'x',
  'localhost',
  '0',
  '1',
  '127',
  '0x',
  '0x7f',
  '0xg',
  '1a',
  'a1',
  '256',
  '08',
  'é',
  'ß',
  'K',
  '\u{212a}',
  'a_b',
  '_',
  'a\u00ad',
  '%41',
  '',
  '*',
  '**',
  label63,
  `${label63}a`,
  host251,
];
const label = fc.oneof(
  { arbitrary: fc.constantFrom('a', 'example', 'c--m', 'xn-a', '-x', '1a', label63), weight: 14 },
  { arbitrary: fc.constantFrom(...LABELS), weight: 3 },
  {
    arbitrary: fc.string({
      unit: fc.constantFrom('a', 'b', 'n', 'x', '0', '1', '9', '-', '.'),
      maxLength: 6,
    }),
    weight: 2,
  },
);
const SCHEMES = ['HTTPS', 'httpss', 'ws', 'app', 'file', ' https', ''];
const SEPARATORS = [':/', ':', '://@', '://a@', '://***.'];
const BEHIND = ['.', '..', ':', ':443', ':80', ':8080', ':*', '/', '?', '#', ' ', '\n', '\0'];

function mostly(usual: readonly string[], others: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    { arbitrary: fc.constantFrom(...usual), weight: 3 },
    { arbitrary: fc.constantFrom(...others), weight: 1 },
  );
}

const written = fc
  .tuple(
    mostly(['https', 'http'], SCHEMES),
    mostly(['://', '://', '://*.', '://**.'], SEPARATORS),
    fc.array(label, { minLength: 1, maxLength: 4 }),
    mostly([''], BEHIND),
  )
  .map(([scheme, separator, labels, behind]) => `${scheme}${separator}${labels.join('.')}${behind}`);

describe(`the road past the URL parser (FC_SEED=${seed})`, () => {
  it('reads nothing in another way than the parser does', () => {
    let plain = 0;
    fc.assert(
      fc.property(written, (text) => {
        const read = readPlainOrigin(text);
        const parsed = readByParser(text);
        if (read !== undefined) plain++;
        // Not by what Jest compares with, which takes most of the time.
        return (
          isDeepStrictEqual(read ?? parsed, parsed) && isDeepStrictEqual(readWrittenOrigin(text), parsed)
        );
      }),
      { seed, numRuns: 20_000 },
    );
    // Otherwise it would never have been taken.
    expect(plain).toBeGreaterThan(2_000);
  });

  it.each(['https://', 'http://*.', ''])('nor any string behind %p', (start) => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' })), (end) => {
        const parsed = readByParser(start + end);
        return isDeepStrictEqual(readPlainOrigin(start + end) ?? parsed, parsed);
      }),
      { seed, numRuns: 1_000 },
    );
  });

  it.each<[what: string, text: string]>([
    ['a name', 'https://shop.example.com'],
    ['one label', 'http://localhost'],
    ['labels that begin with digits', 'https://1.2.3.x'],
    ['dashes wherever they are', 'https://-a--b-.c'],
    ['wildcard labels', 'https://*.example.com'],
    ['the longest host', `https://${host251}.c`],
    ['the longest host behind a wildcard', `https://*.${host251}`],
  ])('is taken by %s', (_, text) => {
    expect(readPlainOrigin(text)).toBeDefined();
  });

  it.each<[what: string, text: string]>([
    ['punycode', 'https://xn--fa-hia.example'],
    ['a last label of digits', 'https://a.1'],
    ['a last label that begins with a digit', 'https://a.1b'],
    ['an address', 'http://127.0.0.1'],
    ['a dot at the end', 'https://example.com.'],
    ['an underscore', 'https://a_b.example'],
    ['a port', 'https://example.com:8443'],
    ['another scheme', 'capacitor://localhost'],
    ['upper case', 'https://Example.com'],
    ['a host that is too long behind a wildcard', `https://*.${host251}.c`],
    ['no host', 'https://'],
  ])('is not taken by %s', (_, text) => {
    expect(readPlainOrigin(text)).toBeUndefined();
  });
});
