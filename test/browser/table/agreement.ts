import { ENGINES, type ShippingEngine } from '../../../lib/engines/quirks.js';
import { APP, type Seen, type SeenFailure, type SeenResponse, type TableCase, type Wire } from './case.js';
import type { Departure } from './departures/departure.js';
import { baseOf, tokenText } from './tokens.js';

/** What came of a case: what the script saw, and what reached the servers. */
export interface Outcome {
  readonly seen: readonly Seen[];
  readonly server: readonly Wire[];
}

/** An outcome, and whose it is. */
interface Account extends Outcome {
  readonly by: string;
}

/** Visible fields whose values change from one connection to the next, and what Firefox adds of its own. */
const VOLATILE = new Set(['connection', 'date', 'keep-alive', 'transfer-encoding', 'x-firefox-spdy']);

/** Visible fields that are the adapter's affair. Cases need not name them; the browsers still have to agree. */
const ADAPTERS = new Set(['content-length', 'content-type', 'etag', 'vary', 'x-powered-by']);

/** Of those, what script sees of another origin (Fetch, "CORS-safelisted response-header name"). */
const SAFELISTED = new Set(['content-length', 'content-type']);

/** What came of a case in a real browser, and in the virtual one. */
export interface Results {
  readonly engine: ShippingEngine;
  readonly real: Outcome;
  /** In the engine's profile; `undefined` where the case, or the departure, is beyond it. */
  readonly virtual: Outcome | undefined;
  /** What the engine does instead of what the standard says. */
  readonly departure: Departure | undefined;
}

/**
 * Holds what is expected of a case in an engine against what came of it in each browser, and the browsers against one another.
 *
 * @returns what differs, in words; empty if all agree
 */
export function disagreements(testCase: TableCase, results: Results): string {
  const { engine, departure } = results;
  const expected = expectation(testCase, departure);
  const real: Account = { by: ENGINES[engine].title, ...results.real };
  const virtual: Account | undefined = results.virtual && { by: 'virtual browser', ...results.virtual };
  const found = [
    ...compare(testCase, expected, real),
    ...(virtual ? compare(testCase, expected, virtual) : []),
  ];
  if (found.length > 0) return found.join('\n');
  // Beyond what a case says: bodies that it leaves open, and fields that are the adapter's affair.
  return virtual ? compare(testCase, withoutReasons(real), withoutReasons(virtual)).join('\n') : '';
}

/**
 * Holds what the standard says of a case against what came of it in the virtual browser.
 *
 * @returns what differs, in words; empty if they agree
 */
export function departures(testCase: TableCase, virtual: Outcome): string {
  return compare(testCase, expectation(testCase, undefined), { by: 'virtual browser', ...virtual }).join(
    '\n',
  );
}

function expectation({ sees, server }: TableCase, departure: Departure | undefined): Account {
  return {
    by: 'expected',
    seen: [departure?.sees ?? sees].flat().map(complete),
    server: departure?.server ?? server,
  };
}

/** Takes a run's token out of what a server has written of its own URL. */
export function anonymous(seen: Seen, token: string): Seen {
  if (typeof seen !== 'object' || !('body' in seen) || seen.body === undefined) return seen;
  return { ...seen, body: seen.body.replace(tokenText(token), '') };
}

/** What is expected of a response that the case says no more of. */
function complete(seen: Seen): Seen {
  return typeof seen === 'object' && 'status' in seen ? { type: 'cors', redirected: false, ...seen } : seen;
}

/** Each browser may have named another one of several reasons. */
function withoutReasons(account: Account): Account {
  const seen = account.seen.map((one): Seen =>
    typeof one === 'object' && 'fails' in one ? { fails: one.fails } : one,
  );
  return { ...account, seen };
}

function compare(testCase: TableCase, left: Account, right: Account): readonly string[] {
  const width = Math.max(left.by.length, right.by.length) + 2;
  const found = (what: string, one: string, other: string): readonly string[] =>
    one === other
      ? []
      : [`  ${what}`, `    ${left.by.padEnd(width)}${one}`, `    ${right.by.padEnd(width)}${other}`];
  const lines = [
    ...pairUp(left.seen, right.seen).flatMap(([one, other], index) =>
      found(`script, answer ${index + 1}`, showSeen(one, other), showSeen(other, one)),
    ),
    ...pairUp(left.server, right.server).flatMap(([one, other], index) =>
      found(`server, request ${index + 1}`, showWire(one, other, testCase), showWire(other, one, testCase)),
    ),
  ];
  return lines.length === 0 ? [] : [`${testCase.id}: ${right.by} differs from ${nameOf(left)}`, ...lines, ''];
}

function nameOf({ by }: Account): string {
  return by === 'expected' ? 'the expected value' : by;
}

function pairUp<T>(
  left: readonly T[],
  right: readonly T[],
): readonly (readonly [T | undefined, T | undefined])[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, index) => [
    left[index],
    right[index],
  ]);
}

/** What a script sees, as far as the other side says anything of it. */
function showSeen(seen: Seen | undefined, other: Seen | undefined): string {
  if (seen === undefined) return 'nothing';
  if (typeof seen === 'string') return seen;
  if ('events' in seen) return `events ${JSON.stringify(seen.events)}`;
  if ('fails' in seen) {
    return `${seen.fails}${reasonText(seen, other)}`;
  }
  return showResponse(seen, typeof other === 'object' && 'status' in other ? other : undefined);
}

/** The reason, unless the other side fails without saying why; where both name the same, only that. */
function reasonText({ reasons = [] }: SeenFailure, other: Seen | undefined): string {
  const fails = typeof other === 'object' && 'fails' in other;
  const others = fails ? (other.reasons ?? []) : [];
  if (reasons.length === 0 || (fails && others.length === 0)) return '';
  return `, ${reasons.find((reason) => others.includes(reason)) ?? reasons.join(' or ')}`;
}

function showResponse(seen: SeenResponse, other: SeenResponse | undefined): string {
  const says = (field: 'type' | 'body' | 'redirected' | 'timed'): boolean =>
    seen[field] !== undefined && (other === undefined || other[field] !== undefined);
  return [
    String(seen.status),
    ...(says('type') ? [seen.type] : []),
    ...(says('redirected') && seen.redirected ? ['redirected'] : []),
    ...(says('timed') ? [seen.timed ? 'timed' : 'not timed'] : []),
    ...(says('body') ? [JSON.stringify(seen.body)] : []),
    ...visible(seen, other).map(([name, value]) => `${name}: ${value}`),
  ].join(' ');
}

function visible(
  { headers = {}, type }: SeenResponse,
  other: SeenResponse | undefined,
): readonly [string, string][] {
  // Those of the page's own origin, and those that `Access-Control-Expose-Headers: *` shows, itself included.
  const all = type === 'basic' || other?.type === 'basic' || 'access-control-expose-headers' in headers;
  const optional = all ? ADAPTERS : SAFELISTED;
  return Object.entries(headers)
    .filter(([name]) => !(all && VOLATILE.has(name)))
    .filter(([name]) => !optional.has(name) || other?.headers?.[name] !== undefined)
    .toSorted(([one], [two]) => (one < two ? -1 : 1));
}

function showWire(wire: Wire | undefined, other: Wire | undefined, testCase: TableCase): string {
  if (wire === undefined) return 'nothing';
  const { page = APP } = testCase;
  const fields = {
    Origin: wire.origin === 'none' ? undefined : (wire.origin ?? page),
    'Access-Control-Request-Method': wire.requestMethod,
    'Access-Control-Request-Headers': wire.requestHeaders,
    Cookie: wire.cookie && 'yes',
    Authorization: wire.authorization && 'yes',
    'Content-Type': wire.contentType,
  };
  const shown = Object.entries(fields).flatMap(([name, value]) => (value ? [`${name}: ${value}`] : []));
  // Of other calls, and of other places, the virtual browser knows no more than what CORS asks for.
  const { from = 'page', does } = testCase;
  const fetches = from === 'page' && [does].flat().every((call) => 'fetch' in call || 'wait' in call);
  if (fetches && wire.others !== undefined && other?.others !== undefined) shown.push(wire.others);
  const base = baseOf(testCase);
  const url = wire.url.startsWith(`${base}/`) ? wire.url.slice(base.length) : wire.url;
  return [`${wire.method} ${url}`, ...shown].join(' | ');
}
