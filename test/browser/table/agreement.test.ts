import { describe, expect, it } from '@jest/globals';
import { disagreements, type Outcome } from './agreement.js';
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
    { ...asked('PUT', 'http://api.shop.example/a', 'x-one'), ...ORIGIN },
    { ...sent('PUT', 'http://api.shop.example/a', { cookie: true }), ...ORIGIN },
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

describe('the three ways', () => {
  it('agree', () => {
    expect(disagreements(CASE, AS_EXPECTED)).toBe('');
    expect(disagreements(CASE, AS_EXPECTED, AS_EXPECTED)).toBe('');
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
    ['another host', gets(PREFLIGHT, { ...REQUEST, url: 'http://mirror.shop.example/a' })],
    ['another path', gets(PREFLIGHT, { ...REQUEST, url: 'http://api.shop.example/b' })],
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
    expect(disagreements(CASE, outcome, AS_EXPECTED)).toMatch(
      /^a\/case: Chromium differs from the expected value\n {2}(?:script|server), \w+ \d\n {4}expected {2}.*\n {4}Chromium {2}.*\n/,
    );
  });

  it.each(WRONG)('differ in the virtual browser by %s', (_what, outcome) => {
    expect(disagreements(CASE, AS_EXPECTED, outcome)).toMatch(
      /^a\/case: virtual browser differs from the expected value\n/,
    );
  });

  it('say both values', () => {
    expect(disagreements(CASE, gets(PREFLIGHT), AS_EXPECTED)).toBe(
      [
        'a/case: Chromium differs from the expected value',
        '  server, request 2',
        '    expected  PUT /a | Origin: http://app.shop.example | Cookie: yes',
        '    Chromium  nothing',
        '',
      ].join('\n'),
    );
  });

  it('differ by the reason, where both sides say one', () => {
    const failing: TableCase = { ...CASE, sees: refused('preflight-status', 'allow-origin-missing') };
    const because = (reason?: 'preflight-status' | 'method-not-allowed'): Outcome =>
      sees({ fails: 'network error', ...(reason && { reasons: [reason] }) });
    expect(disagreements(failing, because(), because('preflight-status'))).toBe('');
    expect(disagreements(failing, because('method-not-allowed'), because())).toContain(
      [
        '    expected  network error, preflight-status or allow-origin-missing',
        '    Chromium  network error, method-not-allowed',
      ].join('\n'),
    );
  });

  it('differ between the browsers in what the case leaves open', () => {
    const open: TableCase = { ...CASE, sees: { status: 200, headers: { 'x-one': '1' } } };
    expect(disagreements(open, AS_EXPECTED, sees({ ...RESPONSE, body: 'no' }))).toMatch(
      /^a\/case: virtual browser differs from Chromium\n/,
    );
    const html = { 'content-type': 'text/html', 'x-one': '1' };
    expect(disagreements(open, AS_EXPECTED, sees({ ...RESPONSE, headers: html }))).toMatch(
      /^a\/case: virtual browser differs from Chromium\n/,
    );
    const told = gets({ ...PREFLIGHT, others: 'accept: */*' }, REQUEST);
    expect(disagreements(open, told, gets({ ...PREFLIGHT, others: 'accept: text/html' }, REQUEST))).toMatch(
      /^a\/case: virtual browser differs from Chromium\n/,
    );
  });

  it('differ where Chromium does not depart as the case says', () => {
    const departing: TableCase = { ...CASE, chromium: { why: 'a reason', server: [] } };
    expect(disagreements(departing, { ...AS_EXPECTED, server: [] }, AS_EXPECTED)).toBe('');
    expect(disagreements(departing, AS_EXPECTED, AS_EXPECTED)).toContain(
      'Chromium differs from the expected',
    );
    expect(disagreements(departing, { ...AS_EXPECTED, server: [] }, gets())).toContain(
      'virtual browser differs',
    );
  });
});
