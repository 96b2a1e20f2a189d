import {
  isInsecureOrigin,
  isOwnOrigin,
  isSerializedOrigin,
  MAX_ORIGIN_LENGTH,
} from '../protocol/serialized-origin.js';
import {
  asksSources,
  conditionsOf,
  isAny,
  isExact,
  type AllOf,
  type AskedOrigin,
  type OriginCondition,
  type OriginEntry,
  type OriginPattern,
} from './origin-entry.js';
import type { ExactRule } from './exact-origins.js';
import { OriginPatternIndex } from './origin-pattern-index.js';
import { summaryOf } from './origin-summary.js';

/** A compiled list of origin entries. */
export interface OriginRule {
  /** Whether an entry is `'*'`. */
  readonly any: boolean;
  /** Whether an entry that needs no asking allows an origin. Safe for any string: a malformed one is not allowed. */
  allows(origin: string): boolean;
  /** Whether an entry that needs no asking and is no exact origin allows an origin. Safe for any string. */
  covers(origin: string): boolean;
  /**
   * The entries that have to be asked, if no fixed one allows the origin, those that wait for the guards last. Empty if
   * {@link OriginRule.any}.
   */
  readonly asked: readonly AskedRule[];
  /** Whether one of them waits for the guards. */
  readonly afterGuards: boolean;
}

/** An entry that has to be asked. It allows an origin if that is within, and every source says so. */
export interface AskedRule {
  /** The names of the sources, and the conditions beside them, for messages. */
  readonly text: string;
  /**
   * Whether the sources may be asked: the origin is well-formed, none that anybody can have, and meets the conditions
   * beside them.
   */
  within(origin: string): boolean;
  readonly sources: readonly AskedOrigin[];
  /** Whether what the sources say before the guards have run is not their last word. */
  readonly afterGuards: boolean;
}

/** What the whole policy says about its origins. */
export interface OriginRuleOptions {
  /**
   * Whether origins that {@link isInsecureOrigin} names are refused to regular expressions and sources: the policy has
   * credentials, and not `dangerously.insecureOrigins`. Exact entries and patterns were checked at start.
   */
  readonly secureOnly: boolean;
}

/**
 * Compiles entries into a matcher whose cost does not depend on how many there are: one look-up for all exact origins,
 * one walk for all patterns. Only regular expressions are tried one after the other.
 */
export function compileOrigins(entries: readonly OriginEntry[], options: OriginRuleOptions): OriginRule {
  return new OriginSet(entries, options.secureOnly);
}

class OriginSet implements OriginRule {
  readonly any: boolean;
  readonly asked: readonly AskedRule[];
  readonly afterGuards: boolean;
  private readonly exact: ExactRule;
  private readonly patterns: OriginPatternIndex | undefined;
  private readonly conditions: readonly Conditions[];
  private readonly secureOnly: boolean;
  /** Whether there is anything but exact origins. */
  private readonly open: boolean;

  constructor(entries: readonly OriginEntry[], secureOnly: boolean) {
    const { exact, patterns, others } = summaryOf(entries);
    const asked: AskedRule[] = [];
    const conditions: Conditions[] = [];
    for (const entry of others) {
      if (entry.kind === 'any') continue;
      if (asksSources(entry)) asked.push(new AskedConditions(entry, secureOnly));
      else conditions.push(new Conditions(conditionsOf(entry)));
    }
    this.exact = exact;
    this.patterns = patterns;
    this.any = others.some(isAny);
    this.open = patterns !== undefined || others.some(({ kind }) => kind !== 'source');
    // What needs no guards goes first: what it allows is allowed for good.
    this.asked = Object.freeze(this.any ? [] : asked.toSorted((a, b) => +a.afterGuards - +b.afterGuards));
    this.afterGuards = this.asked.some(({ afterGuards }) => afterGuards);
    this.conditions = conditions;
    this.secureOnly = secureOnly;
  }

  allows(origin: string): boolean {
    if (origin.length > MAX_ORIGIN_LENGTH) return false;
    return this.exact.has(origin) || (this.open && this.covers(origin));
  }

  covers(origin: string): boolean {
    if (!this.open) return false;
    if (this.any) return isSerializedOrigin(origin);
    // Nothing but its own exact entry allows an origin that anybody can have.
    if (!isOwnOrigin(origin)) return false;
    return (this.patterns !== undefined && this.patterns.matches(origin)) || this.meetsConditions(origin);
  }

  private meetsConditions(origin: string): boolean {
    if (this.conditions.length === 0 || (this.secureOnly && isInsecureOrigin(origin))) return false;
    for (const conditions of this.conditions) {
      if (conditions.hold(origin)) return true;
    }
    return false;
  }
}

/** The parts of an entry that need no asking and must all hold. */
class Conditions {
  private readonly exact: readonly string[];
  private readonly patterns: readonly OriginPatternIndex[];
  private readonly regexps: readonly RegExp[];

  constructor(parts: readonly OriginCondition[]) {
    const open = parts.flatMap((part) => (isExact(part) ? [] : [part]));
    this.exact = parts.filter(isExact);
    this.patterns = open.flatMap((part) => (part.kind === 'pattern' ? [indexOf(part)] : []));
    this.regexps = open.flatMap((part) => (part.kind === 'regexp' ? [part.regexp] : []));
  }

  /** @param origin - a well-formed, tuple origin */
  hold(origin: string): boolean {
    for (const exact of this.exact) {
      if (exact !== origin) return false;
    }
    for (const pattern of this.patterns) {
      if (!pattern.matches(origin)) return false;
    }
    for (const regexp of this.regexps) {
      if (!regexp.test(origin)) return false;
    }
    return true;
  }
}

class AskedConditions implements AskedRule {
  readonly text: string;
  readonly sources: readonly AskedOrigin[];
  readonly afterGuards: boolean;
  private readonly conditions: Conditions;
  private readonly secureOnly: boolean;

  constructor(entry: AskedOrigin | AllOf, secureOnly: boolean) {
    const parts = conditionsOf(entry);
    this.text = parts.map((part) => (isExact(part) ? part : part.text)).join(' and ');
    this.sources = parts.filter((part) => !isExact(part) && part.kind === 'source') as AskedOrigin[];
    this.afterGuards = this.sources.some(({ askAfterGuards }) => askAfterGuards !== undefined);
    this.conditions = new Conditions(parts);
    this.secureOnly = secureOnly;
  }

  within(origin: string): boolean {
    if (!isOwnOrigin(origin)) return false;
    return !(this.secureOnly && isInsecureOrigin(origin)) && this.conditions.hold(origin);
  }
}

function indexOf(pattern: OriginPattern): OriginPatternIndex {
  const index = new OriginPatternIndex();
  index.add(pattern);
  return index;
}
