import { describe, expect, it } from '@jest/globals';
import { corsCheck } from '../../lib/testing/cors-check.js';
import type { FetchFailureReason } from '../../lib/testing/fetch-failure.js';
import { HeaderList, type Header } from '../../lib/testing/header-list.js';
import type { CredentialsMode } from '../../lib/testing/page-fetch-init.js';

const SHOP = 'https://shop.example.com';

function check(
  credentials: CredentialsMode,
  headers: readonly Header[],
  origin = SHOP,
): FetchFailureReason | undefined {
  return corsCheck({ origin, credentials }, new HeaderList(headers), 'the response')?.reason;
}

function acao(...values: readonly string[]): readonly Header[] {
  return values.map((value) => ['access-control-allow-origin', value] as const);
}

function acac(...values: readonly string[]): readonly Header[] {
  return values.map((value) => ['Access-Control-Allow-Credentials', value] as const);
}

describe('CORS check (Fetch, "CORS check")', () => {
  const cases: readonly [
    headers: readonly Header[],
    without: FetchFailureReason | undefined,
    including: FetchFailureReason | undefined,
  ][] = [
    [[], 'allow-origin-missing', 'allow-origin-missing'],
    [acao('*'), undefined, 'allow-origin-wildcard'],
    [[...acao('*'), ...acac('true')], undefined, 'allow-origin-wildcard'],
    [acao(SHOP), undefined, 'allow-credentials-missing'],
    [[...acao(SHOP), ...acac('true')], undefined, undefined],
    [[...acao(SHOP), ...acac('True')], undefined, 'allow-credentials-missing'],
    [[...acao(SHOP), ...acac('true', 'true')], undefined, 'allow-credentials-missing'],
    [[...acao(SHOP), ...acac('')], undefined, 'allow-credentials-missing'],
    [acao('https://SHOP.example.com'), 'allow-origin-mismatch', 'allow-origin-mismatch'],
    [acao(`${SHOP}/`), 'allow-origin-mismatch', 'allow-origin-mismatch'],
    [acao(`${SHOP}:443`), 'allow-origin-mismatch', 'allow-origin-mismatch'],
    [acao('null'), 'allow-origin-mismatch', 'allow-origin-mismatch'],
    [acao(''), 'allow-origin-mismatch', 'allow-origin-mismatch'],
    [acao('https://*.example.com'), 'allow-origin-mismatch', 'allow-origin-mismatch'],
    [acao(SHOP, SHOP), 'allow-origin-multiple', 'allow-origin-multiple'],
    [acao('*', '*'), 'allow-origin-multiple', 'allow-origin-multiple'],
    [acao(`https://a.example ${SHOP}`), 'allow-origin-multiple', 'allow-origin-multiple'],
  ];

  it.each(cases)('%j: %s without credentials, %s with', (headers, without, including) => {
    expect(check('omit', headers)).toBe(without);
    expect(check('same-origin', headers)).toBe(without);
    expect(check('include', headers)).toBe(including);
  });

  it('compares opaque origins as what is sent', () => {
    expect(check('omit', acao('null'), 'null')).toBeUndefined();
    expect(check('include', [...acao('null'), ...acac('true')], 'null')).toBeUndefined();
    expect(check('omit', acao(SHOP), 'null')).toBe('allow-origin-mismatch');
  });

  it.each<[headers: readonly Header[], message: string]>([
    [[], 'the response has no Access-Control-Allow-Origin'],
    [
      acao('*'),
      'the response has Access-Control-Allow-Origin: *, which does not count for a request that includes credentials',
    ],
    [
      acao('http://a', 'http://b'),
      'the response has Access-Control-Allow-Origin: http://a, http://b, which must be one origin, sent once',
    ],
    [
      acao('http://a'),
      'the response has Access-Control-Allow-Origin: http://a, which is not https://shop.example.com',
    ],
    [
      acao(SHOP),
      'the response has no Access-Control-Allow-Credentials, but the request includes credentials',
    ],
    [
      [...acao(SHOP), ...acac('yes')],
      'the response has Access-Control-Allow-Credentials: yes, where only true counts, but the request includes credentials',
    ],
  ])('says so: %j', (headers, message) => {
    const failure = corsCheck(
      { origin: SHOP, credentials: 'include' },
      new HeaderList(headers),
      'the response',
    );
    expect(failure).toMatchObject({ message, section: 'CORS check' });
  });
});
