import { copyValues, isOwnCopy } from './copy-options.js';
import type { ValueProblem } from './cors-problem.js';
import { isAny, type OriginEntry } from './origin-entry.js';
import { uniteOrigins } from './origin-intersection.js';
import { keepSummary, type OtherEntry } from './origin-summary.js';
import { readStrings, readingOf, keepReading, type ReadStrings } from './origin-strings.js';
import { readOrigin } from './read-origin.js';
import type { ResolveSource } from './read-source.js';
import { atOnce } from './slices.js';
import { entriesOf, type OpenEntry } from './written-entries.js';

/** Reports a problem with the option, or with an element of it: `origin[1]`. */
type Report = (field: string, value: unknown, problem: ValueProblem) => void;

/**
 * Reads `origin`: one entry, or a list of them. What of it was read before, in slices, is taken from there.
 *
 * @param where - the place of the layer
 * @returns the entries in their order, each once; of a list of nothing but exact origins, the list itself
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

  const open = new Map<number, OpenEntry>();
  for (const { place, read: written } of strings.others) {
    const element = list[place];
    const read = written ?? readOrigin(element, where, resolveSource);
    const at = isList ? `${field}[${place}]` : field;
    if ('problem' in read) {
      report(at, element, read.problem);
    } else {
      open.set(place, read.entry as OpenEntry);
    }
    if (element === '*' && list.length > 1) report(at, element, ANY_IN_LIST);
  }
  const kept = strings.isPatterns ? open : withoutRepeated(open);
  const others = [...kept.values()].filter(isOther);
  if (others.some(isAny)) return others;
  const entries = entriesOf(list, strings, kept);
  const { exact, patterns, atSuffixes, mayBeInsecure } = strings;
  keepSummary(entries, { exact, patterns, others, atSuffixes, mayBeInsecure, isUnique: true });
  return entries;
}

/** Entries by their places, without those that allow the same as an earlier one. */
function withoutRepeated(open: ReadonlyMap<number, OpenEntry>): ReadonlyMap<number, OpenEntry> {
  // The same objects in the same order, or '*' alone.
  const unique = uniteOrigins([], [...open.values()]);
  const kept = new Map<number, OpenEntry>();
  for (const [place, entry] of open) if (entry === unique[kept.size]) kept.set(place, entry);
  return kept;
}

function isOther(entry: OpenEntry): entry is OtherEntry {
  return entry.kind !== 'pattern';
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
