import type { CheckFailure } from './cors-check.js';
import type { HeaderList } from './header-list.js';
import { isSameOrigin, isSchemelesslySameSite } from './request-origin.js';

/**
 * Whether a page may embed a no-cors response. A value in another spelling or case, or sent twice, counts as none: these
 * pages have no embedder policy that would make that a refusal.
 *
 * @see Fetch, "cross-origin resource policy check"
 * @param origin - the page's
 * @param url - where the response came from
 * @returns `undefined` if it may
 */
export function resourcePolicyCheck(headers: HeaderList, origin: string, url: URL): CheckFailure | undefined {
  const policy = headers.get('Cross-Origin-Resource-Policy');
  if (!isBlocked(policy, origin, url)) return undefined;
  return {
    reason: 'resource-policy-blocked',
    message: `the response has Cross-Origin-Resource-Policy: ${policy}`,
    section: 'Cross-Origin-Resource-Policy header',
  };
}

function isBlocked(policy: string | undefined, origin: string, url: URL): boolean {
  switch (policy) {
    case 'same-origin':
      return !isSameOrigin(origin, url.origin);
    case 'same-site':
      return (
        !isSchemelesslySameSite(origin, url.origin) ||
        (url.protocol === 'https:' && !origin.startsWith('https:'))
      );
    default:
      return false;
  }
}
