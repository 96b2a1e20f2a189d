import { isInsecureOrigin, isOwnOrigin } from '../protocol/serialized-origin.js';
import { ownCopy } from './copy-options.js';
import { CorsConfigurationError } from './cors-configuration-error.js';
import type { CorsProblem, ValueProblem } from './cors-problem.js';
import type { ExactOrigins } from './exact-origins.js';
import type { LiveOrigins, OriginChange } from './live-origins.js';
import type { OptionsObject } from './options-object.js';
import { readStrings } from './origin-strings.js';
import { compileOrigins, type OriginRule } from './origin-set.js';
import { parseOrigin, type Parsed } from './origin-syntax.js';
import { ORIGIN_REGEXP } from './read-origin.js';
import type { OriginEntry } from './origin-entry.js';
import { ELEMENTS_AT_ONCE, type Sliced } from './slices.js';

/** What a change comes to: of the module's own list alone, or other options. */
export type PlannedChange =
  | { readonly live: OriginChange; readonly options?: undefined }
  | { readonly live?: undefined; readonly options: unknown };

/** So many origins come or go in one go. */
const AT_ONCE = 2 * ELEMENTS_AT_ONCE;

/**
 * Checks origins that are to be added to the module's own list, or to be removed from it.
 *
 * @param origins - what was given
 * @param optionsInForce - makes the options in force, whose list may be long
 * @param rule - what their `origin` has been compiled to
 * @param live - their list, if it can change by itself
 * @returns `undefined` if there is nothing to do
 * @throws CorsConfigurationError if something is wrong with the origins themselves
 */
export function* planChange(
  origins: readonly unknown[],
  isAddition: boolean,
  optionsInForce: () => unknown,
  rule: OriginRule | undefined,
  live: LiveOrigins | undefined,
): Sliced<PlannedChange | undefined> {
  const where = isAddition ? 'addOrigins()' : 'removeOrigins()';
  const { others, patterns, exact, mayBeInsecure } = yield* readStrings(origins);
  const problems: CorsProblem[] = [];
  const report = (place: number, problem: ValueProblem): void => {
    problems.push({ where, field: `[${place}]`, value: origins[place], ...problem });
  };
  for (const { place, read } of others) {
    if (read === undefined) report(place, NO_STRING);
    else if ('problem' in read) report(place, read.problem);
    else if (origins[place] === '*') report(place, ANY);
  }
  if (rule?.any === true && problems.length === 0) report(0, isAddition ? COVERED_BY_ANY : ALLOWED_BY_ANY);
  if (problems.length > 0) throw new CorsConfigurationError(problems);

  const given = [...new Set(origins as readonly string[])];
  if (!isAddition) {
    // A pattern that goes as well no longer covers anything.
    const covering = patterns === undefined ? rule : ruleOfOpen(listOf(optionsInForce()), new Set(given));
    refuseCovered(
      given.filter((origin) => exact.has(origin)),
      covering,
      where,
    );
  }
  const isPlain =
    patterns === undefined &&
    given.every(isOwnOrigin) &&
    !(isAddition && mayBeInsecure && given.some(isInsecureOrigin));
  if (live !== undefined && isPlain) {
    const changing = given.filter((origin) => live.exact.has(origin) !== isAddition);
    if (changing.length === 0) return undefined;
    const left = live.exact.size - (isAddition ? 0 : changing.length);
    if (left > 0 && !live.exact.isWorn(changing.length)) return { live: { origins: changing, isAddition } };
  }
  const options = optionsInForce();
  const known = new Set(listOf(options));
  const changing = given.filter((origin) => known.has(origin) !== isAddition);
  return changing.length === 0
    ? undefined
    : { options: changedOptions(options, { origins: changing, isAddition }) };
}

/** The options with other origins in their list. */
export function changedOptions(options: unknown, { origins, isAddition }: OriginChange): unknown {
  const list = listOf(options);
  const gone = new Set<unknown>(origins);
  const changed = isAddition ? [...list, ...origins] : list.filter((element) => !gone.has(element));
  return Object.freeze({ ...(options as object), origin: ownCopy(changed) });
}

function listOf(options: unknown): readonly unknown[] {
  const { origin } = options as OptionsObject;
  if (origin === undefined) return [];
  return Array.isArray(origin) ? origin : [origin];
}

/**
 * Makes exact origins what a change makes of them.
 *
 * @returns what puts the change in force
 */
export function* changeExact(exact: ExactOrigins, { origins, isAddition }: OriginChange): Sliced<() => void> {
  const apply = (to: ExactOrigins, from: number): void => {
    for (const origin of origins.slice(from, from + AT_ONCE)) {
      if (isAddition) to.add(origin);
      else to.remove(origin);
    }
  };
  if (origins.length <= AT_ONCE) return () => apply(exact, 0);
  const changed = exact.copy();
  for (let from = 0; from < origins.length; from += AT_ONCE) {
    apply(changed, from);
    yield;
  }
  return () => exact.become(changed);
}

/** Who removes an origin wants it to be refused. */
function refuseCovered(origins: readonly string[], rule: OriginRule | undefined, where: string): void {
  const covered = origins.flatMap((value, place) =>
    rule?.covers(value) === true ? [{ ...STILL_ALLOWED, where, field: `[${place}]`, value }] : [],
  );
  if (covered.length > 0) throw new CorsConfigurationError(covered);
}

/** The patterns and expressions of a list of the options, but for some of them. */
function ruleOfOpen(list: readonly unknown[], without: ReadonlySet<unknown>): OriginRule {
  const entries = list.flatMap((element): readonly OriginEntry[] => {
    if (without.has(element)) return [];
    if (typeof element === 'string') return element.includes('*') ? [entryOf(parseOrigin(element))] : [];
    return element instanceof RegExp ? [entryOf(ORIGIN_REGEXP.get().parseOriginRegExp(element))] : [];
  });
  return compileOrigins(entries, { secureOnly: false });
}

/** The entry of what is in force, and so has one. */
function entryOf(read: Parsed<OriginEntry>): OriginEntry {
  return (read as { readonly entry: OriginEntry }).entry;
}

const NO_STRING: ValueProblem = {
  code: 'option-type',
  message: 'is no origin or pattern',
  fix: 'write a string; for expressions, functions and sources, call update()',
};

const ANY: ValueProblem = {
  code: 'origin-any-in-list',
  message: 'stands alone, and not in a list',
  fix: "call update() with origin: '*', or with a list",
};

const COVERED_BY_ANY: ValueProblem = {
  code: 'origin-any-in-list',
  message: "has nothing to add to '*', which already covers every origin",
  fix: 'leave it out, or call update() with a list',
};

const ALLOWED_BY_ANY: ValueProblem = {
  code: 'option-conflict',
  message: "cannot be removed from '*', which covers every origin",
  fix: 'call update() with a list',
};

const STILL_ALLOWED: ValueProblem = {
  code: 'option-conflict',
  message: 'is still allowed by a pattern or an expression of the list',
  fix: 'remove the pattern, or call update() with a list that does not cover it',
};
