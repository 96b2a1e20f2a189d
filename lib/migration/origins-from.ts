import type { OriginString } from '../policy/cors-policy-options.interface.js';
import { partsOf } from './comma-list.js';

/**
 * Reads a list of origins out of an environment variable: parts between commas, without the white space around them; empty
 * ones, such as one behind a comma at the end, are left out.
 *
 * Whether each is an origin, the start-up check finds out, and names the one that is not.
 *
 * @param text - the variable's value; `undefined` where it is not set
 * @returns the list, empty if there is none
 *
 * @example
 * ```ts
 * CorsModule.forRoot({ origin: originsFrom(process.env['CORS_ORIGINS']) })
 * ```
 */
export function originsFrom(text: string | undefined): readonly OriginString[] {
  return partsOf(text ?? '') as readonly OriginString[];
}
