import { CorsConfigurationError } from '../policy/cors-configuration-error.js';
import type { CorsProblem, ValueProblem } from '../policy/cors-problem.js';
import { isOptionsObject } from '../policy/options-object.js';
import { unknownOption } from '../policy/unknown-option.js';

/** How long verdicts are kept, and how many. All times are whole milliseconds, from 1 to 2147483647. */
export interface CachedOriginsOptions {
  /**
   * How long a verdict holds, counted from the moment when the source was asked. An origin that is removed without
   * {@link CachedOrigins.invalidate} stays allowed for no longer than this.
   */
  readonly ttl: number;
  /**
   * How long a refusal holds, counted likewise: an origin that is added may have to wait for this time.
   *
   * @defaultValue the ttl
   */
  readonly negativeTtl?: number | undefined;
  /**
   * How many verdicts are kept, from 1 to 10000000. Of more, those are dropped that have not been asked for the
   * longest: anybody can send any number of origins.
   *
   * @defaultValue 10000
   */
  readonly max?: number | undefined;
  /**
   * How long requests wait for the source, counted from the moment when it was asked; then they are refused. The source
   * is not interrupted, and its answer is kept when it comes. Meanwhile the next request asks again, so that one answer
   * that never comes does not lock an origin out.
   *
   * @defaultValue 5000
   */
  readonly timeout?: number | undefined;
  /**
   * For how long after its ttl a verdict is still given, while the source is asked anew behind it: nobody waits for
   * what is asked for often. 0 is off.
   *
   * @defaultValue 0
   */
  readonly staleWhileRevalidate?: number | undefined;
  /**
   * For how long after its ttl a verdict is still given if the source fails, or does not answer in time. 0 is off: who
   * cannot be asked refuses.
   *
   * @defaultValue 0
   */
  readonly staleIfError?: number | undefined;
}

/** {@link CachedOriginsOptions} for verdicts that depend on more than the origin. */
export interface KeyedOriginsOptions<Asker> extends CachedOriginsOptions {
  /**
   * What the verdict depends on beside the origin, as a string; asked for every request. Verdicts are kept for each
   * origin and key. It has to be pure, and to give different strings wherever the source may decide differently: what
   * one tenant allows must not open the door of another.
   *
   * Names of request headers that it reads join `Vary`, also where the verdict is found in the cache. On a preflight
   * most headers are absent; see {@link CorsRequest.header}.
   *
   * @param origin - the serialized origin
   * @param asker - the request that asks, or the string that the cache was asked with
   */
  readonly key: (origin: string, asker: Asker) => string;
}

/** The times and the bound, complete. */
export type CacheSettings = Readonly<Record<keyof CachedOriginsOptions, number>>;

/** The options, complete. */
export interface ReadCacheOptions extends CacheSettings {
  readonly key: ((origin: string, asker: unknown) => unknown) | undefined;
}

/** What a number may be. */
interface NumberRange {
  readonly least: number;
  readonly most: number;
  readonly unit: string;
  /** What to write where the value itself says nothing. */
  readonly usual: string;
}

/** The longest time that Node's timers know: above it they fire at once. */
const MAX_TIME = 2 ** 31 - 1;

/** A `Map` holds 2²⁴ entries at most, and is slow to grow before. */
const MAX_ENTRIES = 10_000_000;

const TIME: NumberRange = { least: 1, most: MAX_TIME, unit: ' of milliseconds', usual: '60_000' };
const EXTRA_TIME: NumberRange = { ...TIME, least: 0 };

const RANGES: { readonly [O in keyof CachedOriginsOptions]-?: NumberRange } = {
  ttl: TIME,
  negativeTtl: TIME,
  max: { least: 1, most: MAX_ENTRIES, unit: '', usual: '10_000' },
  timeout: { ...TIME, usual: '5_000' },
  staleWhileRevalidate: EXTRA_TIME,
  staleIfError: EXTRA_TIME,
};

const OPTIONS = [...Object.keys(RANGES), 'key'];

/** What holds where nothing is given; a refusal's ttl is that of the rest. */
const DEFAULTS = { max: 10_000, timeout: 5_000, staleWhileRevalidate: 0, staleIfError: 0 };

/**
 * Reads the options of a cache without trusting their types: times often come from the environment.
 *
 * @param where - the place of the options in messages
 * @throws CorsConfigurationError with all that is wrong
 */
export function readCacheOptions(raw: unknown, where: string): ReadCacheOptions {
  if (!isOptionsObject(raw)) {
    throw new CorsConfigurationError([
      {
        where,
        field: '',
        value: raw,
        code: 'option-type',
        message: 'is no object of options',
        fix: 'write one, as in { ttl: 60_000 }',
      },
    ]);
  }
  const problems: CorsProblem[] = [];
  const report = (field: string, value: unknown, problem: ValueProblem): void => {
    problems.push({ where, field, value, ...problem });
  };
  const given: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(raw)) {
    if (!OPTIONS.includes(name)) report(name, undefined, unknownOption(name, OPTIONS));
    else if (value !== undefined) given[name] = value;
  }
  for (const [name, range] of Object.entries(RANGES)) {
    if (name in given && !isWithin(given[name], range))
      report(name, given[name], notWithin(given[name], range));
  }
  if (!('ttl' in given)) report('ttl', undefined, NO_TTL);
  if ('key' in given && typeof given['key'] !== 'function') report('key', given['key'], NO_KEY);
  if (problems.length > 0) throw new CorsConfigurationError(problems);
  return { ...DEFAULTS, negativeTtl: given['ttl'], key: undefined, ...given } as ReadCacheOptions;
}

const NO_TTL: ValueProblem = {
  code: 'option-type',
  message: 'is missing',
  fix: 'say how long a verdict may be out of date, in milliseconds, as in ttl: 60_000',
};

const NO_KEY: ValueProblem = {
  code: 'option-type',
  message: 'is no function',
  fix: "write one, as in (origin, request) => request.header('x-tenant') ?? ''",
};

function isWithin(value: unknown, { least, most }: NumberRange): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function notWithin(value: unknown, range: NumberRange): ValueProblem {
  const quoted = typeof value === 'string' && value.trim() !== '' && isWithin(Number(value), range);
  return {
    code: 'option-type',
    message: `is no whole number${range.unit} from ${range.least} to ${range.most}`,
    fix: quoted ? `write ${Number(value)}, without quotes` : `write a number such as ${range.usual}`,
  };
}
