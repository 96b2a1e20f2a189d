import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  isCorsHeader,
  isForbiddenMethod,
  isForbiddenRequestHeader,
  isForbiddenResponseHeader,
  isSafelistedMethod,
  isSafelistedResponseHeader,
  isToken,
  normalizeMethod,
} from '../../lib/protocol/names.js';
import { seed } from './seed.js';

/** Upper case, lower case, and every other letter upper. */
function spellings(name: string): string[] {
  const mixed = Array.from(name, (letter, at) => (at % 2 === 0 ? letter.toUpperCase() : letter)).join('');
  return [name.toLowerCase(), name.toUpperCase(), mixed];
}

describe('isToken', () => {
  it.each([
    'GET',
    'patch',
    'PURGE', // C23
    'QUERY', // C23
    'content-type',
    'x_y.z',
    '0',
    '*',
    "!#$%&'*+-.^_`|~",
  ])('C23: %j is one', (value) => {
    expect(isToken(value)).toBe(true);
  });

  it.each([
    '', // C23, C27
    'GET ', // C23
    'POS T', // C23
    'résumé', // C23
    'X Foo', // C27
    '!!! ;;;', // C70
    'x\tfoo',
    'x:foo',
    'x,foo',
    '"x"',
    'x\u0000',
    'x\u007f',
    '\u212Aeep-alive', // KELVIN SIGN, whose Unicode lower case is an ASCII k
    'x\uD83D\uDE00',
  ])('C23, C27, C70: %j is none', (value) => {
    expect(isToken(value)).toBe(false);
  });

  it(`agrees with the grammar of RFC 9110 (FC_SEED=${seed})`, () => {
    const grammar = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ maxLength: 2 })), (value) => {
        expect(isToken(value)).toBe(grammar.test(value));
      }),
      { seed },
    );
  });
});

describe('methods', () => {
  it.each(['GET', 'HEAD', 'POST'])('%s is safelisted, in upper case only', (method) => {
    expect(isSafelistedMethod(method)).toBe(true);
    expect(isSafelistedMethod(method.toLowerCase())).toBe(false);
  });

  it.each(['PUT', 'OPTIONS', 'DELETE', '', 'GET ', 'GETAWAY', '*'])('%j is not safelisted', (method) => {
    expect(isSafelistedMethod(method)).toBe(false);
  });

  it.each(['CONNECT', 'TRACE', 'TRACK'].flatMap(spellings))('C23: %s is forbidden', (method) => {
    expect(isForbiddenMethod(method)).toBe(true);
  });

  it.each(['GET', 'PURGE', 'CONNECTED', 'TRAC', 'TRACER', 'XTRACE', '', '*'])(
    'C23: %j is not forbidden',
    (method) => {
      expect(isForbiddenMethod(method)).toBe(false);
    },
  );

  it.each(['DELETE', 'GET', 'HEAD', 'OPTIONS', 'POST', 'PUT'])('C24: %s is normalized', (method) => {
    expect(spellings(method).map(normalizeMethod)).toEqual([method, method, method]);
  });

  it.each(['patch', 'getaway', 'postal', 'Purge', '*', ''])('C24: %j stays as it is', (method) => {
    expect(normalizeMethod(method)).toBe(method);
  });
});

/** Fetch, Headers: "forbidden request-header", steps 1 and 2, with the prefixes of step 3. */
const FORBIDDEN_REQUEST_HEADERS = [
  'Accept-Charset',
  'Accept-Encoding',
  'Access-Control-Request-Headers',
  'Access-Control-Request-Method',
  'Connection',
  'Content-Length',
  'Cookie',
  'Cookie2',
  'Date',
  'DNT',
  'Expect',
  'Host',
  'Keep-Alive',
  'Origin',
  'Referer',
  'Set-Cookie',
  'TE',
  'Trailer',
  'Transfer-Encoding',
  'Upgrade',
  'Via',
  'Sec-X',
  'Sec-',
  'Proxy-X',
  'Proxy-Authorization',
];

describe('header names', () => {
  it.each(FORBIDDEN_REQUEST_HEADERS.flatMap(spellings))('C27: no page can send %s', (name) => {
    expect(isForbiddenRequestHeader(name)).toBe(true);
  });

  it.each([
    'Accept', // C27
    'User-Agent', // C27
    'Authorization',
    'X-HTTP-Method',
    'X-HTTP-Method-Override',
    'X-Method-Override',
    'Access-Control-Allow-Origin',
    'Section',
    'Sec',
    'Proxy',
    'X-Sec-Y',
    'Hosts',
    'Hos',
    '\u212Aeep-Alive',
    '*',
    '',
  ])('C27: a page can send %j', (name) => {
    expect(isForbiddenRequestHeader(name)).toBe(false);
  });

  it.each(['Set-Cookie', 'Set-Cookie2'].flatMap(spellings))('C29: no page can read %s', (name) => {
    expect(isForbiddenResponseHeader(name)).toBe(true);
  });

  it.each(['Cookie', 'Set-Cookie3', 'Set-Cooki', ''])('C29: %j is not forbidden in responses', (name) => {
    expect(isForbiddenResponseHeader(name)).toBe(false);
  });

  it.each(
    [
      'Cache-Control', // C29
      'Content-Language',
      'Content-Length',
      'Content-Type',
      'Expires',
      'Last-Modified',
      'Pragma', // C29
    ].flatMap(spellings),
  )('C29: every page can read %s', (name) => {
    expect(isSafelistedResponseHeader(name)).toBe(true);
  });

  it.each(['ETag', 'X-Request-Id', 'Set-Cookie', 'Pragmatic', ''])('C29: %j needs exposing', (name) => {
    expect(isSafelistedResponseHeader(name)).toBe(false);
  });

  it.each(
    [
      'Origin', // C29
      'Access-Control-Request-Method', // C29
      'Access-Control-Max-Age', // C29
      'Access-Control-Allow-Origin', // C27
      'Access-Control-Anything',
    ].flatMap(spellings),
  )("C27, C29: %s is the protocol's own", (name) => {
    expect(isCorsHeader(name)).toBe(true);
  });

  it.each(['Original', 'Access-Control', 'X-Access-Control-Max-Age', 'Timing-Allow-Origin', ''])(
    "C27, C29: %j is not the protocol's own",
    (name) => {
      expect(isCorsHeader(name)).toBe(false);
    },
  );
});
