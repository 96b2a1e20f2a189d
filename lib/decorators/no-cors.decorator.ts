import type { NoCorsOptions } from '../policy/cors-policy-options.interface.js';
import { corsDecorator, type CorsDecorator } from './cors-decorator.js';

/** One object, so that a second `@NoCors()` says the same as the first. */
const NO_OPTIONS: NoCorsOptions = {};

/**
 * Closes a controller or a handler, whatever the layers around it say: its responses carry no `Access-Control-*` header,
 * whoever set one, and its preflights are refused with 403. The handler runs all the same, unless `enforce` is on.
 *
 * A handler's `@AllowOrigin` or `@UseCorsPolicy` opens that handler of a `@NoCors()` controller again; of the layers
 * outside nothing is then inherited but `enforce`. In the same way a subclass may close or open what its base class says.
 *
 * @param options - `enforce`, if it is to be another one than that of the layers around
 * @throws `CorsConfigurationError` when the app starts, if it stands beside a decorator that sets a policy, or on
 * something that serves no route
 *
 * @example
 * ```ts
 * @Post('internal')
 * @NoCors()
 * internal() {}
 * ```
 *
 * @example A webhook, which other sites are to call in an app with `enforce: true`
 * ```ts
 * @Post('webhook')
 * @NoCors({ enforce: false })
 * webhook() {}
 * ```
 */
export function NoCors(options: NoCorsOptions = NO_OPTIONS): CorsDecorator {
  return corsDecorator('noCors', options);
}
