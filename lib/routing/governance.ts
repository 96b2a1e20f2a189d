import { stricter, type Enforcement } from '../policy/enforcement.js';
import { compilePolicy, type Policy } from '../policy/policy.js';
import type { ComposedPolicy } from '../policy/policy-composer.js';
import {
  closingLayer,
  mergeLayers,
  NO_ROUTE_DEFAULTS,
  type PolicyLayer,
  type RouteDefaults,
} from '../policy/policy-fields.js';
import type { LiveOrigins, OriginChange } from '../policy/live-origins.js';
import { compileOrigins, type OriginRule } from '../policy/origin-set.js';
import type { CorsRoute } from './cors-route.js';
import type { AstrayPolicies } from './astray-policies.js';
import type { Place, Places } from './places.js';
import type { UnservedPolicies } from './unserved-policies.js';

/** What governs something: a policy, or `undefined` where the path is unmanaged. */
export type Governed = ComposedPolicy | undefined;

/** An entry of `routes` with its policy; or all paths that no entry covers, with the module's default. */
export interface GovernedPlace extends Place {
  /** `options.routes[0]`, or `options` for the module's default. */
  readonly where: string;
  /** The path as it was written; `*` for the module's default. */
  readonly path: string;
  /** The policy of what no route of Nest serves there. */
  readonly own: Governed;
}

/** What governs a route. */
export interface GovernedRoute {
  /** The layers of its decorators, outermost first. */
  readonly decorators: readonly PolicyLayer[];
  /** What the route says of itself where no layer does. */
  readonly defaults: RouteDefaults;
  /** The most specific place that has all paths of the route. */
  readonly home: GovernedPlace;
  readonly governed: Governed;
  /** Places that have some of the route's paths, with what governs these; `undefined` if there are none. */
  readonly elsewhere: ReadonlyMap<GovernedPlace, Governed> | undefined;
}

/** A request, as far as it decides what governs it. */
export interface Arrival {
  /** The path as it came in, percent-encoded; `undefined` for `OPTIONS *`. */
  readonly path: string | undefined;
  /** Whether somebody has changed the path since then. */
  readonly isRewritten: boolean;
  /**
   * The routes of Nest that serve the path with other methods, where nothing serves it with the one that is asked for.
   */
  readonly othersAt: () => readonly CorsRoute[];
}

/** What governs a request. */
export interface Ruling {
  /** `undefined` where the path is unmanaged. */
  readonly policy: Policy | undefined;
  readonly governed: Governed;
  readonly place: GovernedPlace;
  /** Whether the path can be read as several with different policies, so that it is closed. */
  readonly isAmbiguous: boolean;
}

/** The parts of a {@link Governance}. */
export interface GovernanceParts {
  /** What governs the routes, by the route's index. */
  readonly routes: readonly GovernedRoute[];
  readonly places: Places<GovernedPlace>;
  /** The named policies, each on top of the module's options. */
  readonly named: ReadonlyMap<string, Policy>;
  readonly unserved: UnservedPolicies;
  readonly astray: AstrayPolicies;
  /** The app's own origins, `undefined` where nobody has said. */
  readonly publicOrigins: ReadonlySet<string> | undefined;
  /** The module's own list of origins, if it can change by itself. */
  readonly live: LiveOrigins | undefined;
  readonly watch: Watch;
}

/** What the options say about who is told of refusals. */
export interface Watch {
  readonly refusals: boolean;
  readonly debug: boolean;
}

/**
 * Every policy of the app, computed and checked as a whole, and the one authority on which of them governs a response.
 * Immutable but for the module's
 * own list of origins, so that a running app changes its options by taking on another one.
 */
export class Governance {
  readonly routes: readonly GovernedRoute[];
  readonly places: Places<GovernedPlace>;
  /** The module's default. */
  readonly defaultPolicy: Policy;
  /** The named policies, each on top of the module's options. */
  readonly named: ReadonlyMap<string, Policy>;
  readonly publicOrigins: ReadonlySet<string> | undefined;
  /** Whether some policy has a source to ask, so that requests may have to wait. */
  readonly asks: boolean;
  /** Which requests of other origins the policies refuse, taken together; `false` if none refuses any. */
  readonly enforces: Enforcement;
  /** Whether some policy may hold a request up, or refuse it: it has a source to ask, or enforces. */
  readonly intervenes: boolean;
  /** Whether some policy has fields to come, which are only reported. */
  readonly reports: boolean;
  /** Whether the policy of some route has a source that waits for the guards. */
  readonly asksAfterGuards: boolean;
  /** The module's own list of origins, where it is long, and no other list was made of it. */
  readonly live: LiveOrigins | undefined;
  readonly watch: Watch;
  private readonly unserved: UnservedPolicies;
  private readonly astray: AstrayPolicies;
  /** The policies of the routes for the paths that they have at home. */
  private readonly policies: readonly (Policy | undefined)[];

  constructor({ routes, places, named, unserved, astray, publicOrigins, live, watch }: GovernanceParts) {
    this.watch = watch;
    this.live = live;
    this.routes = routes;
    this.places = places;
    // Only an entry of `routes` can leave something unmanaged.
    this.defaultPolicy = (places.elsewhere.own as ComposedPolicy).policy;
    this.named = named;
    this.unserved = unserved;
    this.astray = astray;
    this.publicOrigins = publicOrigins;
    this.policies = routes.map(({ governed }) => governed?.policy);
    const ofRoutes = new Set(routes.map(({ governed }) => governed));
    for (const { elsewhere } of routes) elsewhere?.forEach((governed) => ofRoutes.add(governed));
    const all = [...ofRoutes, ...places.list.map(({ own }) => own), places.elsewhere.own];
    this.asks = all.some((one) => (one?.policy.origin.asked.length ?? 0) > 0);
    this.reports = all.some((one) => one?.reported !== undefined);
    this.enforces = strictest(all);
    this.intervenes = this.asks || this.enforces !== false;
    this.asksAfterGuards = [...ofRoutes].some((one) => one?.policy.origin.afterGuards);
  }

  /**
   * The policy that governs a request; `undefined` where its path is unmanaged.
   *
   * @param route - the route that serves it, if it is one of Nest
   */
  policyOf(route: CorsRoute | undefined, arrival: Arrival): Policy | undefined {
    if (route !== undefined && (this.places.isEmpty || this.isAtHome(route, arrival))) {
      return this.policies[route.index];
    }
    return this.rulingOf(route, arrival).policy;
  }

  /** The policy of a path, whatever routes serve it: for what no route can serve, a WebSocket. */
  policyAt({ path }: Pick<Arrival, 'path'>): Policy | undefined {
    return this.policyOf(undefined, { path, isRewritten: false, othersAt: () => [] });
  }

  /** The same, and why. */
  rulingAt({ path }: Pick<Arrival, 'path'>): Ruling {
    return this.rulingOf(undefined, { path, isRewritten: false, othersAt: () => [] });
  }

  /** What the module's options say of origins, compiled. */
  get rule(): OriginRule | undefined {
    return this.places.elsewhere.own?.policy.origin;
  }

  /** Adds to the module's own list, or removes from it, in one step and for all that share it; see {@link LiveOrigins}. */
  changeOrigins(change: OriginChange): void {
    this.live?.change(change);
    // What is composed while requests come in is composed anew, of lists as they are then.
    this.unserved.forget();
    this.astray.forget();
  }

  /** What governs a request, and why; see {@link Governance.policyOf}. */
  rulingOf(route: CorsRoute | undefined, arrival: Arrival): Ruling {
    const { path } = arrival;
    if (route !== undefined && (this.places.isEmpty || this.isAtHome(route, arrival))) {
      const { governed, home } = this.routes[route.index] as GovernedRoute;
      return { policy: governed?.policy, governed, place: home, isAmbiguous: false };
    }
    // Nobody knows what is asked for, so it is walled off as well if anything is.
    if (path === undefined) return this.closed(this.places.elsewhere, false, this.enforces);
    const rulings = this.placesOf(path, arrival.isRewritten ? undefined : route).map((place) => ({
      place,
      governed: this.governedAt(place, route, arrival),
    }));
    const [{ place, governed }] = rulings as [(typeof rulings)[number]];
    const policy = governed?.policy;
    if (rulings.every((other) => other.governed?.policy === policy)) {
      return { policy, governed, place, isAmbiguous: false };
    }
    return this.closed(place, true, strictest(rulings.map((other) => other.governed)));
  }

  /** The ruling on a handler that nobody knows. */
  closed(place: GovernedPlace, isAmbiguous: boolean, enforce: Enforcement): Ruling {
    return { policy: CLOSED[`${enforce}`], governed: undefined, place, isAmbiguous };
  }

  /** Most requests are for a route that has one policy at all its paths, by a path that has one reading. */
  private isAtHome({ index }: CorsRoute, { path, isRewritten }: Arrival): boolean {
    return (
      (this.routes[index] as GovernedRoute).elsewhere === undefined &&
      !isRewritten &&
      path !== undefined &&
      this.places.isPlain(path)
    );
  }

  /**
   * The places of all readings of a path. One of the places of the route that serves it is among them: where none is, the
   * platform reads the path as nobody else does.
   */
  private placesOf(path: string, route: CorsRoute | undefined): readonly GovernedPlace[] {
    const places = this.places.placesOf(path);
    if (route === undefined) return places;
    const { home, elsewhere } = this.routes[route.index] as GovernedRoute;
    const isKnown = places.some((place) => place === home || elsewhere?.has(place) === true);
    return isKnown ? places : [...places, home];
  }

  private governedAt(place: GovernedPlace, route: CorsRoute | undefined, arrival: Arrival): Governed {
    if (route === undefined) return this.unserved.at(place, arrival.othersAt());
    const { home, governed, elsewhere } = this.routes[route.index] as GovernedRoute;
    if (place === home) return governed;
    return elsewhere?.has(place) === true ? elsewhere.get(place) : this.astray.at(place, route);
  }
}

/** What is in force where it is not sure what governs: it allows nobody. */
const CLOSED = {
  false: closedPolicy(false),
  unsafe: closedPolicy('unsafe'),
  true: closedPolicy(true),
} as const;

function closedPolicy(enforce: Enforcement): Policy {
  const { fields } = mergeLayers([closingLayer('', enforce)], NO_ROUTE_DEFAULTS);
  return compilePolicy(fields, compileOrigins([], { secureOnly: true }));
}

/** What the strictest of several policies refuses. */
function strictest(all: readonly Governed[]): Enforcement {
  return all.reduce<Enforcement>((known, one) => stricter(known, one?.policy.enforce ?? false), false);
}
