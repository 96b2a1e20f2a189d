import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OriginList } from '../../lib/manifest/origin-inclusion.js';
import { describeEntry } from '../../lib/policy/policy-rules.js';
import type { ManifestOrigin } from '../../lib/manifest/cors-manifest.js';
import { entryOf, naiveDecide } from '../policy/naive-origins.js';
import { fixedEntry, mutation, nearMiss } from '../policy/random-origins.js';

const written = fixedEntry.map(describeEntry);
/** Lists that have something in common more often than not. */
const lists = fc
  .tuple(fc.array(written, { maxLength: 6 }), fc.array(written, { maxLength: 6 }), fc.nat(63))
  .map(([a, b, mask]) => [a, [...b, ...a.filter((_, at) => mask & (1 << at))]] as const);

const allows = (list: readonly string[], origin: string): boolean => naiveDecide(list.map(entryOf), origin);

describe('inclusion of origins', () => {
  it('that is claimed holds for every sample, and that is refuted has a witness', () => {
    const seen = { included: 0, refuted: 0, undecided: 0 };
    fc.assert(
      fc.property(lists, fc.array(mutation, { minLength: 8, maxLength: 8 }), ([some, list], mutations) => {
        const asked = new OriginList(list);
        for (const origin of some) {
          const inclusion = asked.includes(origin);
          seen[inclusion.verdict]++;
          if (inclusion.verdict === 'refuted') {
            const witness = inclusion.witness as string;
            expect([origin, witness, allows([origin], witness)]).toEqual([origin, witness, true]);
            expect([list, witness, allows(list, witness)]).toEqual([list, witness, false]);
            continue;
          }
          for (const one of mutations) {
            const sample = nearMiss([entryOf(origin), ...list.map(entryOf)], one);
            if (allows([origin], sample)) {
              expect([origin, list, sample, allows(list, sample)]).toEqual([origin, list, sample, true]);
            }
          }
        }
      }),
      { numRuns: 5000 },
    );
    expect(seen.included).toBeGreaterThan(2000);
    expect(seen.refuted).toBeGreaterThan(2000);
    expect(seen.undecided).toBe(0);
  });

  it('agrees with what one entry says of another', () => {
    fc.assert(
      fc.property(fc.array(written, { maxLength: 5 }), (list) => {
        const asked = new OriginList(list);
        expect(list.map((origin) => asked.includes(origin).verdict)).toEqual(list.map(() => 'included'));
      }),
    );
  });

  const ANY_PORT = 'https://a.example:*';
  const ports = Array.from({ length: 65_535 - 1023 }, (_, index) => `https://a.example:${index + 1024}`);
  const source: ManifestOrigin = { source: 'Partners', where: 'options' };
  const other: ManifestOrigin = { source: 'Partners', where: 'A' };
  const regexp: ManifestOrigin = { regexp: String.raw`/https:\/\/[a-z]\.example/` };
  const both: ManifestOrigin = { allOf: ['https://*.example', source] };

  const CASES = (
    [
      ['https://a.example', ['https://*.example'], 'included'],
      ['https://a.b.example', ['https://*.example'], 'refuted'],
      ['https://**.b.example', ['https://*.b.example'], 'refuted'],
      ['https://*.b.example', ['https://**.example'], 'included'],
      ['https://*.b.example:8080', ['https://**.example:*'], 'included'],
      ['https://*.b.example:*', ['https://**.example'], 'refuted'],
      ['http://*.b.example', ['https://**.example'], 'refuted'],
      ['https://*.xample', ['https://*.ample'], 'refuted'],
      [ANY_PORT, ['https://a.example', 'https://a.example:1024'], 'refuted'],
      // No port is left for a witness.
      [ANY_PORT, ports, 'undecided'],
      // No label is left for a witness: a host has no room for two more.
      [`https://**.${'a.'.repeat(124)}ab`, ['https://*.example'], 'undecided'],
      [`https://**.${'a.'.repeat(124)}ab`, [`https://**.${'a.'.repeat(124)}ab`], 'included'],
      ['null', ['https://*.example'], 'refuted'],
      ['null', [source, regexp], 'refuted'],
      ['file://', ['file://'], 'included'],
      ['app://.', ['app://.'], 'included'],
      ['http://[::1]:3000', ['http://[::1]:*'], 'included'],
      ['*', ['https://**.example'], 'refuted'],
      ['*', [source], 'refuted'],
      ['*', ['null', 'file://', 'https://x0'], 'refuted'],
      ['*', ['null', 'file://', source], 'undecided'],
      ['*', ['*'], 'included'],
      [source, ['*'], 'included'],
      [source, [source], 'included'],
      [source, [other], 'undecided'],
      [source, [], 'refuted'],
      [source, ['https://**.example'], 'undecided'],
      [regexp, [regexp], 'included'],
      [regexp, [{ regexp: '/https:\\/\\/[a-z]\\.example/i' }], 'undecided'],
      ['https://a.example', [regexp], 'undecided'],
      ['https://a.example', [regexp, 'https://**.example'], 'included'],
      [both, ['https://**.example'], 'included'],
      [both, [source], 'included'],
      [both, [{ allOf: ['https://**.example', source] }], 'included'],
      [both, [{ allOf: ['https://**.example', other] }], 'undecided'],
      [both, [{ allOf: [source, regexp] }], 'undecided'],
      [both, ['https://a.example'], 'undecided'],
      ['https://a.example', [both], 'undecided'],
    ] satisfies [origin: ManifestOrigin, list: readonly ManifestOrigin[], verdict: string][]
  ).map((row) => [JSON.stringify(row).slice(0, 80), ...row] as const);

  it.each(CASES)('%s', (_title, origin, list, verdict) => {
    const inclusion = new OriginList(list).includes(origin);
    expect(inclusion.verdict).toBe(verdict);
  });

  it('of two lists of 10,000 takes below a second, and not a product', () => {
    const took = (size: number): number => {
      const list = (tag: string): string[] =>
        Array.from({ length: size }, (_, index) =>
          index % 2 === 0 ? `https://${tag}${index}.example` : `https://**.${tag}${index}.example:*`,
        );
      const [some, more] = [list('a'), [...list('a').toReversed(), ...list('b')]];
      const { user } = process.cpuUsage();
      const asked = new OriginList(more);
      for (const origin of some) expect(asked.includes(origin).verdict).toBe('included');
      const reverse = new OriginList(some);
      expect(more.filter((origin) => reverse.includes(origin).verdict === 'refuted')).toHaveLength(size);
      return (process.cpuUsage().user - user) / 1000;
    };
    took(1000);
    const [small, large] = [took(1000), took(10_000)];
    expect(large).toBeLessThan(1000);
    // Ten times as long, and not a hundred times.
    expect(large).toBeLessThan(Math.max(small, 5) * 40);
  });
});
