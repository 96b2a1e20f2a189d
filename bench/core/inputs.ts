import { exactOrigin, originWithin, REFUSED_ORIGIN, type OriginCount } from '../support/origins.js';
import { randomNumbers } from '../support/statistics.js';

/** What an origin meets in a list. */
export const MEETINGS = ['exact', 'pattern', 'refused'] as const;
export type Meeting = (typeof MEETINGS)[number];

/**
 * How many different origins are asked about in turn: as many as a busy server may see in a while, and few enough for
 * what is looked up to stay in the processor's caches. What a long list costs in the first case and not in the second
 * is the way to the memory.
 */
export const POOLS = [1024, 16] as const;
const SEED = 7;

/** Origins from all over a list, at random: nothing may depend on which one is asked about. */
export function originPool(
  meeting: Meeting,
  { exact, patterns }: OriginCount,
  size: number = POOLS[0],
): readonly string[] {
  const random = randomNumbers(SEED);
  return Array.from({ length: size }, (_, index) => {
    if (meeting === 'exact') return exactOrigin(Math.floor(random() * exact));
    if (meeting === 'pattern') return originWithin(Math.floor(random() * patterns));
    return REFUSED_ORIGIN.replace('x', `x${index}`);
  });
}

/**
 * Hands out the strings of a pool in turn, each time as a new string, as Node makes one of every header of every
 * request. A string that has been looked up once carries its hash with it, and the next look-up would get it for
 * nothing.
 */
export function freshStrings(pool: readonly string[]): () => string {
  const bytes = Buffer.from(pool.join(''), 'latin1');
  const ends: number[] = [];
  for (const text of pool) ends.push((ends.at(-1) ?? 0) + text.length);
  let next = 0;
  return () => {
    const at = next++ % ends.length;
    return bytes.toString('latin1', at === 0 ? 0 : ends[at - 1], ends[at]);
  };
}

/** A value of `Access-Control-Request-Headers`. */
export interface HeaderInput {
  readonly name: string;
  readonly value: string;
  /** Whether a policy with the {@link headerNames} allows it. */
  readonly approved: boolean;
  readonly hostile: boolean;
}

const HOSTILE_LENGTH = 16 * 1024;

/** The names that a policy allows. */
export function headerNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `x-header-${String(index).padStart(2, '0')}`);
}

/**
 * A value as browsers send it, others of 16 KB that try to keep the server busy, and the longest that is read at all.
 *
 * @param count - how many names the policy allows
 * @param maxLength - the longest value that the policy reads
 */
export function headerInputs(count: number, maxLength: number): readonly HeaderInput[] {
  const names = headerNames(count);
  const hostile = (name: string, part: string): HeaderInput => ({
    name: `16 KB of ${name}`,
    value: part.repeat(Math.ceil(HOSTILE_LENGTH / part.length)).slice(0, HOSTILE_LENGTH),
    approved: false,
    hostile: true,
  });
  const known = `${names.at(-1)},`;
  return [
    { name: 'as browsers send it', value: names.join(','), approved: true, hostile: false },
    hostile('commas', ','),
    hostile('white space', ' \t'),
    hostile('one name', 'a'),
    hostile('short names', 'a,'),
    hostile('an allowed name', known),
    hostile('an allowed name in upper case', `${known.toUpperCase()} `),
    {
      name: 'the longest that is read',
      value: known.repeat(Math.floor(maxLength / known.length)),
      approved: true,
      hostile: false,
    },
  ];
}
