import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  compareManifests,
  type CorsManifest,
  type ManifestLine,
  type ManifestPolicy,
} from '../../lib/index.js';
import { describeEntry } from '../../lib/policy/policy-rules.js';
import { entryOf, naiveDecide } from '../policy/naive-origins.js';
import { fixedEntry, mutation, nearMiss } from '../policy/random-origins.js';

const origins = fc.oneof(
  { arbitrary: fc.array(fixedEntry.map(describeEntry), { maxLength: 3 }), weight: 9 },
  { arbitrary: fc.constant(['*']), weight: 1 },
);
const subset = (...names: readonly string[]): fc.Arbitrary<string[]> => fc.subarray([...names]);

const policies = fc.record({
  origin: origins,
  credentials: fc.boolean(),
  exposedHeaders: subset('x-a', 'x-b', '*'),
  enforce: fc.constantFrom<ManifestPolicy['enforce']>(false, 'unsafe', true),
  methods: subset('GET', 'PUT', 'PATCH', '*'),
  allowedHeaders: subset('authorization', 'x-a', 'x-b', '*'),
  maxAge: fc.constantFrom(null, 5),
  optionsSuccessStatus: fc.constant(204),
  dangerously: fc.constant([]),
});

/** One policy, and another that is the same in some fields, as after a change of the others. */
const changes = fc
  .tuple(policies, policies, fc.array(fc.boolean(), { minLength: 9, maxLength: 9 }))
  .map(([before, other, isKept]) => {
    const kept = Object.entries(before).filter((_, index) => isKept[index]);
    return [before, { ...other, ...Object.fromEntries(kept) }] as const;
  });

function manifestOf(policy: ManifestPolicy): CorsManifest {
  const line: ManifestLine = {
    kind: 'default',
    method: 'ALL',
    path: '*',
    exact: false,
    below: null,
    version: [],
    hosts: [],
    where: 'options',
    policy,
    from: { methods: ['options'] },
    reportOnly: null,
  };
  return { schema: 1, publicOrigins: null, lists: {}, routes: [line] };
}

/** All that a page on an origin may do, written without a line of the library. */
function rightsOf(
  policy: ManifestPolicy & { readonly origin: readonly string[] },
  origin: string,
): ReadonlySet<string> {
  const reads = naiveDecide(policy.origin.map(entryOf), origin);
  const covered = (list: readonly string[], name: string, exception?: string): boolean =>
    list.includes(name) || (name !== exception && list.includes('*'));
  const rights: readonly (readonly [right: string, isGiven: boolean])[] = [
    ['reach by GET', policy.enforce !== true || reads || policy.origin.includes('*')],
    ['reach by POST', policy.enforce === false || reads || policy.origin.includes('*')],
    ['read', reads],
    ['read with credentials', reads && policy.credentials],
    ...['PUT', 'PATCH', 'DELETE'].map(
      (name) => [`send ${name}`, reads && covered(policy.methods, name)] as const,
    ),
    ...['authorization', 'x-a', 'x-b', 'x-c'].map(
      (name) => [`carry ${name}`, reads && covered(policy.allowedHeaders, name, 'authorization')] as const,
    ),
    ...['x-a', 'x-b', 'x-c'].map(
      (name) => [`see ${name}`, reads && covered(policy.exposedHeaders, name)] as const,
    ),
  ];
  return new Set(rights.flatMap(([right, isGiven]) => (isGiven ? [right] : [])));
}

describe('a comparison', () => {
  it('that finds nothing wider has no origin that may do more; one that finds no change has none that may do less', async () => {
    const seen = { wider: 0, narrower: 0, more: 0, less: 0 };
    await fc.assert(
      fc.asyncProperty(
        changes,
        fc.array(mutation, { minLength: 12, maxLength: 12 }),
        async ([before, after], mutations) => {
          const { isWider, changes: found } = await compareManifests(manifestOf(before), manifestOf(after));
          const isNarrower = found.some(({ effect }) => effect === 'narrower');
          if (isWider) seen.wider++;
          if (isNarrower) seen.narrower++;
          const entries = [...before.origin, ...after.origin].map(entryOf);
          for (const one of mutations) {
            const origin = nearMiss(entries, one);
            const [had, has] = [rightsOf(before, origin), rightsOf(after, origin)];
            const more = [...has].filter((right) => !had.has(right));
            const less = [...had].filter((right) => !has.has(right));
            seen.more += more.length;
            seen.less += less.length;
            if (!isWider) expect([before, after, origin, more]).toEqual([before, after, origin, []]);
            if (!isNarrower) expect([before, after, origin, less]).toEqual([before, after, origin, []]);
          }
        },
      ),
      { numRuns: 3000 },
    );
    for (const count of Object.values(seen)) expect(count).toBeGreaterThan(500);
  });
});
