import { describe, expect, it, jest } from '@jest/globals';
import { lateList } from '../../lib/policy/late-list.js';

describe('a late list', () => {
  const make = jest.fn(() => ['a', 'b', 'c']);

  it('tells its length without being made', () => {
    make.mockClear();
    const list = lateList(3, make);
    expect([list.length, Array.isArray(list)]).toEqual([3, true]);
    expect(make).not.toHaveBeenCalled();
  });

  it.each<[how: string, look: (list: readonly string[]) => unknown, found: unknown]>([
    ['by its place', (list) => list[1], 'b'],
    ['at the end', (list) => list.at(-1), 'c'],
    ['in turn', (list) => [...list], ['a', 'b', 'c']],
    ['by a method', (list) => list.map((one) => `${one}!`), ['a!', 'b!', 'c!']],
    ['if there is one', (list) => [1 in list, 3 in list], [true, false]],
    ['by all of its keys', (list) => Object.keys(list), ['0', '1', '2']],
    ['as it is kept', (list) => Object.getOwnPropertyDescriptor(list, 1)?.writable, false],
    ['as JSON', (list) => JSON.stringify(list), '["a","b","c"]'],
    ['for whether it is frozen', (list) => Object.isFrozen(list), true],
  ])('is made once, when somebody looks: %s', (_, look, found) => {
    make.mockClear();
    const list = lateList(3, make);
    expect([look(list), look(list)]).toEqual([found, found]);
    expect(make).toHaveBeenCalledTimes(1);
    expect(list).toEqual(['a', 'b', 'c']);
    expect(list).toHaveLength(3);
  });

  it.each<[how: string, change: (list: string[]) => unknown]>([
    ['an element', (list) => (list[0] = 'x')],
    ['its length', (list) => (list.length = 0)],
    ['what is behind its end', (list) => list.push('x')],
    ['what is deleted', (list) => list.pop()],
    ['how an element is kept', (list) => Object.defineProperty(list, 0, { value: 'x' })],
  ])('cannot be changed: %s', (_, change) => {
    const list = lateList(3, make) as string[];
    expect(() => change(list)).toThrow(TypeError);
    expect([...list]).toEqual(['a', 'b', 'c']);
    expect(() => change(list)).toThrow(TypeError);
    expect([...list]).toEqual(['a', 'b', 'c']);
  });
});
