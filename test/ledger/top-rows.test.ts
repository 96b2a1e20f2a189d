import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ROW_BYTES, TopRows } from '../../lib/ledger/top-rows.js';
import { seed } from '../protocol/seed.js';

function countAll(rows: TopRows<string>, keys: Iterable<string>): void {
  let now = 0;
  for (const key of keys) rows.add(key, now++, () => ({ value: key, bytes: key.length }));
}

describe('TopRows', () => {
  it('counts exactly what there are rows for', () => {
    const rows = new TopRows<string>({ rows: 3, bytes: 1e6 });
    countAll(rows, ['a', 'b', 'a', 'c', 'a', 'b']);
    expect(rows.rows.map(({ key, count, excess, first, last }) => [key, count, excess, first, last])).toEqual(
      [
        ['a', 3, 0, 0, 4],
        ['b', 2, 0, 1, 5],
        ['c', 1, 0, 3, 3],
      ],
    );
  });

  it('gives a new one the row of the least', () => {
    const rows = new TopRows<string>({ rows: 2, bytes: 1e6 });
    countAll(rows, ['a', 'a', 'a', 'b', 'c']);
    expect(rows.rows.map(({ key, count, excess }) => [key, count, excess])).toEqual([
      ['a', 3, 0],
      ['c', 2, 1],
    ]);
  });

  it('keeps within its bytes, however long the texts are', () => {
    const rows = new TopRows<string>({ rows: 100, bytes: 10 * (ROW_BYTES + 200) });
    for (let at = 0; at < 1000; at++) {
      const key = `${at}`.padEnd(100, 'x');
      rows.add(key, at, () => ({ value: key, bytes: 100 }));
      expect(rows.bytes).toBeLessThanOrEqual(10 * (ROW_BYTES + 200));
    }
    expect(rows.rows.length).toBe(10);
    const [least] = rows.rows.toReversed();
    expect(rows.bytes).toBe(rows.rows.reduce((sum, { size }) => sum + size, 0));
    expect(least?.size).toBe(ROW_BYTES + 200);
  });

  it(`holds what Space-Saving promises, beside a count of all (seed ${seed})`, () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30 }), { maxLength: 400 }),
        fc.integer({ min: 1, max: 12 }),
        (numbers, limit) => {
          const keys = numbers.map(String);
          const exact = new Map<string, number>();
          for (const key of keys) exact.set(key, (exact.get(key) ?? 0) + 1);
          const rows = new TopRows<string>({ rows: limit, bytes: 1e6 });
          countAll(rows, keys);
          const found = rows.rows;
          expect(found.length).toBe(Math.min(limit, exact.size));
          expect(found.reduce((sum, { count }) => sum + count, 0)).toBe(keys.length);
          for (const { key, count, excess } of found) {
            const really = exact.get(key) as number;
            expect(count).toBeGreaterThanOrEqual(really);
            expect(count - excess).toBeLessThanOrEqual(really);
          }
          // Whatever is more than its share is there.
          for (const [key, count] of exact) {
            if (count > keys.length / limit) expect(found.map((row) => row.key)).toContain(key);
          }
        },
      ),
      { seed, numRuns: 300 },
    );
  });
});
