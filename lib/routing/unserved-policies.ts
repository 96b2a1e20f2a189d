import { METHODS } from 'node:http';
import type { CompiledPolicies } from '../policy/compiled-policies.js';
import { PolicyComposer, type ComposedPolicy } from '../policy/policy-composer.js';
import {
  mergeLayers,
  NO_ROUTE_DEFAULTS,
  shorter,
  type PolicyFields,
  type PolicyLayer,
  type RouteDefaults,
} from '../policy/policy-fields.js';
import { isForbiddenMethod } from '../protocol/names.js';
import type { CorsRoute } from './cors-route.js';
import type { Governed, GovernedPlace, GovernedRoute } from './governance.js';

/**
 * What governs a method that no route serves at a path which Nest's routes serve with others: the entry of `routes` that
 * covers it, else what the policies of these routes have in common. So a page can read the 404 or 405, which clients of
 * protocols that try out methods rely on (MCP over HTTP).
 *
 * Where no layer lists methods, such a preflight is approved for any that Node knows: nobody serves it. Of others, such as
 * `patch`, the answer would be Node's own 400, which no page can read. Nor is it approved where one of the routes has a
 * wildcard: that is there for what it does not know, and behind it a middleware may serve the rest.
 */
export class UnservedPolicies {
  private composer: PolicyComposer;
  private readonly known = new Map<GovernedPlace, Map<string, Governed>>();

  /**
   * @param elsewhere - the place of all paths that no entry covers
   * @param routes - what governs the routes, by the route's index
   * @param compiled - the policies of the app
   */
  constructor(
    private readonly elsewhere: GovernedPlace,
    private readonly routes: readonly GovernedRoute[],
    private readonly compiled: CompiledPolicies,
  ) {
    this.composer = new PolicyComposer(compiled);
  }

  /** Forgets what was composed so far. */
  forget(): void {
    this.composer = new PolicyComposer(this.compiled);
    this.known.clear();
  }

  /** @param others - the routes of Nest that serve the path with other methods */
  at(place: GovernedPlace, others: readonly CorsRoute[]): Governed {
    const { own } = place;
    if (others.length === 0 || own === undefined) return own;
    const ofPlace = this.known.get(place) ?? new Map<string, Governed>();
    this.known.set(place, ofPlace);
    const key = others.map(({ index }) => index).join(' ');
    if (!ofPlace.has(key)) ofPlace.set(key, this.compose(place, own, others));
    return ofPlace.get(key);
  }

  private compose(place: GovernedPlace, own: ComposedPolicy, others: readonly CorsRoute[]): Governed {
    const defaults: RouteDefaults = {
      ...NO_ROUTE_DEFAULTS,
      methods: others.some(({ path }) => OPEN_ENDED.test(path)) ? [] : KNOWN_METHODS,
    };
    if (place !== this.elsewhere) return this.composer.compose(own.layers, defaults);
    const policies = others.map(({ index }) => governedAt(this.routes[index] as GovernedRoute, place));
    // Of a path that one of them leaves alone nobody else knows what is right.
    if (!policies.every((policy) => policy !== undefined)) return own;
    const layers = commonLayers(policies, others, defaults);
    if (policies.every(({ reported }) => reported === undefined)) {
      return this.composer.compose(layers, NO_ROUTE_DEFAULTS);
    }
    const toCome = policies.map((policy) => policy.reported ?? policy);
    return this.composer.compose(layers, NO_ROUTE_DEFAULTS, commonLayers(toCome, others, defaults));
  }
}

/** Layers that come to what the policies of some routes have in common. */
function commonLayers(
  policies: readonly ComposedPolicy[],
  routes: readonly CorsRoute[],
  defaults: RouteDefaults,
): readonly PolicyLayer[] {
  const all = policies.map(({ layers }) => mergeLayers(layers, defaults).fields);
  // Apart from the layers, where one that says nothing would not be asked.
  const maxAge = all.map((fields) => fields.maxAge).reduce(shorter);
  return all.map((fields, index): PolicyLayer => ({
    where: (routes[index] as CorsRoute).where,
    merge: index === 0 ? 'replace' : 'restrict',
    fields: { ...fields, maxAge } as PolicyFields,
    unread: [],
    raw: {},
  }));
}

function governedAt({ home, governed, elsewhere }: GovernedRoute, place: GovernedPlace): Governed {
  return place === home ? governed : elsewhere?.get(place);
}

/** What a page can ask for. */
const KNOWN_METHODS = METHODS.filter((method) => !isForbiddenMethod(method));

/** A wildcard of either platform. */
const OPEN_ENDED = /\*/;
