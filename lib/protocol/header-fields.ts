import type { Policy } from '../policy/policy.js';
import { needsListing, type PreflightFacts, type PreflightVerdict } from './verdict.js';

/**
 * Header fields of a response, as Node's `writeHead` takes them. The protocol's own are in lower case: Node looks fields up
 * by that form, and making it anew for each of them costs an answer on Express more than everything decided about it.
 */
export type HeaderFields = Record<string, number | string | readonly string[] | undefined>;

/** What every answer to a preflight varies on. @see Fetch, "CORS protocol and HTTP caches" */
export const PREFLIGHT_VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';

/**
 * Puts the fields of an actual request's response into `fields`, but for `Vary`.
 *
 * @see Fetch, "HTTP responses"
 * @param fields - where to put them; the caller's own object, never one that responses share
 * @param policy - the policy of the route
 * @param origin - the origin, if it is allowed; any value under `*`
 */
export function putResponseFields(fields: HeaderFields, policy: Policy, origin: string): void {
  fields['access-control-allow-origin'] = policy.origin.any ? '*' : origin;
  if (policy.credentials) fields['access-control-allow-credentials'] = 'true';
  if (policy.exposedHeaders !== '') fields['access-control-expose-headers'] = policy.exposedHeaders;
}

/** An answer to a preflight: an empty response. */
export interface PreflightAnswer {
  readonly status: number;
  readonly fields: HeaderFields;
}

/**
 * The answer to a refused preflight. It tells nothing: no `Access-Control-*` field, and the same `Vary`.
 *
 * @param vary - the value of `Vary`, at least {@link PREFLIGHT_VARY}
 */
export function refusePreflight(vary: string): PreflightAnswer {
  return { status: 403, fields: { vary, 'content-length': '0' } };
}

/**
 * Makes the answer to a preflight from the verdict on it.
 *
 * @see Fetch, "CORS-preflight fetch"
 * @param policy - the policy that decided
 * @param facts - what the preflight says
 * @param verdict - the decision
 * @param vary - the value of `Vary`, at least {@link PREFLIGHT_VARY}
 */
export function answerPreflight(
  policy: Policy,
  facts: PreflightFacts,
  verdict: PreflightVerdict,
  vary: string,
): PreflightAnswer {
  if (verdict.reason !== 'preflight-approved') return refusePreflight(vary);
  const fields: HeaderFields = {
    'access-control-allow-origin': policy.origin.any ? '*' : facts.origin,
  };
  if (policy.credentials) fields['access-control-allow-credentials'] = 'true';
  if (needsListing(facts.method)) fields['access-control-allow-methods'] = facts.method;
  if (verdict.allowHeaders !== '') fields['access-control-allow-headers'] = verdict.allowHeaders;
  if (policy.maxAge !== '') fields['access-control-max-age'] = policy.maxAge;
  fields['vary'] = vary;
  const status = policy.optionsSuccessStatus;
  // A 204 is empty by itself, and must not say so (RFC 9110, 8.6).
  if (status !== 204) fields['content-length'] = '0';
  return { status, fields };
}
