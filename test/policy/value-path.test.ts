import { describe, expect, it } from '@jest/globals';
import { ValuePath } from '../../lib/policy/value-path.js';

/** The place that some values lead to. */
function placeOf(start: ValuePath<string>, values: readonly unknown[]): ValuePath<string> {
  let place = start;
  for (const value of values) place = place.to(value);
  return place;
}

describe('ValuePath', () => {
  const object = {};
  const one = (): boolean => true;
  const ways: readonly (readonly unknown[])[] = [
    [],
    ['a'],
    ['a', 'b'],
    ['b', 'a'],
    ['b'],
    ['ab'],
    [''],
    [1],
    ['1'],
    [true],
    ['true'],
    [undefined],
    [undefined, undefined],
    [null],
    ['a', undefined],
    [Number.NaN],
    [object],
    [{}],
    [one],
    [(): boolean => true],
    [Symbol.iterator],
  ];

  it('leads to one place by the same values, and to different ones by others', () => {
    const start = new ValuePath<string>();
    const places = ways.map((values) => placeOf(start, values));
    expect(new Set(places).size).toBe(ways.length);
    for (const [index, values] of ways.entries()) expect(placeOf(start, values)).toBe(places[index]);
    // Whichever value came first, which is kept in another way than the rest.
    const reversed = new ValuePath<string>();
    expect(new Set(ways.toReversed().map((values) => placeOf(reversed, values))).size).toBe(ways.length);
  });

  it('keeps what is left at a place', () => {
    const start = new ValuePath<string>();
    start.to('a').to('b').found = 'left';
    expect([start, start.to('a'), start.to('a').to('b'), start.to('b')].map(({ found }) => found)).toEqual([
      undefined,
      undefined,
      'left',
      undefined,
    ]);
  });
});
