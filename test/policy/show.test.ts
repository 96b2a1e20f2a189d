import { describe, expect, it } from '@jest/globals';
import { nameOf, show } from '../../lib/policy/show.js';

class Named {}

describe('show', () => {
  const cyclic: unknown[] = [];
  cyclic.push(cyclic);

  it.each<[title: string, value: unknown, shown: string]>([
    ['a string', 'https://a.example', '"https://a.example"'],
    ['the empty string', '', '""'],
    ['quotation marks', 'a"b', '"a\\"b"'],
    ['a line feed', 'a\nb', '"a\\nb"'],
    ['what is invisible', 'a\u200b\u202e\u0085\u2028b', '"a\\u{200b}\\u{202e}\\u{85}\\u{2028}b"'],
    ['a number', 1.5, '1.5'],
    ['no number', Number.NaN, 'NaN'],
    ['a bigint', 10n, '10n'],
    ['a boolean', true, 'true'],
    ['null', null, 'null'],
    ['undefined', undefined, 'undefined'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['a function', function decide() {}, 'decide'],
    ['a class', Named, 'Named'],
    ['a function without a name', (() => () => {})(), 'a function without a name'],
    ['a regular expression', /^https:\/\/a$/i, '/^https:\\/\\/a$/i'],
    ['a list', ['a', 1, null], '["a", 1, null]'],
    ['an empty list', [], '[]'],
    ['a list with a list in it', [['a']], '[[…]]'],
    ['a list that holds itself', cyclic, '[[…]]'],
    ['an object', { user: 'u', password: 'secret' }, '{ user, password }'],
    ['an empty object', {}, '{}'],
    ['an object without a prototype', Object.create(null), '{}'],
    ['an instance', new Named(), 'an instance of Named'],
    ['a set', new Set(['a']), 'an instance of Set'],
    ['a promise', Promise.resolve(), 'an instance of Promise'],
    ['an instance of a class without a name', new (class {})(), '{}'],
  ])('shows %s', (_, value, shown) => {
    expect(show(value)).toBe(shown);
  });

  it('cuts what is long', () => {
    expect(show('x'.repeat(1e6))).toBe(`"${'x'.repeat(79)}…`);
    expect(show(Array.from({ length: 1e6 }, () => 'https://a.example'))).toHaveLength(81);
  });
});

describe('nameOf', () => {
  it('is the name', () => {
    expect(nameOf(Named, 'none')).toBe('Named');
  });

  it.each([[''], [5], [() => 'x'], [undefined]])('falls back for %p', (name) => {
    expect(nameOf({ name }, 'none')).toBe('none');
  });
});
