import { describe, expect, it } from '@jest/globals';
import {
  bootstrap,
  differences,
  median,
  quantile,
  randomNumbers,
  ratio,
  rotated,
  spread,
} from '../../bench/support/statistics.js';

describe('median', () => {
  it.each([
    [[3], 3],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
    [[10, 9, 1], 9],
  ])('of %j is %d', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('leaves the values alone', () => {
    const values = [3, 1, 2];
    median(values);
    expect(values).toEqual([3, 1, 2]);
  });

  it('of nothing is an error', () => {
    expect(() => median([])).toThrow(RangeError);
  });
});

describe('quantile', () => {
  const values = [50, 10, 40, 20, 30];

  it.each([
    [0, 10],
    [0.25, 20],
    [0.5, 30],
    [0.75, 40],
    [1, 50],
  ])('%d of five values', (part, expected) => {
    expect(quantile(values, part)).toBe(expected);
    expect(values[0]).toBe(50);
  });

  it('of one value is that one, and of nothing an error', () => {
    expect(quantile([7], 0.25)).toBe(7);
    expect(() => quantile([], 0.25)).toThrow(RangeError);
  });
});

describe('spread', () => {
  it('is the smallest and the middle value', () => {
    expect(spread([5, 1, 30])).toEqual({ min: 1, median: 5 });
  });
});

describe('differences', () => {
  it('are taken within the rounds', () => {
    expect(differences([12, 25], [10, 20])).toEqual([2, 5]);
  });

  it('need values for each round', () => {
    expect(() => differences([1], [1, 2])).toThrow(RangeError);
  });
});

describe('ratio', () => {
  it('of proportional values is the same in every way', () => {
    const whole = [10, 12, 14, 100];
    const half = whole.map((value) => value / 2);
    expect(ratio(half, whole)).toMatchObject({ ofMedians: 0.5, median: 0.5, min: 0.5 });
  });

  it('is not moved by a few disturbed rounds', () => {
    const ours = [1, 1, 1, 1, 1, 1, 1, 900, 1];
    const theirs = [2, 2, 2, -300, 2, 2, 2, 2, 2];
    expect(ratio(ours, theirs)).toMatchObject({ ofMedians: 0.5, median: 0.5 });
  });

  it('keeps its figure where a denominator is near zero, which the ratios of the rounds do not', () => {
    const { ofMedians, median: ofRounds } = ratio([1, 1, 1], [2, 0.001, 0.002]);
    expect(ofMedians).toBe(1 / 0.002);
    expect(ratio([1, 1, 1, 1, 1], [2, 0.001, 2, -0.001, 2]).ofMedians).toBe(0.5);
    expect(ofRounds).toBe(500);
  });
});

describe('bootstrap', () => {
  const values = [9, 10, 11, 10, 9, 11, 10, 10];

  it('holds the figure between its bounds', () => {
    const { low, high } = bootstrap(values, median);
    expect(low).toBeLessThanOrEqual(10);
    expect(high).toBeGreaterThanOrEqual(10);
    expect(low).toBeGreaterThanOrEqual(9);
    expect(high).toBeLessThanOrEqual(11);
  });

  it('draws the same every time', () => {
    expect(bootstrap(values, median)).toEqual(bootstrap(values, median));
  });

  it('has no width where all rounds agree', () => {
    expect(bootstrap([7, 7, 7], median)).toEqual({ low: 7, high: 7 });
  });
});

describe('rotated', () => {
  const elements = ['a', 'b', 'c', 'd', 'e'];

  it('loses and repeats nothing', () => {
    for (let round = 0; round < 30; round++) {
      expect(new Set(rotated(elements, round))).toEqual(new Set(elements));
      expect(rotated(elements, round)).toHaveLength(elements.length);
    }
  });

  it('puts each element in each place', () => {
    for (const place of elements.keys()) {
      const seen = new Set(Array.from({ length: 30 }, (_, round) => rotated(elements, round)[place]));
      expect(seen).toEqual(new Set(elements));
    }
  });

  it('changes the neighbours as well', () => {
    const before = new Set(
      Array.from({ length: 30 }, (_, round) => {
        const order = rotated(elements, round);
        return order[order.indexOf('a') - 1];
      }),
    );
    expect(before).toContain('b');
    expect(before).toContain('e');
  });
});

describe('randomNumbers', () => {
  it('lie in [0, 1) and all over it', () => {
    const random = randomNumbers(1);
    const numbers = Array.from({ length: 1000 }, random);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    expect(median(numbers)).toBeGreaterThan(0.4);
    expect(median(numbers)).toBeLessThan(0.6);
  });
});
