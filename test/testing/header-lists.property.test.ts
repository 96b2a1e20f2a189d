import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HeaderList, type Header } from '../../lib/testing/header-list.js';
import { isSafelistedHeader, unsafeHeaderNames } from '../../lib/testing/request-headers.js';
import { splitHeaderValue } from '../../lib/testing/header-value.js';
import { tokenList } from '../../lib/testing/response-headers.js';
import { preflightHeaders } from '../../lib/testing/preflight.js';
import { seed } from '../protocol/seed.js';

const byte = fc.integer({ min: 0, max: 0xff }).map((code) => String.fromCharCode(code));
const likely = fc.constantFrom(...Array.from('abcXYZ019 \t*,-.;=/"(){}:?@_\u007f\u0080'));
const value = fc.oneof(
  fc.string({ unit: fc.oneof({ weight: 9, arbitrary: likely }, byte), maxLength: 12 }),
  fc.string({ unit: likely, minLength: 120, maxLength: 135 }),
  fc.constantFrom('text/plain', 'TEXT/PLAIN;a=b', 'application/json', 'bytes=1-2', 'bytes=2-1', 'bytes=-1'),
);
const name = fc
  .constantFrom(
    'accept',
    'accept-language',
    'content-language',
    'content-type',
    'range',
    'x-a',
    'x-b',
    'authorization',
  )
  .chain((text) => fc.mixedCase(fc.constant(text)));
const header: fc.Arbitrary<Header> = fc.tuple(name, value);

/** Value by value as the standard words it, and nothing else. Content types are a list of the spellings tried here. */
function naiveSafelisted(headerName: string, text: string): boolean {
  const codes = Array.from(text, (character) => character.charCodeAt(0));
  if (codes.length > 128) return false;
  const unsafe = (code: number): boolean =>
    (code < 0x20 && code !== 0x09) ||
    code === 0x7f ||
    Array.from('"():<>?@[\\]{}').some((other) => other.charCodeAt(0) === code);
  const key = headerName.toLowerCase();
  if (key === 'accept') return !codes.some(unsafe);
  if (key === 'accept-language' || key === 'content-language') {
    const allowed = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz *,-.;=';
    return Array.from(text).every((character) => allowed.includes(character));
  }
  if (key === 'content-type') return ['text/plain', 'TEXT/PLAIN;a=b'].includes(text);
  return key === 'range' && text === 'bytes=1-2';
}

/** Step by step as the standard has it (Fetch, Headers: "get, decode, and split"), then without empty elements. */
function naiveSplit(text: string): readonly string[] {
  const values: string[] = [];
  let element = '';
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === ',' && !quoted) {
      values.push(element);
      element = '';
      continue;
    }
    element += character;
    if (character === '"') quoted = !quoted;
    if (character === '\\' && quoted) element += text.charAt(++at);
  }
  return [...values, element].map((one) => one.replace(/^[\t ]+|[\t ]+$/g, '')).filter((one) => one !== '');
}

describe(`header lists against naive ones (FC_SEED=${seed})`, () => {
  it('safelists the same', () => {
    fc.assert(
      fc.property(header, ([headerName, text]) => {
        expect(isSafelistedHeader(headerName, text)).toBe(naiveSafelisted(headerName, text));
      }),
      { seed, numRuns: 3000 },
    );
  });

  it('asks for each unsafe name once, in lower case and in order', () => {
    fc.assert(
      fc.property(fc.array(header, { maxLength: 14 }), (headers) => {
        const safe = headers.filter(([headerName, text]) => naiveSafelisted(headerName, text));
        const sum = safe.reduce((total, [, text]) => total + text.length, 0);
        const asked = sum > 1024 ? headers : headers.filter((line) => !safe.includes(line));
        const wanted = new Set(asked.map(([headerName]) => headerName.toLowerCase()));
        const names = unsafeHeaderNames(headers);
        expect(new Set(names)).toEqual(wanted);
        expect(names).toHaveLength(wanted.size);
        expect(names.every((item, at) => at === 0 || (names[at - 1] as string) < item)).toBe(true);
        expect(preflightHeaders('GET', names)[2]?.[1]).toBe(names.length === 0 ? undefined : names.join(','));
      }),
      { seed, numRuns: 1000 },
    );
  });

  it('extracts the same lists', () => {
    const piece = fc.constantFrom(
      'a',
      'GET',
      'x-y',
      '*',
      '',
      ' ',
      '\t',
      ',',
      ', ',
      ' ,',
      'a b',
      '"',
      ';',
      '\u00e9',
    );
    const line = fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(fc.array(line, { maxLength: 3 }), (lines) => {
        const elements = lines
          .join(',')
          .split(',')
          .map((text) => text.replace(/^[ \t]+|[ \t]+$/g, ''))
          .filter((text) => text !== '');
        const tokens = elements.every((text) => /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text));
        const headers = new HeaderList(lines.map((text) => ['Access-Control-Allow-Methods', text] as const));
        expect(tokenList(headers, 'access-control-allow-METHODS')).toEqual(tokens ? elements : undefined);
      }),
      { seed, numRuns: 2000 },
    );
  });

  it('splits values at the same commas', () => {
    const text = fc.string({ unit: fc.constantFrom(...Array.from('a,,"\\ \t\n')), maxLength: 12 });
    fc.assert(
      fc.property(text, (written) => {
        expect(splitHeaderValue(written)).toEqual(naiveSplit(written));
      }),
      { seed, numRuns: 3000 },
    );
  });
});
