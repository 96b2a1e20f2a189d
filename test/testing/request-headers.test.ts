import { describe, expect, it } from '@jest/globals';
import type { Header } from '../../lib/testing/header-list.js';
import {
  isBodyHeader,
  isForbiddenHeader,
  isNoCorsSafelistedHeader,
  isNonWildcardHeader,
  isSafelistedHeader,
  unsafeHeaderNames,
} from '../../lib/testing/request-headers.js';

/** Fetch, Headers: "CORS-unsafe request-header byte", spelled out. */
const UNSAFE_BYTES = [
  ...Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)).filter((byte) => byte !== '\t'),
  ...Array.from('"():<>?@[\\]{}\u007f'),
];

describe('a CORS-safelisted request-header (Fetch, Headers)', () => {
  it.each<[name: string, value: string]>([
    ['accept', '*/*'],
    ['Accept', 'text/html;q=0.9, application/json'],
    ['accept', ''],
    ['accept', '\t'],
    ['accept', '\u0080\u00ff'],
    ['accept', 'a'.repeat(127)],
    ['accept', 'a'.repeat(128)],
    ['accept-language', 'de-CH, en;q=0.5, *'],
    ['content-language', 'en'],
    ['accept-language', ' *,-.;=09azAZ'],
    ['content-type', 'text/plain'],
    ['Content-Type', 'TEXT/Plain;charset=UTF-8'],
    ['content-type', 'text/plain ;charset=utf-8'],
    ['content-type', 'text/plain;'],
    ['content-type', 'application/x-www-form-urlencoded'],
    ['content-type', 'multipart/form-data; boundary=----x'],
    ['content-type', `text/plain;${'a'.repeat(117)}`],
    ['range', 'bytes=0-'],
    ['range', 'bytes=0-0'],
    ['Range', 'bytes=5-10'],
    ['range', 'bytes=99999999999999999998-99999999999999999999'],
  ])('is %s: %j', (name, value) => {
    expect(isSafelistedHeader(name, value)).toBe(true);
  });

  it.each<[name: string, value: string]>([
    ['accept', 'a'.repeat(129)],
    ['accept-language', 'a'.repeat(129)],
    ['accept-language', 'de_CH'],
    ['accept-language', 'en\t'],
    ['content-language', 'en/us'],
    ['content-language', '\u00e9'],
    ['content-type', 'application/json'],
    ['content-type', 'text/plain, text/plain'], // whole value, not "extract a MIME type"
    ['content-type', 'text/plain2'],
    ['content-type', ''],
    ['content-type', 'text'],
    ['content-type', 'text/plain; charset="utf-8"'],
    ['content-type', 'multipart/form-data; boundary=(x)'],
    ['content-type', `text/plain;${'a'.repeat(118)}`],
    ['range', 'bytes=-5'],
    ['range', 'bytes=5-4'],
    ['range', 'bytes=99999999999999999999-99999999999999999998'],
    ['range', 'bytes=0-1,2-3'],
    ['range', 'bytes = 0-1'],
    ['range', 'bytes=0 -1'],
    ['range', 'Bytes=0-1'],
    ['range', 'items=0-1'],
    ['range', 'bytes=-'],
    ['range', ''],
    ['authorization', 'x'],
    ['x-csrf-token', ''],
    ['cache-control', 'no-cache'],
    ['save-data', 'on'], // Chromium lets client hints through; the standard does not
    ['user-agent', 'x'],
  ])('is not %s: %j', (name, value) => {
    expect(isSafelistedHeader(name, value)).toBe(false);
  });

  it.each(UNSAFE_BYTES.map((byte) => [JSON.stringify(byte), byte]))('has no byte %s', (_, byte) => {
    expect(isSafelistedHeader('accept', `a${byte}b`)).toBe(false);
    expect(isSafelistedHeader('content-type', `text/plain;a=${byte}`)).toBe(false);
  });

  it('may have every other byte in Accept', () => {
    const bytes = Array.from({ length: 0x100 }, (_, code) => String.fromCharCode(code));
    const safe = bytes.filter((byte) => isSafelistedHeader('accept', byte));
    expect(safe).toEqual(bytes.filter((byte) => !UNSAFE_BYTES.includes(byte)));
  });
});

describe('CORS-unsafe request-header names (Fetch, Headers)', () => {
  it.each<[what: string, headers: readonly Header[], names: readonly string[]]>([
    ['none', [], []],
    [
      'only safelisted ones',
      [
        ['Accept', '*/*'],
        ['Content-Type', 'text/plain'],
      ],
      [],
    ],
    [
      'lower case, sorted, unique',
      [
        ['X-Zeta', '1'],
        ['x-Mid', '3'],
        ['X-ALPHA', '2'],
        ['x-zeta', '4'],
      ],
      ['x-alpha', 'x-mid', 'x-zeta'],
    ],
    [
      'by bytes, not by language',
      [
        ['x_b', ''],
        ['x-b', ''],
        ['x~', ''],
        ['x1', ''],
      ],
      ['x-b', 'x1', 'x_b', 'x~'],
    ],
    ['a safelisted name with an unsafe value', [['Content-Type', 'application/json']], ['content-type']],
    [
      'one line of two',
      [
        ['accept', 'a'],
        ['accept', '"'],
      ],
      ['accept'],
    ],
    [
      'values of 1024 bytes together',
      Array.from({ length: 8 }, () => ['accept', 'a'.repeat(128)] as const),
      [],
    ],
    [
      'values of 1025 bytes together',
      [
        ...Array.from({ length: 8 }, () => ['accept', 'a'.repeat(128)] as const),
        ['Accept-Language', 'a'],
        ['x-a', ''],
      ],
      ['accept', 'accept-language', 'x-a'],
    ],
    [
      'unsafe values, which do not count',
      [...Array.from({ length: 8 }, () => ['accept', 'a'.repeat(128)] as const), ['x-a', 'a'.repeat(500)]],
      ['x-a'],
    ],
  ])('%s', (_, headers, names) => {
    expect(unsafeHeaderNames(headers)).toEqual(names);
  });
});

describe('headers that browsers drop (Fetch, Headers: "forbidden request-header")', () => {
  it.each(['Cookie', 'host', 'ORIGIN', 'Sec-Fetch-Site', 'proxy-authorization', 'Set-Cookie', 'Via', 'DNT'])(
    '%s',
    (name) => expect(isForbiddenHeader(name, '')).toBe(true),
  );

  it.each(['X-HTTP-Method', 'x-http-method-override', 'X-Method-Override'])('%s with some values', (name) => {
    for (const value of ['TRACE', 'trace', 'GET, TRACK', 'GET,connect ,PUT', '\tTRACE', '"a,b",TRACE']) {
      expect(isForbiddenHeader(name, value)).toBe(true);
    }
    for (const value of ['PUT', '', 'TRACES', 'GET TRACE', 'PUT,DELETE', 'TRACE""']) {
      expect(isForbiddenHeader(name, value)).toBe(false);
    }
  });

  it.each(['"a,TRACE,b"', 'PUT "a,TRACE,b"', '"a\\",TRACE,"', '"a,TRACE', '"a,TRACE\\'])(
    'not what a method override quotes: %s (get, decode, and split)',
    (value) => expect(isForbiddenHeader('X-HTTP-Method', value)).toBe(false),
  );

  it.each(['Authorization', 'User-Agent', 'Accept', 'x-method'])('not %s', (name) => {
    expect(isForbiddenHeader(name, 'TRACE')).toBe(false);
  });
});

describe('the other lists of names', () => {
  it('no-CORS-safelisted: four names with safelisted values, and no Range', () => {
    expect(isNoCorsSafelistedHeader('Accept', '*/*')).toBe(true);
    expect(isNoCorsSafelistedHeader('content-type', 'text/plain')).toBe(true);
    expect(isNoCorsSafelistedHeader('content-type', 'application/json')).toBe(false);
    expect(isNoCorsSafelistedHeader('range', 'bytes=0-')).toBe(false);
  });

  it('CORS non-wildcard request-header name: Authorization', () => {
    expect(['authorization', 'AUTHORIZATION', 'x-authorization', 'cookie'].map(isNonWildcardHeader)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('request-body-header names', () => {
    const names = [
      'Content-Encoding',
      'content-language',
      'CONTENT-LOCATION',
      'Content-Type',
      'Content-Length',
      'X-Content-Type',
    ];
    expect(names.filter(isBodyHeader)).toEqual(names.slice(0, 4));
  });
});
