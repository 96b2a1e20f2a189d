import { describe, expect, it } from '@jest/globals';
import { CompiledPolicies } from '../../lib/policy/compiled-policies.js';
import type { Policy } from '../../lib/policy/policy.js';
import { mergeLayers, NO_ROUTE_DEFAULTS, type PolicyFields } from '../../lib/policy/policy-fields.js';
import { entriesOf } from './naive-origins.js';

const compiled = new CompiledPolicies();

function compile(fields: Partial<PolicyFields>): Policy {
  const merged = mergeLayers(
    [{ where: 'options', merge: 'replace', fields, unread: [], raw: {} }],
    NO_ROUTE_DEFAULTS,
  ).fields;
  return compiled.policy(merged, compiled.origin(merged));
}

const A = 'https://a.example';
const B = 'https://b.example';
const manyOrigins = (): readonly string[] => Array.from({ length: 1000 }, (_, n) => `https://o${n}.example`);

describe('two compiled policies', () => {
  it.each<[what: string, one: Partial<PolicyFields>, other: Partial<PolicyFields>]>([
    ['the same origins', { origin: entriesOf(A, B) }, { origin: entriesOf(A, B) }],
    ['the same origins in another order', { origin: entriesOf(A, B) }, { origin: entriesOf(B, A) }],
    [
      'the same patterns',
      { origin: entriesOf('https://*.a.example') },
      { origin: entriesOf('https://*.a.example') },
    ],
    ['any origin', { origin: entriesOf('*') }, { origin: entriesOf('*') }],
    [
      'the same names in another order',
      { origin: entriesOf(A), methods: ['PUT', 'DELETE'], allowedHeaders: ['x-a', 'x-b'] },
      { origin: entriesOf(A), methods: ['DELETE', 'PUT', 'GET'], allowedHeaders: ['X-B', 'x-a'] },
    ],
    ['nobody, whatever else', { origin: [], maxAge: 7 }, { origin: [], methods: ['PUT'] }],
  ])('are one object if they say the same: %s', (_, one, other) => {
    expect(compile(one)).toBe(compile(other));
  });

  it.each<[what: string, one: Partial<PolicyFields>, other: Partial<PolicyFields>]>([
    ['origins', { origin: entriesOf(A) }, { origin: entriesOf(A, B) }],
    ['an origin and a pattern', { origin: entriesOf(A) }, { origin: entriesOf('https://*.a.example') }],
    ['credentials', { origin: entriesOf(A) }, { origin: entriesOf(A), credentials: true }],
    ['enforce', { origin: entriesOf(A) }, { origin: entriesOf(A), enforce: true }],
    [
      "enforce: 'unsafe'",
      { origin: entriesOf(A), enforce: 'unsafe' },
      { origin: entriesOf(A), enforce: true },
    ],
    ["enforce: 'unsafe' where nobody may read", { origin: [] }, { origin: [], enforce: 'unsafe' }],
    ['enforce where nobody may read', { origin: [] }, { origin: [], enforce: true }],
    ['exposed headers', { origin: entriesOf(A) }, { origin: entriesOf(A), exposedHeaders: ['x-a'] }],
    ['methods', { origin: entriesOf(A) }, { origin: entriesOf(A), methods: ['PUT'] }],
    ['any method', { origin: entriesOf(A), methods: ['*'] }, { origin: entriesOf(A), methods: [] }],
    ['request headers', { origin: entriesOf(A) }, { origin: entriesOf(A), allowedHeaders: [] }],
    ['age', { origin: entriesOf(A), maxAge: 0 }, { origin: entriesOf(A) }],
    ['status', { origin: entriesOf(A) }, { origin: entriesOf(A), optionsSuccessStatus: 200 }],
    // They are not gone through.
    ['lists of many', { origin: entriesOf(...manyOrigins()) }, { origin: entriesOf(...manyOrigins()) }],
  ])('are two if they differ: %s', (_, one, other) => {
    expect(compile(one)).not.toBe(compile(other));
  });
});
