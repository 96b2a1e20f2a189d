import type { PreflightOptions } from '../policy/cors-policy-options.interface.js';
import { corsDecorator, type CorsDecorator } from './cors-decorator.js';

/**
 * Says what a preflight for a controller or a handler may be told: which methods and request headers scripts may use,
 * and for how long a browser may remember it. Which origins may ask is said by `@AllowOrigin`, or by a layer around it.
 *
 * @param options - `methods`, `allowedHeaders`, `maxAge`, `optionsSuccessStatus` and `merge`
 * @throws `CorsConfigurationError` when the app starts, if anything in it is refused, or if no layer names an origin
 * @see Fetch, "CORS-preflight fetch"
 *
 * @example
 * ```ts
 * @Preflight({ allowedHeaders: ['content-type', 'x-csrf-token'], maxAge: 3600 })
 * ```
 *
 * @example One header more than the layer around it allows
 * ```ts
 * @Preflight({ allowedHeaders: 'x-api-key', merge: 'extend' })
 * ```
 */
export function Preflight(options: PreflightOptions): CorsDecorator {
  return corsDecorator('preflight', options);
}
