import type { Policy } from '../policy/policy.js';
import { OPAQUE_ORIGIN } from '../protocol/serialized-origin.js';
import type { CorsRoute } from '../routing/cors-route.js';
import type { Governance } from '../routing/governance.js';
import { fixedRedirect } from '../routing/nest-internals.js';

/** For how long every engine that ships keeps a preflight, in seconds, if it is told to. */
export const KEPT_BY_ALL = 600;

/**
 * Whether engines may differ over an app, so that the table of engines has to be loaded. Most apps have nothing of what this
 * looks for.
 */
export function needsAdvice(
  routes: readonly CorsRoute[],
  { routes: governed, places }: Pick<Governance, 'routes' | 'places'>,
): boolean {
  const policies = new Set<Policy | undefined>();
  for (const one of governed) {
    policies.add(one.governed?.policy);
    one.elsewhere?.forEach((other) => policies.add(other?.policy));
  }
  for (const { own } of [places.elsewhere, ...places.list]) policies.add(own?.policy);
  for (const policy of policies) if (policy !== undefined && mayDiffer(policy)) return true;
  return routes.some(({ handler }) => fixedRedirect(handler) !== undefined);
}

/** Of what nobody may read, no engine keeps anything. */
function mayDiffer({ maxAge, origin, closed }: Policy): boolean {
  if (closed) return false;
  return Number(maxAge) > KEPT_BY_ALL || (!origin.any && origin.allows(OPAQUE_ORIGIN));
}
