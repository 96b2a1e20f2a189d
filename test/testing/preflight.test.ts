import { describe, expect, it } from '@jest/globals';
import type { CheckFailure } from '../../lib/testing/cors-check.js';
import { HeaderList, type Header } from '../../lib/testing/header-list.js';
import {
  preflightHeaders,
  readPreflightAnswer,
  type PreflightApproval,
  type PreflightQuestion,
} from '../../lib/testing/preflight.js';

const SHOP = 'https://shop.example.com';
const QUESTION: PreflightQuestion = {
  origin: SHOP,
  credentials: 'same-origin',
  method: 'GET',
  unsafeNames: [],
  forced: false,
};

/** An answer that allows the origin, with or without credentials, and what else is given. */
function answer(
  question: Partial<PreflightQuestion>,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
  status = 204,
): PreflightApproval | CheckFailure {
  const lines = Object.entries({ origin: SHOP, credentials: 'true', ...headers }).flatMap(([name, values]) =>
    [values].flat().map((value): Header => [`access-control-${NAMES[name] ?? name}`, value]),
  );
  return readPreflightAnswer({ ...QUESTION, ...question }, status, new HeaderList(lines));
}

const NAMES: Readonly<Record<string, string>> = {
  origin: 'allow-origin',
  credentials: 'allow-credentials',
  methods: 'allow-methods',
  headers: 'allow-headers',
  age: 'max-age',
};

function reasonOf(result: PreflightApproval | CheckFailure): string {
  return 'reason' in result ? result.reason : 'approved';
}

describe('CORS-preflight fetch (Fetch, "CORS-preflight fetch")', () => {
  it('asks for the method, and for headers only if there are any, without a space', () => {
    expect(preflightHeaders('patch', [])).toEqual([
      ['Accept', '*/*'],
      ['Access-Control-Request-Method', 'patch'],
    ]);
    expect(preflightHeaders('PUT', ['content-type', 'x-a'])[2]).toEqual([
      'Access-Control-Request-Headers',
      'content-type,x-a',
    ]);
  });

  it.each([200, 204, 299])('%i is an ok status', (status) => {
    expect(reasonOf(answer({}, {}, status))).toBe('approved');
  });

  it.each([199, 300, 301, 307, 403, 404, 500])('%i is none', (status) => {
    expect(answer({}, {}, status)).toEqual({
      reason: 'preflight-status',
      message: `the preflight answered ${status}`,
      section: 'CORS-preflight fetch',
    });
  });

  it("runs the CORS check with the actual request's credentials mode", () => {
    expect(reasonOf(answer({}, { origin: '*' }))).toBe('approved');
    expect(answer({ credentials: 'include' }, { origin: '*' })).toEqual({
      reason: 'allow-origin-wildcard',
      message:
        "the preflight's answer has Access-Control-Allow-Origin: *, which does not count for a request that includes credentials",
      section: 'CORS check',
    });
    expect(reasonOf(answer({ credentials: 'include' }, { credentials: [] }))).toBe(
      'allow-credentials-missing',
    );
    expect(reasonOf(answer({}, { origin: [] }))).toBe('allow-origin-missing');
  });

  it.each<[method: string, methods: string | readonly string[], plain: string, include?: string]>([
    ['GET', [], 'approved'],
    ['HEAD', 'PUT', 'approved'],
    ['POST', [], 'approved'],
    ['PUT', [], 'method-not-allowed'],
    ['PUT', 'PUT', 'approved'],
    ['PUT', 'put', 'method-not-allowed'],
    ['patch', 'PATCH', 'method-not-allowed'],
    ['patch', 'patch', 'approved'],
    ['PUT', 'DELETE, PUT', 'approved'],
    ['PUT', ['DELETE', 'PUT'], 'approved'],
    ['PUT', ' ,, PUT ,', 'approved'],
    ['PUT', '*', 'approved', 'method-not-allowed'],
    ['*', '*', 'approved', 'approved'],
    ['PUT', 'PUT, DEL ETE', 'allow-methods-malformed'],
    ['GET', '"GET"', 'allow-methods-malformed'],
  ])('method %s with Access-Control-Allow-Methods %j: %s', (method, methods, plain, include = plain) => {
    expect(reasonOf(answer({ method }, { methods }))).toBe(plain);
    expect(reasonOf(answer({ method, credentials: 'include' }, { methods }))).toBe(include);
  });

  it.each<[names: readonly string[], headers: string | readonly string[], plain: string, include?: string]>([
    [['x-a'], [], 'header-not-allowed'],
    [['x-a'], 'x-b', 'header-not-allowed'],
    [['x-a'], 'X-A', 'approved'],
    [['x-a', 'x-b'], 'x-b,x-a', 'approved'],
    [['x-a', 'x-b'], ['x-b', 'x-a'], 'approved'],
    [['x-a'], '*', 'approved', 'header-not-allowed'],
    [['authorization'], '*', 'authorization-not-listed', 'header-not-allowed'],
    [['authorization', 'x-a'], '*, Authorization', 'approved', 'header-not-allowed'],
    [['authorization'], '*, Authorization', 'approved', 'approved'],
    [['authorization'], 'x-a', 'header-not-allowed'],
    [['x-a'], 'x-a, x b', 'allow-headers-malformed'],
    [[], 'x:y', 'allow-headers-malformed'],
  ])(
    'headers %j with Access-Control-Allow-Headers %j: %s',
    (unsafeNames, headers, plain, include = plain) => {
      expect(reasonOf(answer({ unsafeNames }, { headers }))).toBe(plain);
      expect(reasonOf(answer({ unsafeNames, credentials: 'include' }, { headers }))).toBe(include);
    },
  );

  it.each<[age: string | readonly string[], seconds: number]>([
    [[], 5],
    ['0', 0],
    ['600', 600],
    ['99999999', 99999999],
    ['-1', 5], // Chromium and WPT take it for 0
    ['1.5', 5],
    ['ten', 5],
    ['', 5],
    [['600', '600'], 5],
  ])('Access-Control-Max-Age %j is %i seconds', (age, seconds) => {
    expect(answer({}, { age })).toMatchObject({ maxAge: seconds });
  });

  it('takes the method for allowed where the preflight was forced and none is listed', () => {
    expect(answer({ method: 'POST', forced: true })).toMatchObject({ methods: ['POST'] });
    expect(answer({ method: 'PUT', forced: true })).toMatchObject({ methods: ['PUT'] });
    expect(answer({ method: 'POST', forced: true }, { methods: 'PUT' })).toMatchObject({ methods: ['PUT'] });
    expect(answer({ method: 'POST' })).toMatchObject({ methods: [] });
  });

  it.each<[question: Partial<PreflightQuestion>, headers: Readonly<Record<string, string>>, message: string]>(
    [
      [
        { method: 'PUT' },
        {},
        "the preflight's answer does not allow PUT: it has no Access-Control-Allow-Methods",
      ],
      [
        { method: 'PUT', credentials: 'include' },
        { methods: '*' },
        "the preflight's answer does not allow PUT: it has Access-Control-Allow-Methods: *, where * does not count for a request that includes credentials",
      ],
      [
        { unsafeNames: ['x-a', 'x-b', 'x-c'] },
        { headers: 'x-b' },
        "the preflight's answer does not allow x-a, x-c: it has Access-Control-Allow-Headers: x-b",
      ],
      [
        { unsafeNames: ['authorization'] },
        { headers: '*' },
        "the preflight's answer does not name authorization, which * never covers: it has Access-Control-Allow-Headers: * (which the standard alone refuses: each of Chromium, Firefox and WebKit lets * in Access-Control-Allow-Headers cover Authorization)",
      ],
      [{}, { methods: 'a b' }, "the preflight's answer has a malformed Access-Control-Allow-Methods: a b"],
    ],
  )('says so: %j', (question, headers, message) => {
    expect(answer(question, headers)).toMatchObject({ message, section: 'CORS-preflight fetch' });
  });
});
