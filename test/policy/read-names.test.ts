import { describe, expect, it } from '@jest/globals';
import {
  isListableRequestHeader,
  readMethod,
  readRequestHeader,
  readResponseHeader,
} from '../../lib/policy/read-names.js';
import type { CorsProblemCode } from '../../lib/policy/cors-problem.js';

function refused(code: CorsProblemCode, fix: string): object {
  return { problem: { code, message: expect.any(String), fix } };
}

describe('readMethod', () => {
  it.each(['GET', 'PUT', 'PATCH', 'PURGE', 'QUERY', 'getaway', 'postal', 'x-custom', "!#$%&'*+-.^_`|~"])(
    'accepts %s as it is (C23, C24)',
    (method) => {
      expect(readMethod(method)).toEqual({ name: method });
    },
  );

  it.each([
    ['get', 'GET'],
    ['pOST', 'POST'],
    ['patch', 'PATCH'],
    ['Patch', 'PATCH'],
    ['delete', 'DELETE'],
    ['query', 'QUERY'],
    ['propfind', 'PROPFIND'],
  ])('refuses %s: methods are case-sensitive (C25)', (method, meant) => {
    expect(readMethod(method)).toEqual({
      problem: {
        code: 'method-case',
        message: `is no method that browsers ask for, methods are case-sensitive (did you mean ${meant}?)`,
        fix: `write "${meant}"`,
      },
    });
  });

  it.each(['CONNECT', 'trace', 'TrAcK'])('refuses the forbidden %s (C23)', (method) => {
    expect(readMethod(method)).toEqual(refused('method-forbidden', 'leave it out'));
  });

  it.each([
    ['', "write the method's name, or leave it out"],
    ['GET ', 'write "GET"'],
    [' PUT\n', 'write "PUT"'],
    ['POS T', "write the method's name, or leave it out"],
    ['résumé', "write the method's name, or leave it out"],
    ['GET,PUT', 'write ["GET","PUT"]'],
    ['GET, HEAD ,PUT', 'write ["GET","HEAD","PUT"]'],
    ['*,PUT', 'write ["*","PUT"]'],
    ['GET,', "write the method's name, or leave it out"],
  ])('refuses %j, which is no token (C23)', (method, fix) => {
    expect(readMethod(method)).toEqual(refused('method-invalid', fix));
  });
});

describe('readRequestHeader', () => {
  it.each(['Accept', 'User-Agent', 'content-type', 'X-Foo', 'Authorization'])('accepts %s (C27)', (name) => {
    expect(readRequestHeader(name)).toEqual({ name: name.toLowerCase() });
  });

  it.each(['Cookie', 'Host', 'Sec-X', 'Proxy-X', 'Date', 'DNT', 'Set-Cookie', 'content-length'])(
    'refuses the forbidden %s (C27)',
    (name) => {
      expect(readRequestHeader(name)).toEqual(refused('header-forbidden', 'leave it out'));
    },
  );

  it.each(['Origin', 'Access-Control-Allow-Origin', 'access-control-request-method'])(
    'refuses %s of the protocol itself (C27)',
    (name) => {
      expect(readRequestHeader(name)).toMatchObject({
        problem: { code: 'header-forbidden', message: expect.stringContaining('CORS protocol') },
      });
    },
  );

  it.each([
    ['', "write the header's name, or leave it out"],
    ['X Foo', "write the header's name, or leave it out"],
    ['x-foo:', "write the header's name, or leave it out"],
    [' x-foo', 'write "x-foo"'],
    ['content-type,x-foo', 'write ["content-type","x-foo"]'],
  ])('refuses %j, which is no token (C27)', (name, fix) => {
    expect(readRequestHeader(name)).toEqual(refused('header-invalid', fix));
  });
});

describe('isListableRequestHeader', () => {
  it.each([
    ['x-a', true],
    ['Authorization', true],
    ['*x', true],
    ['*', false],
    ['cookie', false],
    ['origin', false],
    ['access-control-request-method', false],
    ['x y', false],
    ['', false],
  ])('%j: %p', (name, isListable) => {
    expect(isListableRequestHeader(name)).toBe(isListable);
  });
});

describe('readResponseHeader', () => {
  it.each(['X-Request-Id', 'etag', 'Date', 'Cookie', 'Authorization'])('accepts %s', (name) => {
    expect(readResponseHeader(name)).toEqual({ name: name.toLowerCase() });
  });

  it.each(['Cache-Control', 'prAgmA', 'Content-Type', 'Expires', 'Last-Modified', 'Content-Language'])(
    'reads %s as none: it is safelisted (C29)',
    (name) => {
      expect(readResponseHeader(name)).toBeUndefined();
    },
  );

  it.each(['Set-Cookie', 'set-cookie2'])('refuses the forbidden %s (C29)', (name) => {
    expect(readResponseHeader(name)).toEqual(refused('header-forbidden', 'leave it out'));
  });

  it.each(['Origin', 'Access-Control-Request-Method', 'Access-Control-Max-Age'])(
    'refuses %s of the protocol itself (C29)',
    (name) => {
      expect(readResponseHeader(name)).toMatchObject({ problem: { code: 'header-forbidden' } });
    },
  );

  it.each([['x foo'], ['']])('refuses %j, which is no token', (name) => {
    expect(readResponseHeader(name)).toEqual(
      refused('header-invalid', "write the header's name, or leave it out"),
    );
  });
});
