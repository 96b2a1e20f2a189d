import { types, type Repetition } from 'ret';

import { isSerializedOrigin, MAX_HOST_LENGTH } from '../protocol/serialized-origin.js';
import { samplePart, type RegExpSamples } from './origin-regexp-samples.js';
import type { RegExpTree } from './origin-regexp-tree.js';

/** The longest time that an expression may take for one origin, in milliseconds, on a machine of 2026. */
const MAX_TIME = 5;

/** The least of so many times counts: enough of them for a machine that does many other things at once. */
const RUNS = 12;

/** A text is repeated at least so often. */
const FIRST_ROUNDS = 4;

/** What there is room for, with the dots between labels and what comes behind. */
const MAX_REPEATED = MAX_HOST_LENGTH - 8;

/** What takes less cannot be told from what takes no time, in milliseconds. */
const NO_TIME = 0.01;

/** How much longer the next text may take than the one before, as far as can be foreseen. */
const MAX_GROWTH = 16;

/** What comes behind: little that an expression takes, so that it goes back and tries whatever else there is. */
const ENDS = ['', '_', '.q'];

/** So many parts may be missing without a word about time. */
const MAX_OPTIONAL = 6;

/** So many words of what is repeated are repeated. */
const MAX_WORDS = 12;

const SIGN = /[._-]/;

/**
 * An origin for which an expression takes too long, if there is one: made to be nearly accepted, in as many ways as there
 * may be. Only well-formed origins are tried, because nothing else gets to an expression.
 *
 * The engine takes long where it can divide a text among repetitions in many ways. So each text repeats what several
 * repetitions take, from the place on where the first of them starts.
 *
 * @param anchored - the expression, which matches whole origins only
 */
export function findSlowOrigin(
  anchored: RegExp,
  tree: RegExpTree,
  { repetitions, words }: RegExpSamples,
): string | undefined {
  if (!mayTakeLong([...repetitions.keys()])) return undefined;
  const starts = new Set([...repetitions.values()].map((text) => (text.includes('://') ? text : 'https://')));
  const parts = [...repetitions.keys()].flatMap(({ value }) => samplePart(tree, value));
  const bodies = new Set([...charactersToRepeat(tree), ...shortest(parts)]);
  bodies.delete('');
  // With one that fails in its last character.
  const ends = [...ENDS, ...words.slice(0, 1).map(({ text }) => text.slice(-12, -1))];
  for (const start of starts) {
    for (const body of bodies) {
      for (const end of ends) {
        const slow = findSlow(anchored, start, body, end);
        if (slow !== undefined) return slow;
      }
    }
  }
  return undefined;
}

/**
 * Whether there is more to try than the square of a text's length: two characters that are repeated, and a few parts that
 * may be missing, can't make more of it.
 */
function mayTakeLong(repetitions: readonly Repetition[]): boolean {
  const repeated = repetitions.filter(({ max }) => max > 1);
  return (
    repeated.length > 2 ||
    repetitions.length - repeated.length > MAX_OPTIONAL ||
    repeated.some(({ value }) => value.type !== types.CHAR)
  );
}

function shortest(texts: readonly string[]): readonly string[] {
  return texts.toSorted((a, b) => a.length - b.length).slice(0, MAX_WORDS);
}

/**
 * Of texts that repeat something, the first for which an expression takes too long. An expression that takes one label may take
 * for ever where there are two: so what has several labels begins with short ones, before there is one for what a label has
 * no room for.
 */
function findSlow(anchored: RegExp, start: string, body: string, end: string): string | undefined {
  for (let labels = MAX_LABELS; labels > 1; labels--) {
    const most = Math.floor(MAX_LABEL / body.length);
    const textOf = (rounds: number): string =>
      start + Array.from({ length: labels }, () => body.repeat(rounds)).join('.') + end;
    const slow = findSlowText(anchored, most, textOf);
    if (slow !== undefined) return slow;
  }
  const most = Math.floor((MAX_REPEATED - start.length) / body.length);
  return findSlowText(
    anchored,
    most,
    (rounds) => start + (body.repeat(rounds) + end).replace(FULL_LABEL, '$&.'),
  );
}

/**
 * Of texts that repeat something more and more often, the first for which an expression takes too long.
 *
 * @param most - how often at most
 */
function findSlowText(
  anchored: RegExp,
  most: number,
  textOf: (rounds: number) => string,
): string | undefined {
  let before = NO_TIME;
  let added = FIRST_ROUNDS;
  for (let rounds = FIRST_ROUNDS; rounds <= most; rounds += added) {
    const origin = textOf(rounds);
    if (!isSerializedOrigin(origin)) return undefined;
    const time = Math.max(timeOf(anchored, origin), NO_TIME);
    if (time > MAX_TIME && isSlow(anchored, origin)) return origin;
    // What grows exponentially has to be found before it takes for ever.
    const growth = Math.max(time / before, 1) ** (1 / added);
    const foreseen = time === NO_TIME ? rounds : Math.log(MAX_GROWTH) / Math.log(growth);
    const step = Math.max(1, Math.min(Math.ceil(rounds / 8), Math.floor(foreseen)));
    added = rounds < most ? Math.min(step, most - rounds) : 1;
    before = time;
  }
  return undefined;
}

/** As much as fits into a label, less what the text in front may have in it. */
const MAX_LABEL = 52;
const FULL_LABEL = new RegExp(`[^.]{${MAX_LABEL}}(?=[^.])`, 'g');

/** As many full labels as fit into a host. */
const MAX_LABELS = Math.ceil(MAX_REPEATED / MAX_LABEL);

/**
 * Characters, one for all that the leaves of an expression don't tell apart; and pairs, since two dots in a row are in no
 * origin, and some repetitions take only one of two.
 */
function charactersToRepeat({ leaves }: RegExpTree): readonly string[] {
  const alike = new Map<string, string>();
  for (const character of new Set(leaves.join(''))) {
    const key = leaves.map((leaf) => Number(leaf.includes(character))).join('');
    if (/[a-z0-9._-]/.test(character) && !alike.has(key)) alike.set(key, character);
  }
  const singles = [...alike.values()];
  const signs = singles.filter((character) => SIGN.test(character));
  const others = singles.filter((character) => !SIGN.test(character)).slice(-2);
  const pairs = [...others, ...signs].flatMap((one) => [`${one}.`, `${one}-`]);
  return [...signs, ...singles, ...pairs, others.join('')];
}

/** Whether it is the expression that takes long, and not the machine that has other things to do or is a slow one. */
function isSlow(anchored: RegExp, origin: string): boolean {
  let [least, usual] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let run = 0; run < RUNS; run++) {
    least = Math.min(least, timeOf(anchored, origin));
    usual = Math.min(usual, timeOf(YARDSTICK, YARDSTICK_TEXT));
    if (least <= Math.max(MAX_TIME, usual)) return false;
  }
  return true;
}

/** What takes somewhat more than {@link MAX_TIME} on a machine of 2026. An app that starts on one starts on another. */
const YARDSTICK = /^.+-.+-.+-x$/;
const YARDSTICK_TEXT = '-'.repeat(280);

function timeOf(regexp: RegExp, text: string): number {
  const start = performance.now();
  regexp.test(text);
  return performance.now() - start;
}
