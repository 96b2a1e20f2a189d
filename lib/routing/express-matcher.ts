import { METHODS } from 'node:http';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { VERSION_NEUTRAL, type VersioningOptions } from '@nestjs/common';
import { match, type MatchFunction } from 'path-to-regexp';
import type { CorsRoute } from './cors-route.js';
import { expressRoutes, type ExpressRoute } from './nest-internals.js';
import type { RouteMatching } from './nest/route-matching.js';
import { PathIndex } from './path-index.js';
import { commonParams, pathParams } from './path-params.js';
import { requestPath } from './request-path.js';
import type {
  ArrivedRequest,
  ForeignRoute,
  PathParams,
  PlatformRequest,
  RouteMatcher,
} from './route-matcher.js';

/** What Express adds to a request. */
interface ExpressRequest extends PlatformRequest {
  /** The route that the request is at, or was at last. */
  readonly route?: ExpressRoute;
  /** The parameters of its path. */
  readonly params?: object;
}

/** The parameters of a path, not decoded yet; `false` if the path is another one. */
type MatchPath = (path: string) => object | false;

/** A route with what decides whether a request is for it. */
interface Candidate {
  readonly match: MatchPath;
  /** The route of Nest; `undefined` for one that somebody has registered with Express directly, in front of Nest's. */
  readonly route: CorsRoute | undefined;
  /** The versions of which a request has to ask for one; `undefined` if it need not. */
  readonly versions: readonly unknown[] | undefined;
  /** Whether the request asks for one of them. */
  readonly servesVersion: (request: PlatformRequest) => boolean;
}

/** A route of Nest that a request can reach. */
type Target = Pick<Candidate, 'match' | 'versions'> & { readonly route: CorsRoute };

/** A candidate, and what it serves. */
interface Served {
  readonly methods: readonly string[];
  /** `undefined` for a pattern that is no text. */
  readonly path: string | undefined;
  readonly candidate: Candidate;
}

/**
 * Finds routes on Express, which tries its routes in the order in which they were registered. The same is done here,
 * with the same library for paths, and with Nest's own filters for hosts and versions.
 */
export class ExpressMatcher implements RouteMatcher {
  private routes: readonly CorsRoute[] = [];
  /** How many routes Express had when Nest's were not registered yet. */
  private earlier = 0;
  private stack: ExpressStack | undefined;
  private indexes: ReadonlyMap<string, PathIndex<Candidate>> | undefined;

  /**
   * @param adapter - builds Nest's version filters, and has the routes in front of Nest's
   * @param syntax - how Express's router reads paths
   * @param versioning - how versions are asked for
   */
  constructor(
    private readonly adapter: AbstractHttpAdapter,
    private readonly syntax: RouteMatching,
    private readonly versioning: () => VersioningOptions | undefined,
  ) {}

  setRoutes(routes: readonly CorsRoute[]): void {
    this.routes = routes;
    this.earlier = expressRoutes(this.adapter).length;
  }

  routeOf(arrived: ArrivedRequest): CorsRoute | undefined {
    const path = pathOf(arrived.url);
    return path === undefined ? undefined : this.arrivedAt(arrived, path)?.route;
  }

  targetsOf(request: ExpressRequest, method: string): readonly CorsRoute[] {
    const path = pathOf(request.url);
    return path === undefined ? [] : this.targets(request, method, path).map(({ route }) => route);
  }

  candidatesOf({ request }: ArrivedRequest): readonly (CorsRoute | undefined)[] {
    const path = pathOf(request.url);
    const targets = path === undefined ? [] : this.targets(request, request.method, path);
    const routes = targets.map(({ route }) => route);
    const last = targets.at(-1);
    // One that does not ask for a version serves all that gets there; else it may be one that nobody serves.
    return last !== undefined && last.versions === undefined ? routes : [...routes, undefined];
  }

  othersAt(request: ExpressRequest, method: string): readonly CorsRoute[] {
    const path = pathOf(request.url);
    if (path === undefined || this.candidates(path, method).some(({ route }) => route === undefined))
      return [];
    const found = this.methods().flatMap((other) =>
      this.targets(request, other, path).map(({ route }) => route),
    );
    return [...new Set(found)];
  }

  /**
   * A route that keeps what it gets, of a mounted router as well. Nest itself makes others: for middlewares of one method,
   * which stand in front of the route that they are for, and for its answer to what it does not serve. And Express hands
   * HEAD to all routes of a path, whatever their method, and lets them pass it on.
   */
  isElsewhere({ request }: ArrivedRequest): boolean {
    const { route, method } = request as ExpressRequest;
    if (route === undefined || !this.isForeign(route) || !answersForSure(route)) return false;
    const methods = withHead(methodsOf(route));
    return methods.has('ALL') || methods.has(method);
  }

  reachedBy({ route }: ExpressRequest): CorsRoute | undefined {
    return route && this.routesOfStack().own.get(route);
  }

  foreignRoutes(): readonly ForeignRoute[] {
    return expressRoutes(this.adapter)
      .filter((route) => this.isForeign(route))
      .flatMap((route) =>
        [route.path].flat(Infinity).map((path) => ({ methods: methodsOf(route), path: String(path) })),
      );
  }

  paramsOf(arrived: ArrivedRequest): PathParams | undefined {
    const { route: reached, params } = arrived.request as ExpressRequest;
    // A middleware may have changed the URL, so Express knows better once the request has reached a route.
    if (reached !== undefined && this.routesOfStack().own.has(reached)) return params && pathParams(params);
    const path = pathOf(arrived.url);
    const candidate = path === undefined ? undefined : this.arrivedAt(arrived, path);
    return candidate?.route === undefined ? undefined : paramsIn(path as string, candidate);
  }

  targetParams(request: ExpressRequest, method: string): PathParams | undefined {
    const path = pathOf(request.url);
    if (path === undefined) return undefined;
    const all = this.targets(request, method, path).map((target) => paramsIn(path, target));
    return all.includes(undefined) ? undefined : commonParams(all as readonly PathParams[]);
  }

  private methods(): readonly string[] {
    return [...(this.indexes ??= this.createIndexes()).keys()];
  }

  private isForeign(route: ExpressRoute): boolean {
    const { own, notFound } = this.routesOfStack();
    return !own.has(route) && !notFound.has(route);
  }

  /** For the first request that asks: Nest's routes are registered by then. */
  private routesOfStack(): ExpressStack {
    return (this.stack ??= findOwn(expressRoutes(this.adapter), this.routes, this.earlier));
  }

  private arrivedAt(arrived: ArrivedRequest, path: string): Candidate | undefined {
    const { request } = arrived;
    if (this.isElsewhere(arrived)) return undefined;
    return this.candidates(path, request.method).find(
      ({ route, servesVersion }) =>
        route === undefined || (route.servesHost(request) && servesVersion(request)),
    );
  }

  private targets(request: ExpressRequest, method: string, path: string): readonly Target[] {
    const targets: Target[] = [];
    const taken = new Set<unknown>();
    for (const { route, versions, match: matchPath } of this.candidates(path, method)) {
      if (route === undefined) break;
      if (!route.servesHost(request)) continue;
      // A request for a version that an earlier route serves does not get here.
      if (versions?.every((version) => taken.has(version)) === true) continue;
      targets.push({ route, versions, match: matchPath });
      if (versions === undefined) break;
      for (const version of versions) taken.add(version);
    }
    return targets;
  }

  private candidates(path: string, method: string): readonly Candidate[] {
    const byMethod = (this.indexes ??= this.createIndexes());
    const index = byMethod.get(method) ?? byMethod.get('ALL');
    return index?.candidates(path).filter((candidate) => candidate.match(path) !== false) ?? [];
  }

  /** By method; `ALL` is for those that no route names. For the first request that asks, not when the app starts. */
  private createIndexes(): ReadonlyMap<string, PathIndex<Candidate>> {
    const { inFront, behind } = this.routesOfStack();
    const foreign = (routes: readonly ExpressRoute[]): readonly Served[] =>
      routes.filter(answersForSure).map((route) => ({
        methods: methodsOf(route),
        path: textPath(route),
        candidate: this.foreignCandidate(route),
      }));
    const served = [
      ...foreign(inFront),
      ...this.routes.map((route): Served => ({
        methods: [route.method],
        path: route.path,
        candidate: this.candidate(route),
      })),
      ...foreign(behind),
    ];
    const indexes = new Map(
      ['HEAD', 'ALL', ...served.flatMap(({ methods }) => methods)].map((method) => [
        method,
        new PathIndex<Candidate>(this.syntax.caseSensitive),
      ]),
    );
    for (const { methods, path, candidate } of served) {
      const places = methods.includes('ALL') ? indexes.keys() : withHead(methods);
      for (const method of places) indexes.get(method)?.add(path, candidate);
    }
    return indexes;
  }

  private candidate(route: CorsRoute): Candidate {
    const versioning = this.versioning();
    const isVersioned =
      versioning !== undefined && route.version !== undefined && route.version !== VERSION_NEUTRAL;
    return {
      match: this.pathMatcher(route.path),
      route,
      versions: isVersioned ? [route.version].flat() : undefined,
      servesVersion: isVersioned ? this.versionFilter(route, versioning) : always,
    };
  }

  private foreignCandidate({ path }: ExpressRoute): Candidate {
    const matchers = [path].flat(Infinity).map((one) => this.pathMatcher(one));
    return {
      match: (requested) => matchers.some((matchPath) => matchPath(requested) !== false) && {},
      route: undefined,
      versions: undefined,
      servesVersion: always,
    };
  }

  private pathMatcher(path: unknown): MatchPath {
    if (path instanceof RegExp) return (requested) => requested.search(path) !== -1 && {};
    const { ignoreTrailingSlash } = this.syntax;
    const pattern = ignoreTrailingSlash && path !== '/' ? String(path).replace(/\/+$/, '') : String(path);
    const options = {
      sensitive: this.syntax.caseSensitive,
      trailing: ignoreTrailingSlash,
      end: true,
      decode: false,
    } as const;
    // Compiled for the first request that it may be for, not when the app starts.
    let matches: MatchFunction<object> | undefined;
    return (requested) => {
      const matched = (matches ??= match(pattern, options))(requested);
      return matched && matched.params;
    };
  }

  /** Nest's filter calls the handler for a request of the route's version, and `next` for others. */
  private versionFilter(
    route: CorsRoute,
    versioning: VersioningOptions,
  ): (request: PlatformRequest) => boolean {
    const filter = this.adapter.applyVersionFilter(
      () => true,
      route.version as never,
      versioning,
    ) as unknown as (request: PlatformRequest, response: undefined, next: () => boolean) => boolean;
    return (request) => {
      try {
        return filter(request, undefined, () => false);
      } catch {
        // The app's own extractor has thrown, so that no route serves the request.
        return false;
      }
    };
  }
}

/** The routes of Express, told apart. */
interface ExpressStack {
  /** Those that somebody else has registered in front of Nest's, and Nest for middlewares of one method. */
  readonly inFront: readonly ExpressRoute[];
  /** Those behind them, of somebody else. */
  readonly behind: readonly ExpressRoute[];
  /** Nest's own answers to what it does not serve: behind its routes, one for each path without the global prefix. */
  readonly notFound: ReadonlySet<ExpressRoute>;
  /** Those of Nest, with what they are. */
  readonly own: ReadonlyMap<ExpressRoute, CorsRoute>;
}

/**
 * Finds Nest's routes among those of Express: Nest registers them one behind the other, in the order in which they are
 * known. Others may stand in front of them, put there by modules when they were constructed or configured, and behind.
 *
 * @param all - the routes of Express
 * @param routes - the routes of Nest
 * @param from - how many there were before Nest's were registered, at least
 */
function findOwn(all: readonly ExpressRoute[], routes: readonly CorsRoute[], from: number): ExpressStack {
  // The last place where they fit: whoever registers the same route in front of Nest's is somebody else.
  for (let start = all.length - 1; start >= from; start--) {
    const own = ownFrom(all, routes, start);
    if (own !== undefined) {
      const later = all.slice(start + own.size);
      const paths = new Set<unknown>(routes.map(({ path }) => path));
      const notFound = new Set(
        later.filter(
          // Nest's own answer takes `next`.
          (one) => paths.has(one.path) && methodsOf(one).includes('ALL') && !answersForSure(one),
        ),
      );
      return {
        inFront: all.slice(0, start),
        own,
        behind: later.filter((one) => !notFound.has(one)),
        notFound,
      };
    }
  }
  // Somebody has changed the list: what looks like one of Nest's is taken for it.
  const found = all.slice(from).map((one) => [one, routes.find((route) => isSame(one, route))] as const);
  return {
    inFront: all.slice(0, from),
    behind: [],
    notFound: new Set(),
    own: new Map(found.flatMap(([one, route]) => (route === undefined ? [] : [[one, route] as const]))),
  };
}

function ownFrom(
  all: readonly ExpressRoute[],
  routes: readonly CorsRoute[],
  start: number,
): ReadonlyMap<ExpressRoute, CorsRoute> | undefined {
  const own = new Map<ExpressRoute, CorsRoute>();
  let at = start;
  const seen = new Set<string>();
  for (const route of routes) {
    const key = `${route.method} ${route.path}`;
    const registered = all[at];
    if (registered !== undefined && isSame(registered, route)) {
      own.set(registered, route);
      at++;
      // Under a conflict policy Nest drops the later of two equal routes.
    } else if (!seen.has(key)) {
      return undefined;
    }
    seen.add(key);
  }
  return own;
}

function isSame(registered: ExpressRoute, { method, path }: CorsRoute): boolean {
  return registered.path === path && methodsOf(registered).includes(method);
}

/**
 * Whether a route that is not Nest's keeps what it gets. One with a handler that takes `next` may be a middleware
 * (`app.all('*path', authenticate)`), behind which Nest's routes still serve.
 */
function answersForSure({ stack }: ExpressRoute): boolean {
  return stack.some(({ handle }) => handle.length === 1 || handle.length === 2);
}

/** `ALL` for a route of all methods: `app.all()` names each that Node knows. */
function methodsOf({ methods }: ExpressRoute): readonly string[] {
  const names = Object.keys(methods);
  return names.includes('_all') || names.length >= METHODS.length
    ? ['ALL']
    : names.map((method) => method.toUpperCase());
}

/** Express serves HEAD by a GET route. */
function withHead(methods: readonly string[]): ReadonlySet<string> {
  return new Set(methods.includes('GET') ? [...methods, 'HEAD'] : methods);
}

function textPath({ path }: ExpressRoute): string | undefined {
  return typeof path === 'string' ? path : undefined;
}

/**
 * The path as Express reads it. Targets of another form than `/…`, and those with a fragment, which no browser sends,
 * go through Node's `url.parse()`, to which a backslash is a slash.
 */
function pathOf(target: string): string | undefined {
  const path = requestPath(target);
  return target.startsWith('/') && !target.includes('#') ? path : path?.replaceAll('\\', '/');
}

/** The parameters as Express decodes them; `undefined` where it cannot, and answers 400. */
function paramsIn(path: string, { match: matchPath }: Pick<Candidate, 'match'>): PathParams | undefined {
  try {
    const params = Object.entries(pathParams(matchPath(path) || {}));
    return Object.freeze(
      Object.fromEntries(params.map(([name, value]) => [name, decodeURIComponent(value)])),
    );
  } catch {
    return undefined;
  }
}

function always(): boolean {
  return true;
}
