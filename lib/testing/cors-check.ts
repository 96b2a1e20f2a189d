import type { FetchFailure } from './fetch-failure.js';
import type { HeaderList } from './header-list.js';
import type { CredentialsMode } from './page-fetch-init.js';

/** Why a check failed: a failure without the step at which it did. */
export type CheckFailure = Omit<FetchFailure, 'step'>;

const SECTION = 'CORS check';

/** What the CORS check asks of a request. */
export interface CorsCheckFacts {
  /** The serialized request origin: what was sent in `Origin`. */
  readonly origin: string;
  readonly credentials: CredentialsMode;
}

/**
 * Whether a response may be shared with the origin that asked for it.
 *
 * @see Fetch, "CORS check"
 * @param subject - what the response is called in messages
 * @returns `undefined` if it may
 */
export function corsCheck(
  { origin, credentials }: CorsCheckFacts,
  headers: HeaderList,
  subject: string,
): CheckFailure | undefined {
  const allowed = headers.get('Access-Control-Allow-Origin');
  if (allowed === undefined) {
    const message = `${subject} has no Access-Control-Allow-Origin`;
    return { reason: 'allow-origin-missing', message, section: SECTION };
  }
  if (allowed === '*' && credentials !== 'include') return undefined;
  if (allowed !== origin) return originFailure(allowed, origin, subject);
  if (credentials !== 'include') return undefined;
  const credentialsAllowed = headers.get('Access-Control-Allow-Credentials');
  if (credentialsAllowed === 'true') return undefined;
  const found =
    credentialsAllowed === undefined
      ? 'has no Access-Control-Allow-Credentials'
      : `has Access-Control-Allow-Credentials: ${credentialsAllowed}, where only true counts`;
  return {
    reason: 'allow-credentials-missing',
    message: `${subject} ${found}, but the request includes credentials`,
    section: SECTION,
  };
}

/** Which of the ways to miss an origin it was. The standard knows one; people make three mistakes. */
function originFailure(allowed: string, origin: string, subject: string): CheckFailure {
  const found = `${subject} has Access-Control-Allow-Origin: ${allowed}`;
  if (allowed === '*') {
    const message = `${found}, which does not count for a request that includes credentials`;
    return { reason: 'allow-origin-wildcard', message, section: SECTION };
  }
  return /[, ]/.test(allowed)
    ? {
        reason: 'allow-origin-multiple',
        message: `${found}, which must be one origin, sent once`,
        section: SECTION,
      }
    : { reason: 'allow-origin-mismatch', message: `${found}, which is not ${origin}`, section: SECTION };
}
