import { ExactOriginsCollector, type ExactRule } from './exact-origins.js';
import { isExact, type ExactOrigin, type OriginEntry, type OriginPattern } from './origin-entry.js';
import { OriginPatternIndex } from './origin-pattern-index.js';
import { isInsecure } from './origin-risks.js';
import { publicSuffixProblem } from './origin-syntax.js';

/** An entry that is neither an exact origin nor a pattern. */
export type OtherEntry = Exclude<OriginEntry, ExactOrigin | OriginPattern>;

/**
 * What has to be known of a list of entries to check and to compile it. Found in one pass over the list, which may be
 * long, and kept with it: several policies may have the list, and what is made of it they share.
 */
export interface OriginSummary {
  readonly exact: ExactRule;
  /** `undefined` if there are none. */
  readonly patterns: OriginPatternIndex | undefined;
  /** All other entries, in their order. */
  readonly others: readonly OtherEntry[];
  /** The patterns whose wildcard stands right before a public suffix. */
  readonly atSuffixes: readonly OriginPattern[];
  /** Whether one of the exact origins and patterns may be one that {@link isInsecure} names. */
  readonly mayBeInsecure: boolean;
  /** Whether none of the entries is known to repeat another one. */
  readonly isUnique: boolean;
}

const summaries = new WeakMap<readonly OriginEntry[], OriginSummary>();

/** The summary of a list that nobody changes any more. */
export function summaryOf(entries: readonly OriginEntry[]): OriginSummary {
  const known = summaries.get(entries);
  if (known !== undefined) return known;
  const summary = summarize(entries);
  summaries.set(entries, summary);
  return summary;
}

/** Keeps what is known of a list already. */
export function keepSummary(entries: readonly OriginEntry[], summary: OriginSummary): void {
  summaries.set(entries, summary);
}

/** Forgets what is known of a list: its summary has become that of another one. */
export function forgetSummary(entries: readonly OriginEntry[]): void {
  summaries.delete(entries);
}

function summarize(entries: readonly OriginEntry[]): OriginSummary {
  const exact = new ExactOriginsCollector(entries);
  const others: OtherEntry[] = [];
  const atSuffixes: OriginPattern[] = [];
  let patterns: OriginPatternIndex | undefined;
  let mayBeInsecure = false;
  for (let place = 0; place < entries.length; place++) {
    const entry = entries[place] as OriginEntry;
    if (isExact(entry)) {
      exact.add(entry, place);
    } else if (entry.kind === 'pattern') {
      (patterns ??= new OriginPatternIndex()).add(entry);
      if (publicSuffixProblem(entry) !== undefined) atSuffixes.push(entry);
    } else {
      others.push(entry);
      continue;
    }
    mayBeInsecure ||= isInsecure(entry);
  }
  return { exact: exact.collected(), patterns, others, atSuffixes, mayBeInsecure, isUnique: false };
}
