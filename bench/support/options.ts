import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** The programs. */
export const PROGRAMS = ['http', 'instructions', 'core', 'start-up', 'cold-start', 'lists'] as const;
export type Program = (typeof PROGRAMS)[number];

/** The platforms of Nest. */
export const PLATFORMS = ['fastify', 'express'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** What the command line says. */
export interface BenchOptions {
  /** Shows that everything works, in as little time as that takes, and judges nothing. */
  readonly brief: boolean;
  /** Prints the report of earlier results, without measuring. */
  readonly report: boolean;
  readonly programs: readonly Program[];
  readonly platforms: readonly Platform[];
  readonly rounds: number;
  /** How long each server is under load in a round, about. */
  readonly seconds: number;
  /** Only HTTP requests and setups with this in their name; for looking into one, not for results. */
  readonly only: string | undefined;
  /**
   * The folder of another built checkout, for the cold-start and lists programs to compare with; for start-up as well, if
   * its bench is compiled too.
   */
  readonly baseline: string | undefined;
}

export const USAGE = `npm run bench -- [options]

  --brief                      only show that it works; judges no times
  --only=PROGRAM               http (CPU time), instructions (needs Valgrind), core, start-up,
                               cold-start or lists
  --platform=fastify|express   one platform
  --rounds=12                  rounds of the HTTP, start-up, cold-start and lists programs
  --seconds=0.5                how long each server is under load in a round
  --baseline=FOLDER            another built checkout, for cold-start and lists to compare with, and
                               for start-up, which needs its bench compiled
  --case=text                  only HTTP requests or setups with this in their name; saves nothing
  --report                     print the report of the saved results again
`;

const ROUNDS = 12;
const SECONDS = 0.5;
const BRIEF_SECONDS = 0.02;

/**
 * Reads the command line.
 *
 * @throws Error that says what is wrong with it
 */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      brief: { type: 'boolean', default: false },
      report: { type: 'boolean', default: false },
      only: { type: 'string' },
      platform: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      case: { type: 'string' },
      baseline: { type: 'string' },
    },
  });
  return {
    brief: values.brief,
    report: values.report,
    programs: choose('only', PROGRAMS, values.only),
    platforms: choose('platform', PLATFORMS, values.platform),
    rounds: Math.ceil(positive('rounds', values.rounds, values.brief ? 1 : ROUNDS)),
    seconds: positive('seconds', values.seconds, values.brief ? BRIEF_SECONDS : SECONDS),
    only: values.case,
    baseline: values.baseline && resolve(values.baseline),
  };
}

function choose<T extends string>(
  name: string,
  known: readonly T[],
  value: string | undefined,
): readonly T[] {
  if (value === undefined) return known;
  const chosen = known.filter((one) => one === value);
  if (chosen.length === 0) throw new Error(`--${name} is one of ${known.join(', ')}`);
  return chosen;
}

function positive(name: string, value: string | undefined, otherwise: number): number {
  const number = value === undefined ? otherwise : Number(value);
  if (!(number > 0 && Number.isFinite(number))) throw new Error(`--${name} is a number above 0`);
  return number;
}
