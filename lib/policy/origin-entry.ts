import type { CorsRequest, OriginSourceAfterGuards } from './origin-source.js';

/** `'*'`: every origin, without credentials. */
export interface AnyOrigin {
  readonly kind: 'any';
}

/**
 * One serialized origin, compared byte for byte; also the opaque origin `null`. Nothing but the string: there may be
 * millions, and an object around each would take as much memory as all the rest.
 */
export type ExactOrigin = string;

/** How many DNS labels stand in front of a pattern's host: none, one (`*.`), or one and more (`**.`). */
export type WildcardLabels = 'none' | 'one' | 'many';

/** A pattern such as `https://*.example.com` or `http://localhost:*`. */
export interface OriginPattern {
  readonly kind: 'pattern';
  /** The pattern as it was written. */
  readonly text: string;
  readonly scheme: string;
  readonly labels: WildcardLabels;
  /** The host behind the wildcard, or the whole host if `labels` is `none`: `example.com`, `[::1]`. */
  readonly host: string;
  /** The port as in a serialized origin, `''` for none (the scheme's default), or `'*'` for any, none included. */
  readonly port: string;
}

/** A regular expression, already anchored on both sides and without the flags `g`, `y` and `m`. */
export interface OriginRegExp {
  readonly kind: 'regexp';
  /** The expression as it was written. */
  readonly text: string;
  readonly regexp: RegExp;
  /** Whether all that it matches are plain `http:` origins beyond the user's own machine. */
  readonly isInsecure: boolean;
  /** The origin of a browser extension that it matches without naming it, if it matches any extension. */
  readonly extension: string | undefined;
}

/** A function or a source, which is asked while a request waits. Its answers are not to be trusted. */
export interface AskedOrigin {
  readonly kind: 'source';
  /** The function's or class's name, for messages and for `CorsService.routes()`. */
  readonly text: string;
  /** The place that names it, for messages: a function may have no name. */
  readonly where: string;
  /** The function or instance. What has it in common is the same source, and is asked once. */
  readonly identity: object;
  /** How long it may take to answer, in milliseconds. */
  readonly timeout: number;
  /** Asks it of a request of which nobody knows yet who sends it. */
  readonly ask: (origin: string, request: CorsRequest) => unknown;
  /** Asks it once the guards have run; `undefined` if it needs nothing from them. */
  readonly askAfterGuards: ((...asked: Parameters<OriginSourceAfterGuards['allows']>) => unknown) | undefined;
}

/** Conditions that must all hold: what is left when `merge: 'restrict'` meets two that cannot be simplified. */
export interface AllOf {
  readonly kind: 'all-of';
  readonly parts: readonly OriginCondition[];
}

/** One condition of an entry. */
export type OriginCondition = ExactOrigin | OriginPattern | OriginRegExp | AskedOrigin;

/** One entry of a policy's `origin`, parsed. A list of entries allows an origin if one of them does. */
export type OriginEntry = AnyOrigin | ExactOrigin | OriginPattern | OriginRegExp | AskedOrigin | AllOf;

/** Whether an entry is `'*'`. */
export function isAny(entry: OriginEntry): entry is AnyOrigin {
  return !isExact(entry) && entry.kind === 'any';
}

/** Whether an entry is one serialized origin. */
export function isExact(entry: OriginEntry): entry is ExactOrigin {
  return typeof entry === 'string';
}

/** The conditions of an entry, all of which must hold. */
export function conditionsOf(entry: OriginCondition | AllOf): readonly OriginCondition[] {
  return !isExact(entry) && entry.kind === 'all-of' ? entry.parts : [entry];
}

/** Whether an entry cannot be decided without asking somebody. */
export function asksSources(entry: OriginCondition | AllOf): entry is AskedOrigin | AllOf {
  return conditionsOf(entry).some((part) => !isExact(part) && part.kind === 'source');
}
