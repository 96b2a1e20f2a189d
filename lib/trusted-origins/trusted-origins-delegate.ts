/** A request of the Fetch standard, as far as it is looked at: a `Request` fits. */
export interface TrustedOriginsRequest {
  readonly method: string;
  /** The whole URL, or the path. */
  readonly url: string;
  readonly headers: Iterable<readonly [name: string, value: string]>;
}

/**
 * Says which origins are trusted, of one request or at all: what better-auth takes for its option `trustedOrigins`.
 *
 * It never rejects. Without a request it has the list of `CorsService.trustedOrigins()`; with one, its origin as well, if a
 * pattern, an expression, a function or a source of the policy allows that. However often it is called for one request, sources are
 * asked once.
 *
 * @param request - the request, if there is one
 * @returns a promise of a new list
 */
export type TrustedOriginsDelegate = (request?: TrustedOriginsRequest) => Promise<string[]>;
