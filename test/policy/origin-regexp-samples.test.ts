import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { sampleRegExp, type RegExpSamples } from '../../lib/policy/origin-regexp-samples.js';
import { readTree, type RegExpTree } from '../../lib/policy/origin-regexp-tree.js';
import { pick, wordsOf } from '../../lib/policy/origin-regexp-words.js';
import { seed } from '../protocol/seed.js';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789-._:/[]+';

function samplesOf(regexp: RegExp, mayStart: (text: string) => boolean = () => true): RegExpSamples {
  return sampleRegExp(readTree(regexp, ALPHABET) as RegExpTree, mayStart);
}

function textsOf(regexp: RegExp): readonly string[] {
  return [...new Set(samplesOf(regexp).words.map(({ text }) => text))].toSorted();
}

/** An expression, and its language by a naive reading of the parts that it was made from. */
interface Known {
  readonly source: string;
  readonly words: ReadonlySet<string>;
}

/** Languages of more words are not compared. */
const FEW = 100;

/**
 * What two languages make one behind the other, but no more than shows that it is too many: made of these, a language can only
 * have as many or more, or none at all, and some have more words than there is memory for.
 */
function joined(a: ReadonlySet<string>, b: ReadonlySet<string>): Set<string> {
  const words = new Set<string>();
  for (const start of a) {
    for (const end of b) {
      if (words.size > FEW) return words;
      words.add(start + end);
    }
  }
  return words;
}

const leaf: fc.Arbitrary<Known> = fc
  .constantFrom<readonly [string, string]>(
    ['a', 'a'],
    ['\\.', '.'],
    ['\\x2e', '.'],
    ['[-]', '-'],
    ['[a.]', 'a.'],
    ['[b-d]', 'bcd'],
    ['[A]', ''],
    ['\\/', '/'],
  )
  .map(([source, characters]) => ({ source, words: new Set(characters) }));

/** Finite languages of a few words, so that samples can be all of them. */
const finite = fc.letrec<{ node: Known }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc
      .tuple(tie('node'), tie('node'))
      .map(([a, b]) => ({ source: a.source + b.source, words: joined(a.words, b.words) })),
    fc.tuple(tie('node'), tie('node'), fc.constantFrom('(?:', '(')).map(([a, b, open]) => ({
      source: `${open}${a.source}|${b.source})`,
      words: new Set([...a.words, ...b.words]),
    })),
    fc.tuple(tie('node'), fc.constantFrom('?', '??')).map(([a, quantifier]) => ({
      source: `(?:${a.source})${quantifier}`,
      words: new Set(['', ...a.words]),
    })),
    fc.tuple(tie('node'), fc.nat(2), fc.nat(1)).map(([a, min, more]) => {
      const rounds = [new Set([''])];
      for (let count = 1; count <= min + more; count++)
        rounds.push(joined(rounds[count - 1] as Set<string>, a.words));
      return {
        source: `(?:${a.source}){${min},${min + more}}`,
        words: new Set(rounds.slice(min).flatMap((words) => [...words])),
      };
    }),
  ),
})).node;

describe(`the samples of random expressions (FC_SEED=${seed})`, () => {
  it('are the whole language where it has few words', () => {
    let compared = 0;
    fc.assert(
      fc.property(finite, fc.boolean(), ({ source, words }, anchored) => {
        // Whoever goes through more than this leaves some out.
        fc.pre(words.size <= FEW && source.length < 60);
        compared++;
        const regexp = new RegExp(anchored ? `^${source}$` : source);
        expect([source, textsOf(regexp)]).toEqual([source, [...words].toSorted()]);
      }),
      { seed, numRuns: 1_000 },
    );
    expect(compared).toBeGreaterThan(500);
  });

  it('are words of the language', () => {
    const part = fc.constantFrom(
      'a',
      'example',
      '\\.',
      '.',
      '[a-z]+',
      '[^.]{2,5}',
      '\\d*',
      '\\w{3,}',
      '(?:a|b\\.)+',
      '(a)?',
      '\\S',
      '-',
      '[\\w.-]*?',
      '(?<x>c){2}',
      '\\p{L}',
      '\\x2e',
    );
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 5 }),
        fc.constantFrom('', 'i', 'u', 's', 'iu'),
        (parts, flags) => {
          const source = parts
            .join('')
            .replaceAll('(?<x>', '(?:')
            .replaceAll('\\p{L}', flags.includes('u') ? '\\p{L}' : 'p');
          const anchored = new RegExp(`^(?:${source})$`, flags);
          const { words, isComplete } = samplesOf(new RegExp(source, flags));
          expect(words.length).toBeGreaterThan(0);
          expect(isComplete).toBe(true);
          expect(words.filter(({ text }) => !anchored.test(text))).toEqual([]);
          for (const { text, choices, seams } of words) {
            expect(choices).toHaveLength(text.length);
            expect(seams.every((seam) => seam <= text.length)).toBe(true);
          }
        },
      ),
      { seed, numRuns: 150 },
    );
  });
});

describe('sampleRegExp', () => {
  it('is the same every time', () => {
    const regexp = /^https:\/\/(?:.*\.)?(?:a|b)[a-z]+\.com(?::\d+)?$/;
    expect(samplesOf(regexp)).toEqual(samplesOf(regexp));
  });

  it('says what the expression names, and where something else could be', () => {
    const { words } = samplesOf(/^a(?:b|c)?[xy]\d{2}z+$/);
    expect(words.find(({ text }) => text.startsWith('abx'))).toMatchObject({
      choices: expect.arrayContaining([1, 1, 2, 10, 10, Number.POSITIVE_INFINITY]),
      seams: [1, 2, 3, 5, expect.any(Number)],
    });
  });

  it('takes what is repeated for anything, but for one character that is always there as often', () => {
    const choices = (regexp: RegExp): readonly number[] | undefined => samplesOf(regexp).words[0]?.choices;
    expect(choices(/w{3}/)).toEqual([1, 1, 1]);
    expect(choices(/(?:w){3}/)).toEqual([Infinity, Infinity, Infinity]);
    expect(choices(/(?:ab){1,2}/)).toEqual([Infinity, Infinity]);
    expect(choices(/(?:(?:ab)?[c]){1,2}/)?.every((choice) => choice === Infinity)).toBe(true);
  });

  it('lets nothing come before the start', () => {
    expect(textsOf(/a(?:^|b)c|^d/)).toEqual(['abc', 'd']);
  });

  it('leaves what looks around to others', () => {
    expect(textsOf(/(?=b)a(?!c)(?<=x)(?<!y)\bc\B$/)).toEqual(['ac']);
  });

  it('takes a reference for whatever its group could be, or nothing', () => {
    expect(textsOf(/(a|b)-\1/)).toEqual(['a-', 'a-a', 'a-b', 'b-', 'b-a', 'b-b']);
    // oxlint-disable-next-line no-useless-backreference
    expect(textsOf(/\1(a)/)).toEqual(['a', 'aa']);
    // oxlint-disable-next-line no-useless-backreference
    expect(textsOf(/(a\1)/)).toEqual(['a']);
  });

  it('makes nothing longer than an origin', () => {
    expect(textsOf(/a{327}/)).toEqual([]);
    expect(textsOf(/a{326}/)).toEqual(['a'.repeat(326)]);
  });

  it('leaves out what cannot be the start of what is looked for', () => {
    const { words } = samplesOf(/[a-c]{1,2}/, (text) => !text.startsWith('a'));
    expect(words.length).toBeGreaterThan(2);
    expect(words.filter(({ text }) => text.startsWith('a'))).toEqual([]);
  });

  it('remembers what is before a repetition, at its shortest', () => {
    const { repetitions } = samplesOf(/(?:xx|y)a+z{2}(?:b*c)?(?=d*)/);
    expect([...repetitions.values()]).toEqual(
      ['y', 'yazz', 'yazz', 'yazz'].map((text) => expect.stringMatching(`^${text[0]}`)),
    );
    expect(repetitions.size).toBe(4);
  });

  it('gives up on what it cannot go through', () => {
    expect(samplesOf(/(?:(?:(?:a?){300}){300}){300}/)).toMatchObject({ isComplete: false });
  });
});

describe(`wordsOf (FC_SEED=${seed})`, () => {
  it('keeps to the characters and the lengths', () => {
    const characters = fc.subarray(Array.from(ALPHABET), { minLength: 1 }).map((list) => list.join(''));
    fc.assert(
      fc.property(characters, fc.nat(8), fc.oneof(fc.nat(8), fc.constant(Infinity)), (allowed, min, more) => {
        const words = wordsOf(allowed, min, min + more);
        expect(words.length).toBeGreaterThan(0);
        for (const word of words) {
          expect(word.length >= min && word.length <= min + more).toBe(true);
          expect(Array.from(word).filter((character) => !allowed.includes(character))).toEqual([]);
        }
      }),
      { seed, numRuns: 500 },
    );
  });

  it.each<[string, min: number, max: number, words: readonly string[]]>([
    ['abcdefghijklmnopqrstuvwxyz', 1, Infinity, ['qwzkjvx', 'com', 'q']],
    [ALPHABET, 0, Infinity, ['', '.qwzkjvx.com', 'qwzkjvx.', 'qwzkjvx-', 'https://qwzkjvx.com', '-', '.']],
    ['abcdefghijklmnopqrstuvwxyz.', 4, 4, ['q.io']],
    ['0123456789', 1, 3, ['1', '10', '203']],
    ['0123456789.', 0, Infinity, ['203.0.113.77']],
    ['abcdef', 3, 3, ['aaa', 'caa']],
    ['', 0, 3, ['']],
    ['', 1, 3, []],
  ])('has words of strangers for %p, %p to %p long', (characters, min, max, words) => {
    expect(wordsOf(characters, min, max)).toEqual(expect.arrayContaining([...words]));
  });
});

describe('pick', () => {
  it.each([
    ['', []],
    ['.-ab', ['.', '-', 'a', 'b']],
    ['abcdefg', ['a', 'b', 'd', 'g']],
    ['0123456789.', ['0', '1', '5', '9', '.']],
  ])('of %p: %p', (characters, picked) => expect(pick(characters)).toEqual(picked));
});
