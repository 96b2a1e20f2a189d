import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { intersectOrigins, uniteOrigins } from '../../lib/policy/origin-intersection.js';
import { compileOrigins } from '../../lib/policy/origin-set.js';
import { seed } from '../protocol/seed.js';
import { decide, naiveDecide } from './naive-origins.js';
import { mutation, nearMiss, someEntries } from './random-origins.js';

process.stderr.write(`random origin configurations: FC_SEED=${seed}\n`);

const mutations = fc.array(mutation, { minLength: 12, maxLength: 12 });

describe(`origin rules against a naive reading (FC_SEED=${seed})`, () => {
  it('allow what the entries allow', () => {
    let allowed = 0;
    let refused = 0;
    fc.assert(
      fc.property(someEntries, mutations, fc.boolean(), (entries, edits, secureOnly) => {
        const rule = compileOrigins(entries, { secureOnly });
        for (const edit of edits) {
          const origin = nearMiss(entries, edit);
          const expected = naiveDecide(entries, origin, secureOnly);
          expect([origin, decide(rule, origin)]).toEqual([origin, expected]);
          if (expected) allowed++;
          else refused++;
        }
      }),
      { seed, numRuns: 1_800 },
    );
    expect(allowed + refused).toBeGreaterThanOrEqual(20_000);
    // Otherwise the data, not the matcher, would be what agrees.
    expect(Math.min(allowed, refused)).toBeGreaterThan(5_000);
  });

  it('intersect to what both allow', () => {
    fc.assert(
      fc.property(someEntries, someEntries, mutations, (outer, inner, edits) => {
        const both = compileOrigins(intersectOrigins(outer, inner), { secureOnly: false });
        for (const edit of edits) {
          const origin = nearMiss([...outer, ...inner], edit);
          const expected = naiveDecide(outer, origin) && naiveDecide(inner, origin);
          expect([origin, decide(both, origin)]).toEqual([origin, expected]);
        }
      }),
      { seed, numRuns: 1_000 },
    );
  });

  it('intersect to what both allow, for patterns that overlap', () => {
    fc.assert(
      fc.property(someEntries, mutations, (entries, edits) => {
        const half = entries.length >> 1;
        const [outer, inner] = [entries.slice(0, half), entries.slice(half)];
        const both = compileOrigins(intersectOrigins([...outer, ...inner], inner), { secureOnly: false });
        for (const edit of edits) {
          const origin = nearMiss(entries, edit);
          expect([origin, decide(both, origin)]).toEqual([origin, naiveDecide(inner, origin)]);
        }
      }),
      { seed, numRuns: 800 },
    );
  });

  it('unite to what either allows', () => {
    fc.assert(
      fc.property(someEntries, someEntries, mutations, (outer, inner, edits) => {
        const either = compileOrigins(uniteOrigins(outer, inner), { secureOnly: false });
        for (const edit of edits) {
          const origin = nearMiss([...outer, ...inner], edit);
          const expected = naiveDecide(outer, origin) || naiveDecide(inner, origin);
          expect([origin, decide(either, origin)]).toEqual([origin, expected]);
        }
      }),
      { seed, numRuns: 1_000 },
    );
  });

  it('unite and intersect with themselves to themselves', () => {
    fc.assert(
      fc.property(someEntries, mutations, (entries, edits) => {
        expect(uniteOrigins(entries, entries)).toEqual(uniteOrigins(entries, []));
        const same = compileOrigins(intersectOrigins(entries, entries), { secureOnly: false });
        for (const edit of edits) {
          const origin = nearMiss(entries, edit);
          expect([origin, decide(same, origin)]).toEqual([origin, naiveDecide(entries, origin)]);
        }
      }),
      { seed, numRuns: 500 },
    );
  });

  it('never throw, and allow nothing malformed', () => {
    fc.assert(
      fc.property(someEntries, fc.string({ unit: 'binary' }), fc.boolean(), (entries, value, secureOnly) => {
        const rule = compileOrigins(entries, { secureOnly });
        expect(decide(rule, value)).toBe(false);
        expect(decide(rule, `https://${value}`)).toBe(naiveDecide(entries, `https://${value}`, secureOnly));
      }),
      { seed, numRuns: 1_000 },
    );
  });
});
