import { describe, expect, it } from '@jest/globals';
import type { ReferrerPolicy, RequestMode } from '../../lib/testing/page-fetch-init.js';
import { HeaderList } from '../../lib/testing/header-list.js';
import {
  determineReferrer,
  pageReferrer,
  redirectedPolicy,
  REFERRER_POLICIES,
} from '../../lib/testing/referrer.js';
import {
  fetchSite,
  isSameOrigin,
  isSameSite,
  isSchemelesslySameSite,
  isTrustworthy,
  originHeader,
  serializedRequestOrigin,
  siteOf,
  type OriginFacts,
  type Tainting,
} from '../../lib/testing/request-origin.js';

const PAGE = 'https://foo.example';

function urls(...list: readonly string[]): readonly URL[] {
  return list.map((url) => new URL(url));
}

describe('redirect-taint (Fetch, Requests)', () => {
  it.each<[list: readonly string[], origin: string]>([
    [['https://bar.other/'], PAGE],
    [['https://bar.other/', 'https://bar.other/2'], PAGE],
    [['https://foo.example/', 'https://bar.other/'], PAGE],
    [['https://foo.example/', 'https://bar.other/', 'https://bar.other/2'], PAGE],
    [['https://bar.other/', 'https://baz.other/'], 'null'],
    [['https://bar.other/', 'https://foo.example/'], 'null'],
    [['https://bar.other/', 'https://www.bar.other/'], 'null'], // a sibling is another origin
    [['https://bar.other/', 'https://bar.other:8443/'], 'null'],
    [['https://bar.other/', 'http://bar.other/'], 'null'],
    [['https://foo.example/', 'https://bar.other/', 'https://foo.example/'], 'null'],
    [['https://bar.other/', 'https://baz.other/', 'https://baz.other/2', 'https://foo.example/'], 'null'],
  ])('%j: %s', (list, origin) => {
    expect(serializedRequestOrigin({ origin: PAGE, urls: urls(...list) })).toBe(origin);
  });

  it('an opaque origin is null from the start', () => {
    expect(serializedRequestOrigin({ origin: 'null', urls: urls('https://a.example/') })).toBe('null');
  });
});

describe('Origin (Fetch, "append a request `Origin` header")', () => {
  const facts: OriginFacts = {
    origin: PAGE,
    urls: urls('https://bar.other/'),
    method: 'GET',
    mode: 'cors',
    tainting: 'cors',
    referrerPolicy: 'strict-origin-when-cross-origin',
  };

  it.each<[method: string, mode: RequestMode, tainting: Tainting, sent: string | undefined]>([
    ['GET', 'cors', 'cors', PAGE],
    ['HEAD', 'cors', 'cors', PAGE],
    ['PUT', 'cors', 'cors', PAGE],
    ['GET', 'cors', 'basic', undefined],
    ['HEAD', 'cors', 'basic', undefined],
    ['POST', 'cors', 'basic', PAGE],
    ['OPTIONS', 'cors', 'basic', PAGE],
    ['DELETE', 'same-origin', 'basic', PAGE],
    ['GET', 'no-cors', 'opaque', undefined],
    ['POST', 'no-cors', 'opaque', PAGE],
  ])('%s, mode %s, tainting %s: %s', (method, mode, tainting, sent) => {
    expect(originHeader({ ...facts, method, mode, tainting })).toBe(sent);
  });

  it.each<[policy: ReferrerPolicy, secure: string, downgraded: string, own: string]>([
    ['no-referrer', 'null', 'null', 'null'],
    ['same-origin', 'null', 'null', PAGE],
    ['strict-origin', PAGE, 'null', PAGE],
    ['strict-origin-when-cross-origin', PAGE, 'null', PAGE],
    ['no-referrer-when-downgrade', PAGE, 'null', PAGE],
    ['origin', PAGE, PAGE, PAGE],
    ['origin-when-cross-origin', PAGE, PAGE, PAGE],
    ['unsafe-url', PAGE, PAGE, PAGE],
  ])('no-cors POST under %s', (referrerPolicy, secure, downgraded, own) => {
    const post = { ...facts, method: 'POST', mode: 'no-cors', tainting: 'opaque', referrerPolicy } as const;
    expect(originHeader(post)).toBe(secure);
    expect(originHeader({ ...post, urls: urls('http://bar.other/') })).toBe(downgraded);
    expect(originHeader({ ...post, urls: urls('https://foo.example/') })).toBe(own);
  });

  it.each(REFERRER_POLICIES)('is not touched by %s in mode cors', (referrerPolicy) => {
    expect(originHeader({ ...facts, referrerPolicy })).toBe(PAGE);
    expect(originHeader({ ...facts, method: 'POST', tainting: 'basic', referrerPolicy })).toBe(PAGE);
  });
});

describe('same origin and same site (HTML)', () => {
  it('no opaque origin is the same as another', () => {
    expect(isSameOrigin(PAGE, PAGE)).toBe(true);
    expect(isSameOrigin('null', 'null')).toBe(false);
    expect(isSameSite('null', 'null')).toBe(false);
  });

  it.each<[a: string, b: string, schemeful: boolean, schemeless: boolean]>([
    ['https://foo.example', 'https://api.foo.example', true, true],
    ['https://foo.example', 'https://foo.example:8443', true, true],
    ['https://foo.example', 'http://foo.example', false, true],
    ['https://foo.example', 'https://bar.example', false, false],
    ['https://a.co.uk', 'https://b.co.uk', false, false],
    ['https://a.github.io', 'https://b.github.io', false, false],
    ['http://localhost:3000', 'http://localhost:4000', true, true],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:4000', true, true],
    ['http://127.0.0.1', 'http://127.0.0.2', false, false],
    ['http://[::1]:1', 'http://[::1]:2', true, true],
    ['https://my_app.foo.example', 'https://foo.example', true, true],
    ['capacitor://localhost', 'http://localhost', false, true],
  ])('%s and %s', (a, b, schemeful, schemeless) => {
    expect(isSameSite(a, b)).toBe(schemeful);
    expect(isSameSite(b, a)).toBe(schemeful);
    expect(isSchemelesslySameSite(a, b)).toBe(schemeless);
    expect(siteOf(a) === siteOf(b)).toBe(schemeful);
  });

  it.each([
    'https://a.example',
    'http://localhost:1',
    'http://a.localhost',
    'http://127.9.9.9',
    'http://[::1]',
  ])('%s is trustworthy', (origin) => expect(isTrustworthy(origin)).toBe(true));

  it.each(['http://a.example', 'http://128.0.0.1', 'http://localhost.example', 'null'])(
    '%s is not trustworthy',
    (origin) => expect(isTrustworthy(origin)).toBe(false),
  );
});

describe('Sec-Fetch-Site (Fetch Metadata)', () => {
  it.each<[list: readonly string[], site: string]>([
    [['https://foo.example/'], 'same-origin'],
    [['https://api.foo.example/'], 'same-site'],
    [['https://bar.other/'], 'cross-site'],
    [['http://foo.example/'], 'cross-site'],
    [['https://api.foo.example/', 'https://foo.example/'], 'same-site'],
    [['https://bar.other/', 'https://foo.example/'], 'cross-site'],
  ])('%j: %s', (list, site) => {
    expect(fetchSite({ origin: PAGE, urls: urls(...list) })).toBe(site);
  });

  it('is cross-site from an opaque origin', () => {
    expect(fetchSite({ origin: 'null', urls: urls('https://foo.example/') })).toBe('cross-site');
  });
});

describe('Referer (Referrer Policy, 8.3)', () => {
  it.each<[policy: ReferrerPolicy, own: boolean, cross: boolean, downgraded: boolean]>([
    ['no-referrer', false, false, false],
    ['no-referrer-when-downgrade', true, true, false],
    ['same-origin', true, false, false],
    ['origin', true, true, true],
    ['strict-origin', true, true, false],
    ['origin-when-cross-origin', true, true, true],
    ['strict-origin-when-cross-origin', true, true, false],
    ['unsafe-url', true, true, true],
  ])('%s', (policy, own, cross, downgraded) => {
    const referrer = `${PAGE}/`;
    const value = (sent: boolean): string | undefined => (sent ? referrer : undefined);
    expect(determineReferrer(referrer, policy, PAGE)).toBe(value(own));
    expect(determineReferrer(referrer, policy, 'https://bar.other')).toBe(value(cross));
    expect(determineReferrer(referrer, policy, 'http://bar.other')).toBe(value(downgraded));
    expect(determineReferrer(undefined, policy, PAGE)).toBeUndefined();
  });

  it.each<[origin: string, referrer: string | undefined]>([
    [PAGE, `${PAGE}/`],
    ['null', undefined],
    ['capacitor://localhost', undefined],
  ])('a page on %s is known as %s', (origin, referrer) => {
    expect(pageReferrer(origin)).toBe(referrer);
  });

  it.each<[header: string | undefined, policy: ReferrerPolicy]>([
    [undefined, 'origin'],
    ['no-referrer', 'no-referrer'],
    ['no-referrer, unsafe-url', 'unsafe-url'],
    ['unsafe-url, something-new', 'unsafe-url'],
    ['something-new', 'origin'],
  ])('after a redirect with Referrer-Policy %s: %s', (header, policy) => {
    const headers = new HeaderList(header === undefined ? [] : [['Referrer-Policy', header]]);
    expect(redirectedPolicy('origin', headers)).toBe(policy);
  });
});
