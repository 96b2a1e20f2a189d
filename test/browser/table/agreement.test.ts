import { describe, expect, it } from '@jest/globals';
import { departures, disagreements, type Outcome, type Results } from './agreement.js';
import { APP, asked, read, refused, sent, type TableCase } from './case.js';

const CASE: TableCase = {
  id: 'a/case',
  does: { fetch: '/a', method: 'PUT' },
  sees: read('ok', { 'x-one': '1' }),
  server: [asked('PUT', '/a', 'x-one'), sent('PUT', '/a', { cookie: true })],
};

const ORIGIN = { origin: APP };

/** What the case expects, as browsers report it. */
const AS_EXPECTED: Outcome = {
  seen: [
    {
      status: 200,
      type: 'cors',
      body: 'ok',
      redirected: false,
      headers: { 'content-type': 'text/plain', 'x-one': '1' },
    },
  ],
  server: [
    { ...asked('PUT', 'http://api.shop.example.com/a', 'x-one'), ...ORIGIN },
    { ...sent('PUT', 'http://api.shop.example.com/a', { cookie: true }), ...ORIGIN },
  ],
};

const [RESPONSE] = AS_EXPECTED.seen as [object];
const [PREFLIGHT, REQUEST] = AS_EXPECTED.server as [object, object];

function sees(seen: object): Outcome {
  return { ...AS_EXPECTED, seen: [seen] } as Outcome;
}

function gets(...server: readonly object[]): Outcome {
  return { ...AS_EXPECTED, server } as Outcome;
}

/** What differs where a case came out so in Chromium, and so in the virtual browser. */
function differing(
  testCase: TableCase,
  real: Outcome,
  virtual?: Outcome,
  departure?: Results['departure'],
): string {
  return disagreements(testCase, { engine: 'chromium', real, virtual, departure });
}

describe('the three ways', () => {
  it('agree', () => {
    expect(differing(CASE, AS_EXPECTED)).toBe('');
    expect(differing(CASE, AS_EXPECTED, AS_EXPECTED)).toBe('');
  });

  const WRONG: readonly (readonly [string, Outcome])[] = [
    ['no response', { ...AS_EXPECTED, seen: [] }],
    ['a response too many', { ...AS_EXPECTED, seen: [...AS_EXPECTED.seen, 'queued'] }],
    ['a failure', sees({ fails: 'network error' })],
    ['another status', sees({ ...RESPONSE, status: 201 })],
    ['another type', sees({ ...RESPONSE, type: 'basic' })],
    ['another body', sees({ ...RESPONSE, body: 'no' })],
    ['a redirect', sees({ ...RESPONSE, redirected: true })],
    ['a header too many', sees({ ...RESPONSE, headers: { 'x-one': '1', 'x-two': '2' } })],
    ['a header too few', sees({ ...RESPONSE, headers: {} })],
    ['another value', sees({ ...RESPONSE, headers: { 'x-one': '2' } })],
    ['no preflight', gets(REQUEST)],
    ['a request too many', gets(PREFLIGHT, REQUEST, REQUEST)],
    ['another order', gets(REQUEST, PREFLIGHT)],
    ['another method', gets(PREFLIGHT, { ...REQUEST, method: 'POST' })],
    ['another host', gets(PREFLIGHT, { ...REQUEST, url: 'http://mirror.shop.example.com/a' })],
    ['another path', gets(PREFLIGHT, { ...REQUEST, url: 'http://api.shop.example.com/b' })],
    ['another Origin', gets(PREFLIGHT, { ...REQUEST, origin: 'null' })],
    ['no Origin', gets(PREFLIGHT, { ...REQUEST, origin: 'none' })],
    ['another requested method', gets({ ...PREFLIGHT, requestMethod: 'POST' }, REQUEST)],
    ['other requested headers', gets({ ...PREFLIGHT, requestHeaders: 'x-one,x-two' }, REQUEST)],
    ['no cookie', gets(PREFLIGHT, { ...REQUEST, cookie: false })],
    ['a cookie', gets({ ...PREFLIGHT, cookie: true }, REQUEST)],
    ['credentials', gets(PREFLIGHT, { ...REQUEST, authorization: true })],
    ['a content type', gets(PREFLIGHT, { ...REQUEST, contentType: 'text/plain' })],
  ];

  it.each(WRONG)('differ in Chromium by %s', (_what, outcome) => {
    expect(differing(CASE, outcome, AS_EXPECTED)).toMatch(
      /^a\/case: Chromium differs from the expected value\n {2}(?:script|server), \w+ \d\n {4}expected {2}.*\n {4}Chromium {2}.*\n/,
    );
  });

  it.each(WRONG)('differ in the virtual browser by %s', (_what, outcome) => {
    expect(differing(CASE, AS_EXPECTED, outcome)).toMatch(
      /^a\/case: virtual browser differs from the expected value\n/,
    );
  });

  it('say both values', () => {
    expect(differing(CASE, gets(PREFLIGHT), AS_EXPECTED)).toBe(
      [
        'a/case: Chromium differs from the expected value',
        '  server, request 2',
        '    expected  PUT /a | Origin: http://app.shop.example.com | Cookie: yes',
        '    Chromium  nothing',
        '',
      ].join('\n'),
    );
  });

  it('differ by the reason, where both sides say one', () => {
    const failing: TableCase = { ...CASE, sees: refused('preflight-status', 'allow-origin-missing') };
    const because = (reason?: 'preflight-status' | 'method-not-allowed'): Outcome =>
      sees({ fails: 'network error', ...(reason && { reasons: [reason] }) });
    expect(differing(failing, because(), because('preflight-status'))).toBe('');
    expect(differing(failing, because('method-not-allowed'), because())).toContain(
      [
        '    expected  network error, preflight-status or allow-origin-missing',
        '    Chromium  network error, method-not-allowed',
      ].join('\n'),
    );
  });

  it('differ between the browsers in what the case leaves open', () => {
    const open: TableCase = { ...CASE, sees: { status: 200, headers: { 'x-one': '1' } } };
    expect(differing(open, AS_EXPECTED, sees({ ...RESPONSE, body: 'no' }))).toMatch(
      /^a\/case: virtual browser differs from Chromium\n/,
    );
    const html = { 'content-type': 'text/html', 'x-one': '1' };
    expect(differing(open, AS_EXPECTED, sees({ ...RESPONSE, headers: html }))).toMatch(
      /^a\/case: virtual browser differs from Chromium\n/,
    );
    const told = gets({ ...PREFLIGHT, others: 'accept: */*' }, REQUEST);
    expect(differing(open, told, gets({ ...PREFLIGHT, others: 'accept: text/html' }, REQUEST))).toMatch(
      /^a\/case: virtual browser differs from Chromium\n/,
    );
  });

  it('differ where a browser does not depart as it shall', () => {
    const departure = { beyond: 'a reason', server: [] };
    expect(differing(CASE, gets(), gets(), departure)).toBe('');
    expect(differing(CASE, gets(), undefined, departure)).toBe('');
    expect(differing(CASE, AS_EXPECTED, gets(), departure)).toContain('Chromium differs from the expected');
    expect(differing(CASE, gets(), AS_EXPECTED, departure)).toContain('virtual browser differs');
  });

  it('are named after the engine', () => {
    const results = { virtual: AS_EXPECTED, real: gets(), departure: undefined };
    expect(disagreements(CASE, { ...results, engine: 'firefox' })).toContain(': Firefox differs from');
    expect(disagreements(CASE, { ...results, engine: 'webkit' })).toContain(': WebKit differs from');
  });
});

describe('the standard', () => {
  it('is what the virtual browser follows', () => {
    expect(departures(CASE, AS_EXPECTED)).toBe('');
    expect(departures(CASE, gets())).toMatch(/^a\/case: virtual browser differs from the expected value\n/);
  });
});
