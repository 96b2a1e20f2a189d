import { describe, expect, it } from '@jest/globals';
import { types, type Char } from 'ret';

import { readTree } from '../../lib/policy/origin-regexp-tree.js';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789-._:/[]+';

describe('readTree', () => {
  it.each<[RegExp, characters: string]>([
    [/a/, 'a'],
    [/A/, ''],
    [/A/i, 'a'],
    [/\./, '.'],
    [/\x2e/, '.'],
    [/\x2E/, '.'],
    [/\u002f/, '/'],
    [/\u{2f}/u, '/'],
    // TypeScript knows no octal escapes.
    [new RegExp('\\56'), '.'],
    [/[a\x2Dc]/, 'ac-'],
    [/[a\-c]/, 'ac-'],
    [/[\]\\]/, ']'],
    [/[^\W_]/, 'abcdefghijklmnopqrstuvwxyz0123456789'],
    [/[^]/, ALPHABET],
    [new RegExp('[]'), ''],
    [/./s, ALPHABET],
    [/\D/, 'abcdefghijklmnopqrstuvwxyz-._:/[]+'],
    [/\p{L}/u, 'abcdefghijklmnopqrstuvwxyz'],
    [/[A-C]/i, 'abc'],
    [/\s/, ''],
    [/\//, '/'],
    [new RegExp('\\k<x>'), ''],
    [/]/, ']'],
    [/é/, ''],
  ])('asks the engine what may be where %s is', (regexp, characters) => {
    const tree = readTree(regexp, ALPHABET);
    const [[leaf] = []] = tree?.alternatives ?? [];
    expect(tree?.charactersOf(leaf as Char)).toBe(characters);
    expect(tree?.leaves).toEqual([characters]);
  });

  it.each<[RegExp, count: number]>([
    [/(?:a)(b)(?<c>d)(?=e)(?!f)(?<=g)(?<!h)/, 2],
    [/((a)|(b)+)/, 3],
    [/a|(b)/, 1],
    [/a/, 0],
  ])('counts the groups of %s that references count', (regexp, count) => {
    expect(readTree(regexp, ALPHABET)?.groups).toHaveLength(count);
  });

  it.each<[RegExp, number: number]>([
    [/(a)\1/, 1],
    [/(a)(b)\2/, 2],
    [/(?<x>a)(?<y>b)\k<y>/, 2],
    [/(?<x>a)\1/, 1],
    [/(a)\1(?:0)/, 1],
  ])('knows which group %s refers to', (regexp, number) => {
    const [tokens = []] = readTree(regexp, ALPHABET)?.alternatives ?? [];
    expect(tokens.find(({ type }) => type === types.REFERENCE)).toMatchObject({ value: number });
  });

  it('takes what looks around for that, in whatever direction', () => {
    const [tokens] = readTree(/(?=a)(?!a)(?<=a)(?<!a)/, ALPHABET)?.alternatives ?? [];
    expect(tokens).toMatchObject([
      { followedBy: true },
      { notFollowedBy: true },
      { followedBy: true },
      { notFollowedBy: true },
    ]);
  });

  it.each<[RegExp, min: number, max: number]>([
    [/a?/, 0, 1],
    [/a??/, 0, 1],
    [/a+?/, 1, Infinity],
    [/a*/, 0, Infinity],
    [/a{2}/, 2, 2],
    [/a{2,}?/, 2, Infinity],
    [/a{2,3}/, 2, 3],
  ])('knows how often %s repeats, lazy or not', (regexp, min, max) => {
    const [tokens] = readTree(regexp, ALPHABET)?.alternatives ?? [];
    expect(tokens).toMatchObject([{ type: types.REPETITION, min, max }]);
  });

  it.each([
    new RegExp('[[a-z]--[x]]', 'v'),
    // Groups with flags of their own are newer than Node.js 20.
    { source: '(?i:a)', flags: '' } as RegExp,
    { source: '(?-i:a)', flags: 'i' } as RegExp,
  ])('leaves %p to others', (regexp) => expect(readTree(regexp, ALPHABET)).toBeUndefined());
});
