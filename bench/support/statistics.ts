/*
 * What is measured here is a small difference of noisy numbers, on a machine that does other things as well. So values
 * are compared within a round, where they share the machine's mood, and rounds are summed up by medians, which a few
 * disturbed rounds cannot move.
 */

/** Smallest and middle value. The noise of a machine only ever adds, so the smallest is the least disturbed one. */
export interface Spread {
  readonly min: number;
  readonly median: number;
}

/** Bounds that hold a value in nine of ten repetitions. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** How much more one thing costs than another, from values of the same rounds. */
export interface Ratio {
  /** The median of the numerators over the median of the denominators: the figure to judge by. */
  readonly ofMedians: number;
  /** The ratio of each round. */
  readonly rounds: readonly number[];
  /** Their median. It is less stable where a denominator comes near zero. */
  readonly median: number;
  /** The least of them. */
  readonly min: number;
  /** Where {@link Ratio.ofMedians} lies if the rounds are drawn again. */
  readonly interval: Interval;
}

const RESAMPLES = 2000;
const SEED = 0x5eed;
const GOLDEN_RATIO = 0.618_033_988_75;

/** The middle value, or the mean of the two middle ones. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError('no values');
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** The value below which lies that part of the values, 0 to 1. */
export function quantile(values: readonly number[], part: number): number {
  if (values.length === 0) throw new RangeError('no values');
  return values.toSorted((a, b) => a - b)[Math.round((values.length - 1) * part)] as number;
}

export function spread(values: readonly number[]): Spread {
  return { min: Math.min(...values), median: median(values) };
}

/** The differences of values that belong together. */
export function differences(values: readonly number[], from: readonly number[]): readonly number[] {
  return pairs(values, from).map(([value, base]) => value - base);
}

/** The sums of values that belong together. */
export function sums(values: readonly number[], others: readonly number[]): readonly number[] {
  return pairs(values, others).map(([value, other]) => value + other);
}

/** The ratio of values that belong together, summed up over the rounds. */
export function ratio(numerators: readonly number[], denominators: readonly number[]): Ratio {
  const rounds = pairs(numerators, denominators);
  const each = rounds.map(([numerator, denominator]) => numerator / denominator);
  return {
    ofMedians: ratioOfMedians(rounds),
    rounds: each,
    median: median(each),
    min: Math.min(...each),
    interval: bootstrap(rounds, ratioOfMedians),
  };
}

/**
 * The bounds of a figure over rounds, by drawing as many rounds with replacement again and again (percentile
 * bootstrap). The draws are the same every time, so that the same measurements give the same report.
 */
export function bootstrap<T>(rounds: readonly T[], figure: (rounds: readonly T[]) => number): Interval {
  const random = randomNumbers(SEED);
  const figures = Array.from({ length: RESAMPLES }, () =>
    figure(rounds.map(() => rounds[Math.floor(random() * rounds.length)] as T)),
  );
  return { low: quantile(figures, 0.05), high: quantile(figures, 0.95) };
}

/**
 * Another order for each round: it starts elsewhere, and every other time it goes backwards. The starts are spread over
 * the elements however few rounds there are (by the golden ratio), so that no element is always early or always late.
 */
export function rotated<T>(elements: readonly T[], round: number): readonly T[] {
  const turn = (Math.floor(round / 2) * GOLDEN_RATIO) % 1;
  const start = Math.floor(turn * elements.length);
  const turned = [...elements.slice(start), ...elements.slice(0, start)];
  return round % 2 === 0 ? turned : turned.toReversed();
}

/** A generator of numbers in [0, 1) that are always the same (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = Math.trunc(state + 0x6d2b79f5);
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function ratioOfMedians(rounds: readonly (readonly [number, number])[]): number {
  return (
    median(rounds.map(([numerator]) => numerator)) / median(rounds.map(([, denominator]) => denominator))
  );
}

function pairs(left: readonly number[], right: readonly number[]): readonly (readonly [number, number])[] {
  if (left.length !== right.length) throw new RangeError(`${left.length} values beside ${right.length}`);
  return left.map((value, index) => [value, right[index] as number]);
}
