import type { CompiledPolicies } from '../policy/compiled-policies.js';
import { PolicyComposer } from '../policy/policy-composer.js';
import { closingLayer } from '../policy/policy-fields.js';
import type { CorsRoute } from './cors-route.js';
import type { Governed, GovernedPlace, GovernedRoute } from './governance.js';

/**
 * What governs a request for a path that an entry of `routes` covers, where a handler answers it that has no path there: a
 * middleware has changed the URL on the way. Both have their say. The entry is a layer around the handler's decorators, as it is for
 * handlers below it: so an open entry lends nothing to a handler that says who may read it.
 */
export class AstrayPolicies {
  private readonly known = new Map<GovernedPlace, Map<CorsRoute, Governed>>();

  /**
   * @param routes - what governs the routes, by the route's index
   * @param compiled - the policies of the app
   */
  constructor(
    private readonly routes: readonly GovernedRoute[],
    private readonly compiled: CompiledPolicies,
  ) {}

  /** Forgets what was composed so far. */
  forget(): void {
    this.known.clear();
  }

  /** @param route - one that has no path in the place */
  at(place: GovernedPlace, route: CorsRoute): Governed {
    const ofPlace = this.known.get(place) ?? new Map<CorsRoute, Governed>();
    this.known.set(place, ofPlace);
    if (!ofPlace.has(route)) ofPlace.set(route, this.compose(place, route));
    return ofPlace.get(route);
  }

  private compose({ own }: GovernedPlace, { index, where }: CorsRoute): Governed {
    if (own === undefined) return own;
    const { decorators, defaults } = this.routes[index] as GovernedRoute;
    const composer = new PolicyComposer(this.compiled);
    const composed = composer.compose([...own.layers, ...decorators], defaults);
    if (composer.problems.length === 0) return composed;
    // Fine alone, and wrong together, which nobody could say when the app started.
    return composer.compose([...own.layers, closingLayer(where, composed.policy.enforce)], defaults);
  }
}
