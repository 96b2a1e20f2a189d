import { describe, expect, it } from '@jest/globals';
import type { Policy } from '../../lib/policy/policy.js';
import {
  allowsOrigin,
  decideOrigin,
  decidePreflight,
  allowsReading,
  needsListing,
  type OriginReason,
  type PreflightReason,
} from '../../lib/protocol/verdict.js';
import { closed, composed } from '../policy/configurations.js';
import { loadPolicyParts } from '../support/late-parts.js';

await loadPolicyParts();

function policyOf(options: object): Policy {
  const { policy, problems } = composed({ options });
  if (problems.length > 0) throw new Error('no policy');
  return policy;
}

const ANY = policyOf({ origin: '*', methods: '*', allowedHeaders: '*' });
const SOME = policyOf({
  origin: ['https://a.example', 'https://*.b.example'],
  credentials: true,
  methods: ['PUT', 'PATCH'],
  allowedHeaders: ['content-type', 'x-a'],
});
const ASKED = policyOf({ origin: ['https://a.example', (): boolean => true] });
const OPAQUE = policyOf({ origin: 'null', dangerously: { nullOrigin: true } });
const NO_CORS = closed();
const WALL = closed(true);
const NOBODY = policyOf({ methods: '*', allowedHeaders: '*' });
const WILD = policyOf({ origin: 'https://a.example', credentials: true, methods: '*', allowedHeaders: '*' });

describe('decideOrigin', () => {
  const long = `https://${'a.'.repeat(160)}example`;

  it.each<[title: string, policy: Policy, origin: string | undefined, reason: OriginReason]>([
    ['* without Origin (C35)', ANY, undefined, 'any-origin'],
    ['* with an origin', ANY, 'https://evil.example', 'any-origin'],
    ['* with the opaque origin (C36)', ANY, 'null', 'any-origin'],
    ['* with junk (C36)', ANY, 'invalid_origin', 'any-origin'],
    ['no Origin (C38)', SOME, undefined, 'no-origin'],
    ['an allowed origin (C40)', SOME, 'https://a.example', 'origin-allowed'],
    ['an origin of a pattern', SOME, 'https://x.b.example', 'origin-allowed'],
    ['another origin (C39)', SOME, 'https://evil.example', 'origin-not-allowed'],
    ['the apex of a pattern (C47)', SOME, 'https://b.example', 'origin-not-allowed'],
    ['the opaque origin', SOME, 'null', 'origin-not-allowed'],
    ['the opaque origin where it is allowed', OPAQUE, 'null', 'origin-allowed'],
    ['a trailing slash (C46)', SOME, 'https://a.example/', 'origin-malformed'],
    ['a default port (C46)', SOME, 'https://a.example:443', 'origin-malformed'],
    ['upper case (C46)', SOME, 'HTTPS://A.EXAMPLE', 'origin-malformed'],
    ['two origins in one line (C55)', SOME, 'https://a.example, https://a.example', 'origin-malformed'],
    ['an empty Origin', SOME, '', 'origin-malformed'],
    ['an Origin that is too long (C54)', SOME, long, 'origin-malformed'],
    ['Spring gh-33682', SOME, 'http://*@:;', 'origin-malformed'],
    ['an origin that a source has to be asked about', ASKED, 'https://b.example', 'origin-undecided'],
    ['an origin that no source has to be asked about', ASKED, 'https://a.example', 'origin-allowed'],
    ['the opaque origin, which no source is asked about', ASKED, 'null', 'origin-not-allowed'],
    ['junk, which no source is asked about', ASKED, 'junk', 'origin-malformed'],
    ['@NoCors() and an origin', NO_CORS, 'https://a.example', 'origin-not-allowed'],
    ['@NoCors() and none', NO_CORS, undefined, 'no-origin'],
    ['no policy and an origin', NOBODY, 'https://a.example', 'origin-not-allowed'],
    ['no policy and junk', NOBODY, 'junk', 'origin-malformed'],
    ['a wall and an origin', WALL, 'https://a.example', 'origin-not-allowed'],
  ])('%s', (_, policy, origin, reason) => {
    expect(decideOrigin(policy, origin)).toBe(reason);
    // The same without the reason, for the responses.
    expect(allowsOrigin(policy, origin)).toBe(allowsReading(reason));
  });

  it.each<[reason: OriginReason, allowed: boolean]>([
    ['any-origin', true],
    ['origin-allowed', true],
    ['no-origin', false],
    ['origin-malformed', false],
    ['origin-not-allowed', false],
    ['origin-undecided', false],
  ])('%s is allowed: %p', (reason, allowed) => {
    expect(allowsReading(reason)).toBe(allowed);
  });
});

describe('decidePreflight', () => {
  const A = 'https://a.example';

  it.each<
    [
      title: string,
      policy: Policy,
      origin: string,
      method: string,
      headers: string | undefined,
      reason: PreflightReason,
      allowHeaders: string,
    ]
  >([
    ['a listed method', SOME, A, 'PUT', undefined, 'preflight-approved', ''],
    ['a listed method and header', SOME, A, 'PATCH', 'x-a', 'preflight-approved', 'x-a'],
    ['several headers', SOME, A, 'PUT', 'content-type,x-a', 'preflight-approved', 'content-type,x-a'],
    // The standard safelists them, so that browsers send them whatever is listed.
    ['GET, which is listed nowhere', SOME, A, 'GET', 'x-a', 'preflight-approved', 'x-a'],
    [
      'POST without headers, as upload listeners ask (C58)',
      SOME,
      A,
      'POST',
      undefined,
      'preflight-approved',
      '',
    ],
    ['an empty list of headers (C67)', SOME, A, 'PUT', '', 'preflight-approved', ''],
    ['another origin', SOME, 'https://evil.example', 'PUT', 'x-a', 'origin-not-allowed', ''],
    ['a malformed origin (C59)', SOME, 'https://a.example/', 'PUT', 'x-a', 'origin-malformed', ''],
    ['the opaque origin (C59)', SOME, 'null', 'GET', undefined, 'origin-not-allowed', ''],
    ['another method (C60)', SOME, A, 'DELETE', 'x-a', 'method-not-allowed', ''],
    ['a method in another case (C61)', SOME, A, 'put', undefined, 'method-not-allowed', ''],
    ['PATCH in lower case (C61)', SOME, A, 'patch', undefined, 'method-not-allowed', ''],
    ['no method (C61)', SOME, A, '', undefined, 'method-not-allowed', ''],
    ['a literal *', SOME, A, '*', undefined, 'method-not-allowed', ''],
    ['another header', SOME, A, 'PUT', 'x-b', 'headers-not-allowed', ''],
    ['one header of two', SOME, A, 'PUT', 'x-a,x-b', 'headers-not-allowed', ''],
    ['a literal * as header', SOME, A, 'PUT', '*', 'headers-not-allowed', ''],
    ['any origin', ANY, 'https://evil.example', 'PURGE', 'x-b', 'preflight-approved', 'x-b'],
    ['any origin, opaque', ANY, 'null', 'PUT', 'x-b', 'preflight-approved', 'x-b'],
    // Browsers send the origins of app shells as they find them; `*` passes before the origin is looked at.
    ['any origin, one of an app shell', ANY, 'file://', 'PUT', 'x-b', 'preflight-approved', 'x-b'],
    ['any origin, junk', ANY, 'invalid_origin', 'GET', undefined, 'preflight-approved', ''],
    ['any origin, twice', ANY, `${A}, ${A}`, 'GET', undefined, 'preflight-approved', ''],
    ['any origin, none', ANY, '', 'GET', undefined, 'preflight-approved', ''],
    ['any origin, without end', ANY, 'x'.repeat(8000), 'GET', undefined, 'preflight-approved', ''],
    ['any origin, but not any method', ANY, 'file://', 'TRACE', undefined, 'method-not-allowed', ''],
    ['any header but Authorization', ANY, A, 'PUT', 'authorization', 'headers-not-allowed', ''],
    ['any method but a forbidden one (C62)', WILD, A, 'CONNECT', undefined, 'method-not-allowed', ''],
    ['any method but a forbidden one, in any case', WILD, A, 'TrAcK', undefined, 'method-not-allowed', ''],
    ['any method, with credentials', WILD, A, 'PURGE', undefined, 'preflight-approved', ''],
    ['any method that is one', WILD, A, 'PUR GE', undefined, 'method-not-allowed', ''],
    ['any header, with credentials (C69)', WILD, A, 'PUT', 'x-b', 'preflight-approved', 'x-b'],
    ['any header that is one (C70)', WILD, A, 'PUT', '!!! ;;;', 'headers-not-allowed', ''],
    ['@NoCors()', NO_CORS, A, 'GET', undefined, 'origin-not-allowed', ''],
    ['no policy', NOBODY, A, 'GET', undefined, 'origin-not-allowed', ''],
  ])('%s', (_, policy, origin, method, headers, reason, allowHeaders) => {
    const facts = { origin, method, headers };
    expect(decidePreflight(policy, facts, decideOrigin(policy, origin))).toEqual({ reason, allowHeaders });
  });

  it.each<[reason: OriginReason, expected: PreflightReason]>([
    ['origin-allowed', 'preflight-approved'],
    ['origin-not-allowed', 'origin-not-allowed'],
    ['origin-malformed', 'origin-malformed'],
    // What nobody has decided is not allowed.
    ['origin-undecided', 'origin-not-allowed'],
    ['no-origin', 'origin-not-allowed'],
  ])('takes what a source has decided: %s', (reason, expected) => {
    const facts = { origin: 'https://b.example', method: 'GET', headers: undefined };
    expect(decidePreflight(ASKED, facts, reason).reason).toBe(expected);
  });
});

describe('needsListing', () => {
  it.each(['GET', 'HEAD', 'POST'])('%s is safelisted (C57)', (method) => {
    expect(needsListing(method)).toBe(false);
  });

  it.each(['PUT', 'DELETE', 'PATCH', 'get', 'OPTIONS'])('%s is not', (method) => {
    expect(needsListing(method)).toBe(true);
  });
});
