import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { editDistance } from '../../lib/explain/edit-distance.js';
import { seed } from '../protocol/seed.js';

/** The textbook's recursion, without any thought of speed. */
function naive(a: string, b: string): number {
  if (a === '' || b === '') return a.length + b.length;
  const change = a[0] === b[0] ? 0 : 1;
  return Math.min(naive(a.slice(1), b.slice(1)) + change, naive(a.slice(1), b) + 1, naive(a, b.slice(1)) + 1);
}

describe('editDistance', () => {
  it(`is the Levenshtein distance, up to the limit (seed ${seed})`, () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
    fc.assert(
      fc.property(word, word, fc.nat(3), (a, b, limit) => {
        const distance = naive(a, b);
        expect(editDistance(a, b, limit)).toBe(distance <= limit ? distance : undefined);
      }),
      { seed, numRuns: 500 },
    );
  });
});
