import { types, type Char, type Group, type Repetition, type Token } from 'ret';

import { MAX_ORIGIN_LENGTH } from '../protocol/serialized-origin.js';
import { alternativesOf, type RegExpTree } from './origin-regexp-tree.js';
import { pick, wordsOf } from './origin-regexp-words.js';

/** A word of an expression's language, and how much of it the expression itself says. */
export interface Sample {
  readonly text: string;
  /** How many characters the expression takes in place of each: 1 where it names it, endless in what it repeats. */
  readonly choices: readonly number[];
  /** Where a part of the expression ends that could be another one, or missing. */
  readonly seams: readonly number[];
}

/** What an expression accepts, by some examples. */
export interface RegExpSamples {
  /**
   * Words of its language, and more where it looks around or refers to its groups: what stands there counts as anything
   * that could.
   */
  readonly words: readonly Sample[];
  /** What it repeats, or leaves out, other than one character just so often, and what it may have read before. */
  readonly repetitions: ReadonlyMap<Repetition, string>;
  /** Whether there are words for each part of it. If not, it is too complex. */
  readonly isComplete: boolean;
}

const EMPTY: Sample = { text: '', choices: [], seams: [] };

/** So many samples are kept from one step to the next. */
const MAX_SAMPLES = 500;

/** What makes more of them repeats what repeats what repeats. */
const MAX_STEPS = 1_000_000;

/** What is more than a character is repeated so many times more than it has to be. */
const EXTRA_ROUNDS = 2;

/**
 * Words of an expression's language: always the same, with each alternative, each number of rounds that makes a
 * difference, and the words of strangers wherever they may stand.
 *
 * @param mayStart - whether what is looked for may start with a text
 */
export function sampleRegExp(tree: RegExpTree, mayStart: (text: string) => boolean): RegExpSamples {
  const sampler = new Sampler(tree, mayStart);
  const words = sampler.choose([EMPTY], tree.alternatives, false);
  return { words, repetitions: sampler.repetitions, isComplete: sampler.isComplete };
}

/** A few words of a part of an expression. */
export function samplePart(tree: RegExpTree, part: Token): readonly string[] {
  const words = new Sampler(tree, () => true).choose([EMPTY], [[part]], false);
  return [...new Set(words.map(({ text }) => text))];
}

class Sampler {
  readonly repetitions = new Map<Repetition, string>();
  private steps = 0;
  /** The groups around what is read: a reference to one of them is empty. */
  private readonly around = new Set<Group>();

  constructor(
    private readonly tree: RegExpTree,
    private readonly mayStart: (text: string) => boolean,
  ) {}

  get isComplete(): boolean {
    return this.steps <= MAX_STEPS;
  }

  /**
   * The samples with each of several alternatives behind them.
   *
   * @param repeated - whether they stand in something that is repeated
   */
  choose(
    samples: readonly Sample[],
    alternatives: readonly (readonly Token[])[],
    repeated: boolean,
  ): readonly Sample[] {
    return thin(alternatives.flatMap((tokens) => this.readAll(samples, tokens, repeated)));
  }

  /** What follows upon another, with what is named read in one go. */
  private readAll(
    samples: readonly Sample[],
    tokens: readonly Token[],
    repeated: boolean,
  ): readonly Sample[] {
    let read = samples;
    let named = '';
    for (const token of tokens) {
      const characters = token.type === types.CHAR ? this.tree.charactersOf(token) : '';
      if (characters.length === 1 && !repeated) {
        named += characters;
        continue;
      }
      if (named !== '') read = this.append(read, [named], 1);
      named = '';
      read = this.read(read, token, repeated);
    }
    return named === '' ? read : this.append(read, [named], 1);
  }

  /** The samples with what one token takes behind them. */
  private read(samples: readonly Sample[], token: Token, repeated: boolean): readonly Sample[] {
    this.steps += samples.length;
    if (!this.isComplete) return [];
    switch (token.type) {
      case types.CHAR:
        return this.readLeaf(samples, token, repeated);
      case types.GROUP:
        return this.readGroup(samples, token, repeated);
      case types.REPETITION:
        return this.readRepetition(samples, token, repeated);
      case types.REFERENCE: {
        const group = this.tree.groups[token.value - 1] as Group;
        return this.around.has(group) ? samples : [...samples, ...this.readGroup(samples, group, true)];
      }
      default:
        // Nothing comes before the start. What else looks around makes the language smaller, and is left to the engine.
        return token.type === types.POSITION && token.value === '^'
          ? samples.filter(({ text }) => text === '')
          : samples;
    }
  }

  private readLeaf(samples: readonly Sample[], leaf: Char, repeated: boolean): readonly Sample[] {
    const characters = this.tree.charactersOf(leaf);
    const choices = repeated ? Number.POSITIVE_INFINITY : characters.length;
    return this.append(samples.map(withSeam), pick(characters), choices).map(withSeam);
  }

  private readGroup(samples: readonly Sample[], group: Group, repeated: boolean): readonly Sample[] {
    this.around.add(group);
    const read = this.choose(samples.map(withSeam), alternativesOf(group), repeated);
    this.around.delete(group);
    // What looks around is read for its repetitions alone.
    return group.followedBy === true || group.notFollowedBy === true ? samples : read.map(withSeam);
  }

  private readRepetition(
    samples: readonly Sample[],
    repetition: Repetition,
    repeated: boolean,
  ): readonly Sample[] {
    const { min, max, value } = repetition;
    // How often a part is repeated may be fixed, and still be done in many ways, if its length is not.
    if (min < max || (max > 2 && value.type !== types.CHAR)) this.note(repetition, samples);
    let round: readonly Sample[] = samples.map(withSeam);
    if (value.type === types.CHAR) {
      const characters = this.tree.charactersOf(value);
      const isEndless = repeated || (min < max && max > 1);
      const choices = isEndless ? Number.POSITIVE_INFINITY : characters.length;
      return this.append(round, wordsOf(characters, min, max), choices).map(withSeam);
    }
    const rounds = min === 0 ? [...round] : [];
    // Rounds that have to be made, and are more than an origin is long, can be made of nothing but the empty word.
    const least = Math.min(min, MAX_ORIGIN_LENGTH);
    for (let count = 1; count <= Math.min(max, least + EXTRA_ROUNDS) && round.length > 0; count++) {
      round = this.read(round, value, repeated || max > 1);
      if (count >= least) rounds.push(...round);
    }
    return thin(rounds).map(withSeam);
  }

  /** Remembers what is before a repetition, at its shortest. */
  private note(repetition: Repetition, samples: readonly Sample[]): void {
    for (const { text } of samples) {
      const known = this.repetitions.get(repetition);
      if (known === undefined || text.length < known.length) this.repetitions.set(repetition, text);
    }
  }

  /** The samples with each of some words behind them. */
  private append(samples: readonly Sample[], words: readonly string[], choices: number): readonly Sample[] {
    this.steps += samples.length * words.length;
    const found: { readonly text: string; readonly sample: Sample }[] = [];
    for (const sample of samples) {
      for (const word of words) {
        const text = sample.text + word;
        if (text.length <= MAX_ORIGIN_LENGTH && this.mayStart(text)) found.push({ text, sample });
      }
    }
    return thin(found).map(({ text, sample }) => {
      const added = Array<number>(text.length - sample.text.length).fill(choices);
      return { ...sample, text, choices: [...sample.choices, ...added] };
    });
  }
}

function withSeam(sample: Sample): Sample {
  const { text, seams } = sample;
  return seams.at(-1) === text.length ? sample : { ...sample, seams: [...seams, text.length] };
}

/** Leaves some out where there are too many: each text is kept once, the shortest ones first, and others evenly. */
function thin<T extends { readonly text: string }>(found: readonly T[]): readonly T[] {
  if (found.length <= MAX_SAMPLES) return found;
  const different = [...new Map(found.map((one) => [one.text, one])).values()];
  const sorted = different.toSorted((a, b) => a.text.length - b.text.length);
  const short = sorted.slice(0, MAX_SAMPLES / 2);
  const long = sorted.slice(MAX_SAMPLES / 2);
  const share = MAX_SAMPLES / 2 / long.length;
  return [...short, ...long.filter((_, index) => (index * GOLDEN) % 1 < share)];
}

/** The fraction of the golden ratio: its multiples are spread evenly, and keep step with no other number. */
const GOLDEN = 0.618_033_988_749_894_9;
