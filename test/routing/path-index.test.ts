import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { match } from 'path-to-regexp';
import { PathIndex } from '../../lib/routing/path-index.js';
import { seed } from '../protocol/seed.js';

describe('PathIndex', () => {
  function indexOf(patterns: readonly (string | undefined)[], caseSensitive = true): PathIndex<string> {
    const index = new PathIndex<string>(caseSensitive);
    for (const pattern of patterns) index.add(pattern, String(pattern));
    return index;
  }

  it('gives the patterns that begin as the path does, in the order in which they were added', () => {
    const index = indexOf(['/api/cats/:id', '/api/dogs', '/:any/*rest', '/api/cats', '/api/cats/:id/toys']);
    expect(index.candidates('/api/cats/7/toys')).toEqual([
      '/api/cats/:id',
      '/:any/*rest',
      '/api/cats',
      '/api/cats/:id/toys',
    ]);
    expect(index.candidates('/api/birds')).toEqual(['/:any/*rest']);
  });

  it('gives patterns of another kind for every path', () => {
    expect(indexOf([undefined, '/cats']).candidates('/dogs')).toEqual(['undefined']);
  });

  it('compares as the router does', () => {
    expect(indexOf(['/Cats'], false).candidates('/cATS')).toEqual(['/Cats']);
    expect(indexOf(['/Cats'], true).candidates('/cats')).toEqual([]);
    expect(indexOf(['/café'], false).candidates('/CAFÉ')).toEqual(['/café']);
  });

  it('tries one of 2,000 patterns below one prefix', () => {
    const patterns = Array.from({ length: 2000 }, (_, index) => `/api/v1/r${index}/:id`);
    expect(indexOf(patterns).candidates('/api/v1/r1999/7')).toEqual(['/api/v1/r1999/:id']);
  });

  it('looks no deeper than the patterns go, however many slashes a path has', () => {
    const index = indexOf(['/a/b/:c']);
    const start = performance.now();
    for (let round = 0; round < 1000; round++) index.candidates('/'.repeat(16_000));
    expect(performance.now() - start).toBeLessThan(1000);
  });

  it(`never leaves out a pattern that matches [FC_SEED=${seed}]`, () => {
    const segment = fc.constantFrom('a', 'A', 'b', 'ab', ':x', '*w', 'a{b}', 'a.:x', '\\:a', '', '%61', 'ä');
    const path = fc
      .array(segment, { minLength: 1, maxLength: 4 })
      .map((segments) => `/${segments.join('/')}`);
    const pattern = path.filter((text) => {
      try {
        match(text);
        return true;
      } catch {
        return false;
      }
    });
    fc.assert(
      fc.property(
        fc.array(pattern, { maxLength: 12 }),
        path,
        fc.boolean(),
        fc.boolean(),
        (patterns, requested, sensitive, trailing) => {
          const matches = (one: string): boolean => match(one, { sensitive, trailing })(requested) !== false;
          const found = indexOf(patterns, sensitive).candidates(requested).filter(matches);
          expect(found).toEqual(patterns.filter(matches));
        },
      ),
      { seed, numRuns: 3000 },
    );
  });
});
