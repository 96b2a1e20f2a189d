import { copyValues, isOwnCopy } from './copy-options.js';
import type { ValueProblem } from './cors-problem.js';
import { isAny, type OriginEntry } from './origin-entry.js';
import { uniteOrigins } from './origin-intersection.js';
import { keepSummary, type OpenEntry } from './origin-summary.js';
import { readStrings, readingOf, keepReading, type ReadStrings } from './origin-strings.js';
import { readOrigin } from './read-origin.js';
import type { ResolveSource } from './read-source.js';
import { atOnce } from './slices.js';

/** Reports a problem with the option, or with an element of it: `origin[1]`. */
type Report = (field: string, value: unknown, problem: ValueProblem) => void;

/**
 * Reads `origin`: one entry, or a list of them. What of it was read before, in slices, is taken from there.
 *
 * @param where - the place of the layer
 * @returns the entries in their order, each once; of a list of nothing but exact origins, the list itself where it is frozen
 */
export function readOrigins(
  value: unknown,
  field: string,
  report: Report,
  { where, resolveSource }: { readonly where: string; readonly resolveSource: ResolveSource },
): readonly OriginEntry[] {
  const isList = Array.isArray(value);
  const list = copyValues(isList ? value : [value]);
  if (list.length === 0) report(field, value, NO_ORIGIN);
  const strings = readingOf(list) ?? atOnce(readStrings(list));
  if (isList && isOwnCopy(value)) keepReading(list, strings);
  noteTaker(strings, where, resolveSource);

  const open: OpenEntry[] = [];
  const places: number[] = [];
  for (const { place, read: written } of strings.others) {
    const element = list[place];
    const read = written ?? readOrigin(element, where, resolveSource);
    const at = isList ? `${field}[${place}]` : field;
    if ('problem' in read) {
      report(at, element, read.problem);
    } else {
      open.push(read.entry as OpenEntry);
      places.push(place);
    }
    if (element === '*' && list.length > 1) report(at, element, ANY_IN_LIST);
  }
  return entriesOf(list, strings, open, places);
}

/** More than once is as once: what compiles policies may be run again. */
function noteTaker({ takers }: ReadStrings, where: string, resolveSource: ResolveSource): void {
  const places = takers.get(resolveSource) ?? new Set();
  takers.set(resolveSource, places.add(where));
}

const NO_ORIGIN: ValueProblem = {
  code: 'origin-empty',
  message: 'names no origin',
  fix: 'name at least one, leave the option out, or put @NoCors() on the route',
};

const ANY_IN_LIST: ValueProblem = {
  code: 'origin-any-in-list',
  message: 'already covers every origin in the list',
  fix: "write '*' alone, or leave it out",
};

/**
 * @param open - the entries that are no exact origins; of the others none is without a problem
 * @param places - theirs
 */
function entriesOf(
  list: readonly unknown[],
  { exact, repeated, others, isPatterns, patterns, atSuffixes, mayBeInsecure }: ReadStrings,
  open: readonly OpenEntry[],
  places: readonly number[],
): readonly OriginEntry[] {
  const unique = isPatterns ? open : (uniteOrigins([], open) as readonly OpenEntry[]);
  if (unique.some(isAny)) return unique;
  const entries = others.length + repeated.size === 0 ? (list as readonly OriginEntry[]) : merged();
  keepSummary(entries, { exact, open: unique, patterns, atSuffixes, mayBeInsecure, isUnique: true });
  return entries;

  function merged(): readonly OriginEntry[] {
    const found: OriginEntry[] = [];
    // Those that are kept are the same objects, in the same order.
    let kept = 0;
    let next = 0;
    let other = 0;
    for (let place = 0; place < list.length; place++) {
      if (others[other]?.place === place) {
        other++;
        if (places[next] !== place) continue;
        if (open[next++] === unique[kept]) found.push(unique[kept++] as OriginEntry);
      } else if (!repeated.has(place)) {
        found.push(list[place] as OriginEntry);
      }
    }
    return Object.freeze(found);
  }
}
