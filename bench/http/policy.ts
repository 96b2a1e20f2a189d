import type { OriginCount } from '../support/origins.js';
import { originMatchers, originStrings } from '../support/origins.js';

/*
 * One policy for all variants, with every field that an answer can have.
 */

export const METHODS: readonly string[] = ['PUT', 'DELETE'];
export const ALLOWED_HEADERS: readonly string[] = ['content-type', 'x-csrf-token'];
export const EXPOSED_HEADERS = ['x-request-id'] as const;
export const MAX_AGE = 600;

/** What this library's answers to preflights vary on. */
export const PREFLIGHT_VARY = 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers';

/** Who may read, for `@AllowOrigin`; with {@link preflight}, for `CorsModule`. */
export function access(origins: OriginCount) {
  return { origin: originStrings(origins), credentials: true, exposedHeaders: EXPOSED_HEADERS } as const;
}

/** What a preflight is told, for `@Preflight`. */
export const preflight = { methods: METHODS, allowedHeaders: ALLOWED_HEADERS, maxAge: MAX_AGE } as const;

/** The same, for `app.enableCors()` and `@fastify/cors`. A single origin is a list as well, or it is sent to anybody. */
export function otherOptions(origins: OriginCount) {
  return {
    origin: originMatchers(origins),
    credentials: true,
    exposedHeaders: [...EXPOSED_HEADERS],
    methods: [...METHODS],
    allowedHeaders: [...ALLOWED_HEADERS],
    maxAge: MAX_AGE,
  };
}
