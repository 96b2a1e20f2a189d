import { describe, expect, it } from '@jest/globals';
import type { Policy } from '../../lib/policy/policy.js';
import {
  answerPreflight,
  PREFLIGHT_VARY,
  putResponseFields,
  type HeaderFields,
} from '../../lib/protocol/header-fields.js';
import { decideOrigin, decidePreflight } from '../../lib/protocol/verdict.js';
import { composed } from '../policy/configurations.js';

const A = 'https://a.example';

function policyOf(options: object): Policy {
  const { policy, problems } = composed({ options });
  if (policy === undefined || problems.length > 0) throw new Error('no policy');
  return policy;
}

describe('putResponseFields', () => {
  function put(options: object, origin: string): HeaderFields {
    const fields: HeaderFields = {};
    putResponseFields(fields, policyOf(options), origin);
    return fields;
  }

  it.each<[title: string, options: object, fields: object]>([
    ['an origin', { origin: A }, { 'access-control-allow-origin': A }],
    // The literal `*`, whoever asks: hono's GHSA-88fw-hqm2-52qc reflected instead.
    ['any origin', { origin: '*' }, { 'access-control-allow-origin': '*' }],
    [
      'credentials (C41)',
      { origin: A, credentials: true },
      { 'access-control-allow-origin': A, 'access-control-allow-credentials': 'true' },
    ],
    [
      'exposed headers',
      { origin: A, exposedHeaders: ['X-B', 'x-a'] },
      { 'access-control-allow-origin': A, 'access-control-expose-headers': 'x-b, x-a' },
    ],
    [
      'every header exposed (C37)',
      { origin: '*', exposedHeaders: '*' },
      { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' },
    ],
    [
      'nothing that is a preflight’s',
      { origin: A, methods: 'PUT', allowedHeaders: 'x-a', maxAge: 600 },
      { 'access-control-allow-origin': A },
    ],
  ])('%s', (_, options, fields) => {
    expect(put(options, A)).toEqual(fields);
  });

  it('keeps the other fields, and takes the place of its own', () => {
    const fields: HeaderFields = { 'X-A': '1', 'access-control-allow-origin': 'https://evil.example' };
    putResponseFields(fields, policyOf({ origin: A }), A);
    expect(fields).toEqual({ 'X-A': '1', 'access-control-allow-origin': A });
  });
});

describe('answerPreflight', () => {
  function answer(options: object, method: string, headers?: string, origin = A): object {
    const policy = policyOf(options);
    const facts = { origin, method, headers };
    const verdict = decidePreflight(policy, facts, decideOrigin(policy, origin));
    return answerPreflight(policy, facts, verdict, PREFLIGHT_VARY);
  }

  const always = { vary: PREFLIGHT_VARY };
  const empty = { 'content-length': '0' };

  it.each<
    [
      title: string,
      options: object,
      method: string,
      headers: string | undefined,
      status: number,
      fields: object,
    ]
  >([
    ['GET (C57)', { origin: A }, 'GET', undefined, 204, { 'access-control-allow-origin': A }],
    [
      'a method (C56)',
      { origin: A, methods: ['PATCH', 'PUT'] },
      'PUT',
      undefined,
      204,
      { 'access-control-allow-origin': A, 'access-control-allow-methods': 'PUT' },
    ],
    [
      'everything there is',
      {
        origin: A,
        credentials: true,
        methods: '*',
        allowedHeaders: '*',
        maxAge: 600,
        optionsSuccessStatus: 200,
        exposedHeaders: 'x-b',
      },
      'PURGE',
      'content-type,x-a',
      200,
      {
        'access-control-allow-origin': A,
        'access-control-allow-credentials': 'true',
        'access-control-allow-methods': 'PURGE',
        'access-control-allow-headers': 'content-type,x-a',
        'access-control-max-age': '600',
        ...empty,
      },
    ],
    ['any origin', { origin: '*' }, 'HEAD', undefined, 204, { 'access-control-allow-origin': '*' }],
    [
      'a maxAge of 0 (express/cors "maxAge … equals to zero")',
      { origin: A, maxAge: 0 },
      'POST',
      '',
      204,
      { 'access-control-allow-origin': A, 'access-control-max-age': '0' },
    ],
  ])('%s', (_, options, method, headers, status, fields) => {
    expect(answer(options, method, headers)).toEqual({ status, fields: { ...fields, ...always } });
  });

  it.each<[title: string, origin: string, method: string, headers: string | undefined]>([
    ['an origin', 'https://evil.example', 'GET', undefined],
    ['a malformed origin', 'https://a.example/', 'GET', undefined],
    ['a method', A, 'DELETE', undefined],
    ['a header', A, 'PUT', 'x-b'],
  ])('a refusal of %s tells nothing but Vary', (_, origin, method, headers) => {
    const options = { origin: A, credentials: true, methods: 'PUT', maxAge: 600 };
    expect(answer(options, method, headers, origin)).toEqual({
      status: 403,
      fields: { ...always, ...empty },
    });
  });

  it.each([200, 201, 203, 205, 206, 299])('says that a %i is empty', (optionsSuccessStatus) => {
    expect(answer({ origin: A, optionsSuccessStatus }, 'GET')).toMatchObject({
      status: optionsSuccessStatus,
      fields: empty,
    });
  });

  it('makes fields anew for each answer, since somebody downstream will change them (C74)', () => {
    const options = { origin: A, methods: 'PUT' };
    const policy = policyOf(options);
    const facts = { origin: A, method: 'PUT', headers: undefined };
    const verdict = decidePreflight(policy, facts, 'origin-allowed');
    const first = answerPreflight(policy, facts, verdict, PREFLIGHT_VARY);
    first.fields['access-control-allow-origin'] = 'https://evil.example';
    expect(answerPreflight(policy, facts, verdict, PREFLIGHT_VARY).fields).toMatchObject({
      'access-control-allow-origin': A,
    });
  });

  it('varies on what it is told', () => {
    const policy = policyOf({ origin: A });
    const facts = { origin: A, method: 'GET', headers: undefined };
    for (const reason of ['origin-allowed', 'origin-not-allowed'] as const) {
      const verdict = decidePreflight(policy, facts, reason);
      expect(answerPreflight(policy, facts, verdict, `${PREFLIGHT_VARY}, X-Tenant`).fields['vary']).toBe(
        `${PREFLIGHT_VARY}, X-Tenant`,
      );
    }
  });
});
