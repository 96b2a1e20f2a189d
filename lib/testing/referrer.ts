import { OPAQUE_ORIGIN } from '../protocol/serialized-origin.js';
import { tokenList } from './response-headers.js';
import type { HeaderList } from './header-list.js';
import type { ReferrerPolicy } from './page-fetch-init.js';
import { isSameOrigin, isTrustworthy } from './request-origin.js';

/** What a document has that says nothing else. @see Referrer Policy, 3.8 */
export const DEFAULT_REFERRER_POLICY: ReferrerPolicy = 'strict-origin-when-cross-origin';

/** Every policy. */
export const REFERRER_POLICIES: readonly ReferrerPolicy[] = [
  'no-referrer',
  'no-referrer-when-downgrade',
  'same-origin',
  'origin',
  'strict-origin',
  'origin-when-cross-origin',
  'strict-origin-when-cross-origin',
  'unsafe-url',
];

/**
 * The URL of a page as a referrer; `undefined` if it has none to give. A virtual page is at the root of its origin, so that
 * its URL and its origin give the same value.
 *
 * @see Referrer Policy, 8.4, "strip url for use as a referrer"
 */
export function pageReferrer(origin: string): string | undefined {
  // Neither documents of other schemes than HTTP's nor those without an origin.
  return origin !== OPAQUE_ORIGIN && /^https?:/.test(origin) ? `${origin}/` : undefined;
}

/**
 * The value of `Referer`, `undefined` if it is not sent.
 *
 * @see Referrer Policy, 8.3, "determine request's referrer"
 * @param referrer - of the request so far: what one redirect has taken away, the next does not give back
 * @param target - the origin that the request goes to
 */
export function determineReferrer(
  referrer: string | undefined,
  policy: ReferrerPolicy,
  target: string,
): string | undefined {
  if (referrer === undefined) return undefined;
  const { origin } = new URL(referrer);
  const downgrade = isTrustworthy(origin) && !isTrustworthy(target);
  switch (policy) {
    case 'no-referrer':
      return undefined;
    case 'same-origin':
      return isSameOrigin(origin, target) ? referrer : undefined;
    case 'strict-origin':
    case 'no-referrer-when-downgrade':
    case 'strict-origin-when-cross-origin':
      return downgrade ? undefined : referrer;
    case 'origin':
    case 'origin-when-cross-origin':
    case 'unsafe-url':
      return referrer;
  }
}

/** The policy after a redirect. @see Referrer Policy, 8.2, "set request's referrer policy on redirect" */
export function redirectedPolicy(policy: ReferrerPolicy, headers: HeaderList): ReferrerPolicy {
  // The last one that is known counts, so that new ones can stand behind those for older browsers.
  const named = tokenList(headers, 'Referrer-Policy') ?? [];
  return named.findLast(isReferrerPolicy) ?? policy;
}

function isReferrerPolicy(name: string): name is ReferrerPolicy {
  return REFERRER_POLICIES.includes(name as ReferrerPolicy);
}
