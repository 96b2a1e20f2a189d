import { isOwnOrigin } from '../protocol/serialized-origin.js';
import {
  asksSources,
  conditionsOf,
  isAny,
  isExact,
  type AnyOrigin,
  type AskedOrigin,
  type ExactOrigin,
  type OriginCondition,
  type OriginEntry,
  type OriginPattern,
} from './origin-entry.js';
import { ANY_PORT, makePattern } from './origin-grammar.js';
import { compileOrigins } from './origin-set.js';
import { summaryOf } from './origin-summary.js';

type SpecificEntry = Exclude<OriginEntry, AnyOrigin>;
type OpenEntry = Exclude<SpecificEntry, ExactOrigin>;

/**
 * The entries that allow what both lists allow: `merge: 'restrict'`. First the exact origins of the inner list that the
 * outer one allows, then those of the outer list that the inner one allows, then what remains of the other entries.
 *
 * A regular expression or a source cannot be intersected in closed form; where one meets something else than a fixed
 * origin, both are kept as conditions of one `all-of` entry.
 */
export function intersectOrigins(
  outer: readonly OriginEntry[],
  inner: readonly OriginEntry[],
): readonly OriginEntry[] {
  if (summaryOf(outer).others.some(isAny)) return uniteOrigins([], inner);
  if (summaryOf(inner).others.some(isAny)) return uniteOrigins([], outer);
  if (outer === inner && summaryOf(inner).isUnique) return inner;
  const found = new EntryList();
  addExact(found, inner, outer);
  const innerOpen = openOf(inner);
  // What is exact in both lists has been found.
  if (innerOpen.length > 0) addExact(found, outer, inner);
  const outerOpen = openOf(outer);
  for (const entry of innerOpen) {
    for (const other of outerOpen) found.add(meet(conditionsOf(entry), conditionsOf(other)));
  }
  return found.entries;
}

/**
 * The entries that allow what either list allows, the outer ones first, none twice: `merge: 'extend'`. `'*'` covers all
 * others, and stands alone.
 */
export function uniteOrigins(
  outer: readonly OriginEntry[],
  inner: readonly OriginEntry[],
): readonly OriginEntry[] {
  if (outer.length === 0 && summaryOf(inner).isUnique) return inner;
  const any = summaryOf(outer).others.find(isAny) ?? summaryOf(inner).others.find(isAny);
  if (any !== undefined) return [any];
  const found = new EntryList();
  for (const list of [outer, inner]) for (const entry of list) found.add(entry as SpecificEntry);
  return found.entries;
}

/**
 * Adds what the exact origins of one list have in common with another list. Asks the compiled list, so that two lists
 * of thousands of exact origins cost no product.
 */
function addExact(found: EntryList, from: readonly OriginEntry[], list: readonly OriginEntry[]): void {
  const rule = compileOrigins(list, { secureOnly: false });
  const asking = summaryOf(list).others.filter(isSpecific).filter(asksSources);
  for (const entry of from) {
    if (!isExact(entry)) continue;
    if (rule.allows(entry)) found.add(entry);
    else for (const other of asking) found.add(meet([entry], conditionsOf(other)));
  }
}

/** The entry that allows what all parts of both sides allow, or `undefined` if no origin can meet them. */
function meet(
  left: readonly OriginCondition[],
  right: readonly OriginCondition[],
): SpecificEntry | undefined {
  const parts = new EntryList<OriginCondition>();
  let narrowest: ExactOrigin | OriginPattern | undefined;
  for (const part of [...left, ...right]) {
    if (!isExact(part) && (part.kind === 'regexp' || part.kind === 'source')) {
      parts.add(part);
    } else {
      narrowest = narrowest === undefined ? part : meetFixed(narrowest, part);
      if (narrowest === undefined) return undefined;
    }
  }
  if (narrowest !== undefined && isExact(narrowest)) return meetExact(narrowest, parts.entries);
  return allOf(narrowest === undefined ? parts.entries : [narrowest, ...parts.entries]);
}

/** Regular expressions can be tried on an exact origin right away; only sources remain. */
function meetExact(exact: ExactOrigin, parts: readonly OriginCondition[]): SpecificEntry | undefined {
  const sources = parts.filter(isSource);
  const met = parts.every((part) => isSource(part) || allowsExact(part, exact));
  // A source is never asked about an origin that anybody can have.
  if (!met || (sources.length > 0 && !isOwnOrigin(exact))) return undefined;
  return allOf([exact, ...sources]);
}

function meetFixed(
  a: ExactOrigin | OriginPattern,
  b: ExactOrigin | OriginPattern,
): ExactOrigin | OriginPattern | undefined {
  if (isExact(a)) return allowsExact(b, a) ? a : undefined;
  if (isExact(b)) return allowsExact(a, b) ? b : undefined;
  const narrow = covers(b, a) ? a : b;
  const wide = narrow === a ? b : a;
  if (a.scheme !== b.scheme || !covers(wide, narrow)) return undefined;
  if (wide.port !== ANY_PORT && narrow.port !== ANY_PORT && wide.port !== narrow.port) return undefined;
  if (narrow.port !== ANY_PORT || wide.port === ANY_PORT) return narrow;
  return makePattern(narrow.scheme, narrow.labels, narrow.host, wide.port);
}

/**
 * Whether every host that `narrow` allows is one that `wide` allows. Two patterns' hosts are either so related or have
 * nothing in common: whole labels from the right decide, so that there is no partial overlap.
 */
function covers(wide: OriginPattern, narrow: OriginPattern): boolean {
  if (wide.host === narrow.host) {
    return wide.labels === narrow.labels || (wide.labels === 'many' && narrow.labels === 'one');
  }
  if (!narrow.host.endsWith(`.${wide.host}`)) return false;
  if (wide.labels === 'many') return true;
  const label = narrow.host.slice(0, -1 - wide.host.length);
  return wide.labels === 'one' && narrow.labels === 'none' && !label.includes('.');
}

function isSource(part: OriginCondition): part is AskedOrigin {
  return !isExact(part) && part.kind === 'source';
}

function allowsExact(entry: OriginEntry, exact: ExactOrigin): boolean {
  return compileOrigins([entry], { secureOnly: false }).allows(exact);
}

function allOf(parts: readonly OriginCondition[]): SpecificEntry | undefined {
  return parts.length === 1 ? parts[0] : { kind: 'all-of', parts };
}

/** The entries that are no exact origins, of a list without `'*'`. */
function openOf(list: readonly OriginEntry[]): readonly OpenEntry[] {
  const { patterns, others } = summaryOf(list);
  // One by one only where there are patterns: the list may be long.
  return (patterns === undefined ? others : list).filter(isOpen);
}

function isSpecific<Entry extends OriginEntry>(entry: Entry): entry is Exclude<Entry, AnyOrigin> {
  return !isAny(entry);
}

function isOpen(entry: OriginEntry): entry is OpenEntry {
  return isSpecific(entry) && !isExact(entry);
}

/** Entries in the order in which they came, each once. */
class EntryList<Entry extends SpecificEntry = SpecificEntry> {
  readonly entries: Entry[] = [];
  private readonly keys = new Set<string>();
  private readonly sources = new Map<object, number>();

  add(entry: Entry | undefined): void {
    if (entry === undefined) return;
    const { size } = this.keys;
    // Looked up once, and not twice: there may be very many.
    if (this.keys.add(this.keyOf(entry)).size > size) this.entries.push(entry);
  }

  /** Equal for entries that allow the same by construction. Keys other than what users write start with a space. */
  private keyOf(entry: SpecificEntry): string {
    if (isExact(entry)) return entry;
    switch (entry.kind) {
      case 'pattern':
        return entry.text;
      case 'regexp':
        return ` regexp ${String(entry.regexp)}`;
      case 'source':
        return ` source ${this.numberOf(entry.identity)}`;
      case 'all-of':
        return ` all-of${entry.parts
          .map((part) => this.keyOf(part))
          .toSorted()
          .join('')}`;
    }
  }

  private numberOf(source: object): number {
    const known = this.sources.get(source) ?? this.sources.size;
    this.sources.set(source, known);
    return known;
  }
}
