import { corsDecorator, type CorsDecorator } from './cors-decorator.js';

/**
 * Takes a controller or a handler out of CORS, whatever the layers around it say: its responses carry no
 * `Access-Control-*` header, whoever set one, and its preflights are refused with 403.
 *
 * A handler's `@AllowOrigin` or `@UseCorsPolicy` brings that handler of a `@NoCors()` controller back in; nothing of
 * the layers outside is then inherited. In the same way a subclass may close or open what its base class says.
 *
 * @throws `CorsConfigurationError` when the app starts, if it stands beside a decorator that sets a policy, or on
 * something that serves no route
 *
 * @example
 * ```ts
 * @Post('internal')
 * @NoCors()
 * internal() {}
 * ```
 */
export function NoCors(): CorsDecorator {
  return corsDecorator('noCors', true);
}
