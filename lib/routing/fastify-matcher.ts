import FindMyWay from 'find-my-way';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import type { CorsRoute } from './cors-route.js';
import { fastifyConstraints, type RouteMatching } from './nest-internals.js';
import type { RouteMatcher } from './route-matcher.js';

/** Where `onRoute` leaves the route in Fastify's own route configuration. */
const ROUTE = Symbol('nestjs-cors:route');

type Constraints = Readonly<Record<string, unknown>>;

/** A route of Fastify, with the route of Nest that it is, if it is one. */
interface MirroredRoute {
  readonly methods: readonly string[];
  readonly url: string;
  readonly constraints: Constraints;
  readonly route: CorsRoute | undefined;
}

/**
 * Finds routes on Fastify.
 *
 * An actual request has its route in `routeOptions.config`, where an `onRoute` hook puts it. A preflight is routed by
 * Fastify to whatever handles OPTIONS, so its target is looked up in a mirror of Fastify's router: the same library
 * with the same options, fed with the same routes in the same order.
 */
export class FastifyMatcher implements RouteMatcher {
  private readonly mirrored: MirroredRoute[] = [];
  private routesByKey = new Map<string, CorsRoute>();
  private mirror: Mirror | undefined;

  /**
   * @param instance - Fastify, before any route that matters is registered: `onRoute` sees later routes only
   * @param matching - the options of Fastify's router
   */
  constructor(
    private readonly instance: FastifyInstance,
    private readonly matching: RouteMatching,
  ) {
    instance.addHook('onRoute', (options) => this.onRoute(options));
  }

  setRoutes(routes: readonly CorsRoute[]): void {
    for (const route of routes) {
      const key = routeKey(route.method, route.path, constraintsOf(route));
      // Under a conflict policy Nest drops the later of two equal routes; without one Fastify rejects it.
      if (!this.routesByKey.has(key)) this.routesByKey.set(key, route);
    }
  }

  routeOf(request: FastifyRequest): CorsRoute | undefined {
    const route = (request.routeOptions.config as unknown as { readonly [ROUTE]?: CorsRoute })[ROUTE];
    return route === undefined || !route.servesHost(request.hostname) ? undefined : route;
  }

  targetsOf(request: FastifyRequest, method: string): readonly CorsRoute[] {
    this.mirror ??= new Mirror(this.mirrored, this.matching, this.instance);
    return this.mirror.find(method, request.raw.url ?? '', request.host).filter((route) => {
      return route.servesHost(request.hostname);
    });
  }

  private onRoute(options: RouteOptions & { readonly path: string }): void {
    const methods = Array.isArray(options.method) ? options.method : [options.method];
    const constraints = (options.constraints ?? {}) as Constraints;
    const route = this.registered(methods, options.url, constraints);
    if (route !== undefined)
      options.config = { ...options.config, [ROUTE]: route } as NonNullable<typeof options.config>;
    this.mirrored.push({ methods, url: options.url, constraints, route });
    this.mirror = undefined;
  }

  /** The route of Nest that Fastify is registering. Fastify itself adds the HEAD route of a GET route. */
  private registered(
    methods: readonly string[],
    url: string,
    constraints: Constraints,
  ): CorsRoute | undefined {
    const [first = ''] = methods;
    const names = methods.length > 1 ? ['ALL'] : first === 'HEAD' ? ['HEAD', 'GET'] : [first];
    return names.map((name) => this.routesByKey.get(routeKey(name, url, constraints))).find((route) => route);
  }
}

/** The constraints with which Nest registers a route. */
function constraintsOf({ version, decorated }: CorsRoute): Constraints {
  const isVersioned = version !== undefined && typeof version !== 'symbol';
  return { ...fastifyConstraints(decorated), ...(isVersioned && { version }) };
}

/** Tells routes apart as Fastify does: it rejects two with the same method, URL and constraints. */
function routeKey(method: string, url: string, constraints: Constraints): string {
  const names = Object.keys(constraints).sort();
  return [
    method,
    url,
    ...names.map((name) => `${name}=${[constraints[name]].flat().map(String).join(' ')}`),
  ].join(' ');
}

/** A copy of Fastify's router that can be asked what a request would reach. */
class Mirror {
  private readonly router: FindMyWay.Instance<FindMyWay.HTTPVersion.V1>;
  /** Every combination of values that a request could have for the constraints that a preflight does not show. */
  private readonly hidden: readonly Constraints[];

  constructor(routes: readonly MirroredRoute[], matching: RouteMatching, instance: FastifyInstance) {
    const values = new Map<string, Set<unknown>>();
    for (const { constraints } of routes) {
      for (const [name, value] of Object.entries(constraints)) {
        // The host is known. It is the one constraint of find-my-way itself that Nest leaves as it is.
        if (name === 'host') continue;
        const known = values.get(name) ?? new Set([undefined]);
        values.set(name, known);
        for (const one of [value].flat()) known.add(one);
      }
    }
    this.hidden = combinations([...values]);
    this.router = FindMyWay({
      ...routerOptions(matching, instance),
      constraints: Object.fromEntries([...values.keys()].map((name) => [name, exactConstraint(name)])),
    });
    for (const { methods, url, constraints, route } of routes) {
      try {
        this.router.on(methods as FindMyWay.HTTPMethod[], url, { constraints }, noop, { route });
      } catch {
        // Fastify has refused it as well: the HEAD route that it adds beside one that is declared.
      }
    }
  }

  find(method: string, url: string, host: string): readonly CorsRoute[] {
    const found = new Set<CorsRoute>();
    for (const constraints of this.hidden) {
      const result = this.router.find(method as FindMyWay.HTTPMethod, url, { ...constraints, host });
      const route = (result?.store as { readonly route?: CorsRoute } | undefined)?.route;
      if (route !== undefined && !hasEmptyParameter(result?.params)) found.add(route);
    }
    return [...found];
  }
}

function routerOptions(
  matching: RouteMatching,
  { initialConfig }: FastifyInstance,
): FindMyWay.Config<FindMyWay.HTTPVersion.V1> {
  const { ignoreDuplicateSlashes } = { ...initialConfig, ...initialConfig.routerOptions };
  return {
    caseSensitive: matching.caseSensitive,
    ignoreTrailingSlash: matching.ignoreTrailingSlash,
    ignoreDuplicateSlashes: ignoreDuplicateSlashes ?? false,
    // Whether a route's expression is safe is Fastify's to say, and it has accepted these.
    allowUnsafeRegex: true,
    querystringParser: noop,
    ...(matching.maxParamLength !== undefined && { maxParamLength: matching.maxParamLength }),
    ...(matching.useSemicolonDelimiter !== undefined && {
      useSemicolonDelimiter: matching.useSemicolonDelimiter,
    }),
  };
}

/** Nest answers 404 where a parameter is empty (`requireNonEmptyParams` of its adapter). Only a wildcard may be. */
function hasEmptyParameter(params: Readonly<Record<string, string | undefined>> | undefined): boolean {
  return Object.entries(params ?? {}).some(([name, value]) => value === '' && name !== '*');
}

/** A constraint whose values are compared as they were declared, since the look-up asks for each of these. */
function exactConstraint(name: string): FindMyWay.ConstraintStrategy<FindMyWay.HTTPVersion.V1> {
  type Handler = FindMyWay.Handler<FindMyWay.HTTPVersion.V1>;
  return {
    name,
    mustMatchWhenDerived: false,
    validate: noop,
    deriveConstraint: () => '',
    storage: () => {
      const handlers = new Map<unknown, Handler>();
      return {
        get: (value: unknown) => handlers.get(value) ?? null,
        set: (values: unknown, handler: Handler) => {
          for (const value of [values].flat()) handlers.set(value, handler);
        },
      };
    },
  };
}

function combinations(values: readonly (readonly [string, ReadonlySet<unknown>])[]): readonly Constraints[] {
  return values.reduce<readonly Constraints[]>(
    (all, [name, options]) => all.flatMap((one) => [...options].map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}

function noop(): void {
  // A route needs a handler, and a strategy a validator; nothing here runs either.
}
