import type FindMyWay from 'find-my-way';
import type { FastifyInstance } from 'fastify';
import { LatePart } from '../late-part.js';
import type { CorsRoute } from './cors-route.js';
import { fastifyRouter } from './nest-internals.js';
import type { RouteMatching } from './nest/route-matching.js';

type Http1 = FindMyWay.HTTPVersion.V1;

/** What Fastify's router is made with, for an instance that does not show its own. */
const ROUTER = new LatePart(async () => (await import('find-my-way')).default);

/** What a request must have, beside its method and URL, for a route to serve it. */
export type Constraints = Readonly<Record<string, unknown>>;

/** A route as it was registered with Fastify. */
export interface MirroredRoute {
  readonly method: string | readonly string[];
  readonly url: string;
  readonly constraints: Constraints;
  /** Whether Fastify has added it to a GET route, for HEAD. */
  readonly isHeadOfGet: boolean;
}

/** A route that a request could reach. */
export interface FoundRoute {
  readonly route: CorsRoute;
  /** The parameters of the path, as Fastify has them. */
  readonly params: Readonly<Record<string, string | undefined>>;
}

/**
 * A copy of Fastify's router that can be asked what a request would reach: the same library with the same options.
 *
 * The router keeps the routes of each method apart, and so does the copy, which is made of a method's routes when the
 * first preflight asks for that method: most apps are never asked for most of theirs.
 */
export class FastifyMirror {
  private readonly routers = new Map<string, FindMyWay.Instance<Http1>>();
  private readonly routes = new Map<string, MirroredRoute[]>();
  private readonly requests: readonly Constraints[];
  private readonly config: FindMyWay.Config<Http1>;
  private readonly isVersioned: boolean;
  private readonly createRouter: typeof FindMyWay;

  /**
   * @param routes - in the order in which Fastify got them
   * @param routeOf - the route of Nest that one of them is, if it is one
   * @param matching - the options of Fastify's router that Nest reports
   * @param instance - has the others, and the library
   */
  constructor(
    routes: readonly MirroredRoute[],
    private readonly routeOf: (registered: MirroredRoute) => CorsRoute | undefined,
    matching: RouteMatching,
    instance: FastifyInstance,
  ) {
    this.createRouter = fastifyRouter(instance) ?? ROUTER.get();
    this.requests = possibleRequests(routes);
    const hidden = new Set(this.requests.flatMap(Object.keys));
    this.isVersioned = hidden.has('version');
    this.config = {
      ...routerOptions(matching, instance),
      constraints: Object.fromEntries([...hidden].map((name) => [name, exactConstraint(name)])),
    };
    for (const route of routes) {
      for (const method of [route.method].flat()) {
        const ofMethod = this.routes.get(method);
        if (ofMethod === undefined) this.routes.set(method, [route]);
        else ofMethod.push(route);
      }
    }
  }

  /** Loads the library, unless the instance has it; once, before there is any mirror. */
  static async load(instance: FastifyInstance): Promise<void> {
    if (fastifyRouter(instance) === undefined) await ROUTER.load();
  }

  /**
   * The routes of Nest that a request could reach.
   *
   * @param url - the request target
   * @param host - the `Host` of the request, as it was sent
   * @param versions - what it asks for, the first that some route serves; any if they are not known
   */
  find(
    method: string,
    url: string,
    host: string | undefined,
    versions?: readonly unknown[],
  ): readonly FoundRoute[] {
    const router = this.routers.get(method) ?? this.routerOf(method);
    const found: FoundRoute[] = [];
    if (router === undefined) return found;
    for (const request of this.requests) {
      const constraints = this.isVersioned && versions ? { ...request, version: versions } : request;
      const result = router.find(method as FindMyWay.HTTPMethod, url, { ...constraints, host });
      const route = (result?.store as { readonly route?: CorsRoute } | undefined)?.route;
      if (result === null || route === undefined || hasEmptyParameter(result.params)) continue;
      if (!found.some((other) => other.route === route)) found.push({ route, params: result.params });
    }
    return found;
  }

  /** Whether a route serves a request that is none of Nest. */
  servesForeign(method: string, url: string, host: string | undefined): boolean {
    const router = this.routers.get(method) ?? this.routerOf(method);
    if (router === undefined) return false;
    return this.requests.some((constraints) => {
      const result = router.find(method as FindMyWay.HTTPMethod, url, { ...constraints, host });
      return result !== null && (result.store as { readonly route?: CorsRoute }).route === undefined;
    });
  }

  /** The methods of all routes. */
  get methods(): Iterable<string> {
    return this.routes.keys();
  }

  /** `undefined` for a method that no route serves. */
  private routerOf(method: string): FindMyWay.Instance<Http1> | undefined {
    const routes = this.routes.get(method);
    if (routes === undefined) return undefined;
    const router = this.createRouter(this.config);
    for (const registered of routes) {
      const { url, constraints } = registered;
      const route = this.routeOf(registered);
      try {
        router.on(method as FindMyWay.HTTPMethod, url, { constraints }, noop, { route });
      } catch {
        // Served by an earlier one already. Fastify drops these as well: HEAD routes that it would add to GET routes.
      }
    }
    this.routers.set(method, router);
    return router;
  }
}

/**
 * What requests can have for the constraints that a preflight does not show: for each route just what it asks for, and
 * nothing at all.
 *
 * These are enough, and every combination of values, of which there may be thousands, would find no more: whatever
 * takes a request away from a route that asks for `version` alone takes it away with or without a `region` as well.
 */
function possibleRequests(routes: readonly MirroredRoute[]): readonly Constraints[] {
  const requests = new Map<string, Constraints>();
  const ids = new Map<unknown, number>();
  for (const { constraints } of routes) {
    for (const request of singleValues(hiddenOf(constraints))) {
      const key = Object.entries(request)
        .map(([name, value]) => {
          if (!ids.has(value)) ids.set(value, ids.size);
          return `${name}=${ids.get(value)}`;
        })
        .toSorted()
        .join(' ');
      requests.set(key, request);
    }
  }
  return [...requests.set('', {}).values()];
}

/** The host is on the preflight, and find-my-way's own constraint for it is used as it is. */
function hiddenOf(constraints: Constraints): Constraints {
  const { host: _, ...hidden } = constraints;
  return hidden;
}

/** A route may serve several versions; a request asks for one. */
function singleValues(constraints: Constraints): readonly Constraints[] {
  return Object.entries(constraints).reduce<readonly Constraints[]>(
    (all, [name, values]) =>
      all.flatMap((one) => [values].flat().map((value) => ({ ...one, [name]: value }))),
    [{}],
  );
}

function routerOptions(matching: RouteMatching, { initialConfig }: FastifyInstance): FindMyWay.Config<Http1> {
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

/** A constraint whose values are compared as they were declared, since the look-up asks for each of these. */
function exactConstraint(name: string): FindMyWay.ConstraintStrategy<Http1> {
  return {
    name,
    mustMatchWhenDerived: false,
    validate: noop,
    deriveConstraint: () => '',
    storage: () => {
      const handlers = new Map<unknown, FindMyWay.Handler<Http1>>();
      return {
        // A request asks for one value, or for the first of several that there is.
        get: (values: unknown) => handlers.get([values].flat().find((value) => handlers.has(value))) ?? null,
        set: (values: unknown, handler: FindMyWay.Handler<Http1>) => {
          for (const value of [values].flat()) handlers.set(value, handler);
        },
      };
    },
  };
}

/** Nest answers 404 where a parameter is empty (`requireNonEmptyParams` of its adapter). Only a wildcard may be. */
export function hasEmptyParameter(params: Readonly<Record<string, string | undefined>> | undefined): boolean {
  for (const name in params) if (params[name] === '' && name !== '*') return true;
  return false;
}

function noop(): void {
  // A route needs a handler, and a strategy a validator; nothing here runs either.
}
