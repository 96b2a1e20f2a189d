import type { Policy } from '../policy/policy.js';
import { approvesMethod } from './methods.js';
import { isForbiddenMethod, isSafelistedMethod } from './names.js';
import { approveRequestHeaders } from './request-headers.js';
import { isOwnOrigin, isSerializedOrigin } from './serialized-origin.js';

/** Why an origin is or is not allowed. The set is closed. */
export type OriginReason =
  /** The policy is `*`. */
  | 'any-origin'
  /** A fixed entry of the policy, or a source that was asked, allows the origin. */
  | 'origin-allowed'
  /** The request names no origin. */
  | 'no-origin'
  /** `Origin` is no serialized origin: junk, too long, or sent more than once. */
  | 'origin-malformed'
  /** No entry of the policy allows the origin. */
  | 'origin-not-allowed'
  /** No fixed entry allows the origin, and the policy's sources have not been asked yet. */
  | 'origin-undecided';

/** Why a preflight is approved or refused. The set is closed. */
export type PreflightReason =
  | 'preflight-approved'
  | 'origin-malformed'
  | 'origin-not-allowed'
  | 'method-not-allowed'
  | 'headers-not-allowed';

/**
 * Decides an origin by what can be known at once.
 *
 * @see Fetch, "CORS check" and "HTTP-CORS protocol"
 * @param policy - the policy of the route
 * @param origin - the value of `Origin`, `undefined` if it was not sent
 */
export function decideOrigin({ origin: rule }: Policy, origin: string | undefined): OriginReason {
  if (rule.any) return 'any-origin';
  if (origin === undefined) return 'no-origin';
  if (rule.allows(origin)) return 'origin-allowed';
  if (!isSerializedOrigin(origin)) return 'origin-malformed';
  return rule.asked.length > 0 && isOwnOrigin(origin) ? 'origin-undecided' : 'origin-not-allowed';
}

/**
 * Whether scripts on an origin may read the response, by what can be known at once: {@link decideOrigin} without the
 * reason, which takes longer to find than the answer.
 */
export function allowsOrigin({ origin: rule }: Policy, origin: string | undefined): boolean {
  return rule.any || (origin !== undefined && rule.allows(origin));
}

/** Whether a reason lets scripts on the origin read the response. */
export function allowsReading(reason: OriginReason): boolean {
  return reason === 'origin-allowed' || reason === 'any-origin';
}

/** What a preflight says of the actual request. */
export interface PreflightFacts {
  /** The value of `Origin`. */
  readonly origin: string;
  /** The value of `Access-Control-Request-Method`. */
  readonly method: string;
  /** The value of `Access-Control-Request-Headers`, `undefined` if it was not sent, as by upload listeners. */
  readonly headers: string | undefined;
}

/** The verdict on a preflight. */
export interface PreflightVerdict {
  readonly reason: PreflightReason;
  /** The value of `Access-Control-Allow-Headers`: what was asked for. `''` for none, and where it was refused. */
  readonly allowHeaders: string;
}

/**
 * Decides a preflight, whole: one refused part refuses all of it.
 *
 * @see Fetch, "CORS-preflight fetch"
 * @param policy - the policy of the route that the actual request would reach
 * @param facts - what the preflight says
 * @param reason - the verdict on its origin, decided
 */
export function decidePreflight(
  policy: Policy,
  facts: PreflightFacts,
  reason: OriginReason,
): PreflightVerdict {
  if (reason === 'origin-malformed') return refusal('origin-malformed');
  if (!allowsReading(reason)) return refusal('origin-not-allowed');
  if (isForbiddenMethod(facts.method) || !approvesMethod(policy.methods, facts.method)) {
    return refusal('method-not-allowed');
  }
  const allowHeaders = approveRequestHeaders(policy.allowedHeaders, facts.headers);
  return allowHeaders === undefined
    ? refusal('headers-not-allowed')
    : { reason: 'preflight-approved', allowHeaders };
}

/** Whether `Access-Control-Allow-Methods` has to name the method: browsers take the safelisted ones for granted. */
export function needsListing(method: string): boolean {
  return !isSafelistedMethod(method);
}

function refusal(reason: PreflightReason): PreflightVerdict {
  return { reason, allowHeaders: '' };
}

/** The verdict on a preflight whose origin nobody can vouch for. */
export const REFUSED: PreflightVerdict = refusal('origin-not-allowed');
