import type { CorsPolicyName } from '../policy/cors-policy-options.interface.js';
import { corsDecorator, type CorsDecorator } from './cors-decorator.js';

/**
 * Gives a controller or a handler a policy from the module's `policies`. Its fields lie on top of the module's default
 * and below the decorators that stand beside it; a handler's named policy takes the place of its controller's, and a
 * subclass's the place of all that its base class says.
 *
 * @param name - a key of `policies`; the compiler knows them if the app has added them to `CorsPolicyNames`
 * @throws `CorsConfigurationError` when the app starts, if there is no policy of that name, or if it stands on
 * something that serves no route
 *
 * @example
 * ```ts
 * @UseCorsPolicy('partners')
 * @Controller('orders')
 * export class OrdersController {}
 * ```
 */
export function UseCorsPolicy(name: CorsPolicyName): CorsDecorator {
  return corsDecorator('policies', name);
}
