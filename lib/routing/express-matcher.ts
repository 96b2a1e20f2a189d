import type { AbstractHttpAdapter } from '@nestjs/core';
import { VERSION_NEUTRAL, type VersioningOptions } from '@nestjs/common';
import { match, type MatchFunction } from 'path-to-regexp';
import type { CorsRoute } from './cors-route.js';
import { expressRoutes, type ExpressRoute } from './nest-internals.js';
import { PathIndex } from './path-index.js';
import type { PathSyntax } from './path-policies.js';
import { commonParams, pathParams } from './path-params.js';
import { requestPath } from './request-path.js';
import type { ArrivedRequest, PathParams, PlatformRequest, RouteMatcher } from './route-matcher.js';

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
type Target = Pick<Candidate, 'match'> & { readonly route: CorsRoute };

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
  private foreign: ReadonlySet<ExpressRoute> = new Set();
  private indexes: ReadonlyMap<string, PathIndex<Candidate>> | undefined;

  /**
   * @param adapter - builds Nest's version filters, and has the routes in front of Nest's
   * @param syntax - how Express's router reads paths
   * @param versioning - how versions are asked for
   */
  constructor(
    private readonly adapter: AbstractHttpAdapter,
    private readonly syntax: PathSyntax,
    private readonly versioning: () => VersioningOptions | undefined,
  ) {}

  setRoutes(routes: readonly CorsRoute[]): void {
    this.routes = routes;
    this.foreign = new Set(expressRoutes(this.adapter));
  }

  routeOf(arrived: ArrivedRequest): CorsRoute | undefined {
    const path = pathOf(arrived.url);
    return path === undefined ? undefined : this.arrivedAt(arrived, path)?.route;
  }

  targetsOf(request: ExpressRequest, method: string): readonly CorsRoute[] {
    const path = pathOf(request.url);
    return path === undefined ? [] : this.targets(request, method, path).map(({ route }) => route);
  }

  paramsOf(arrived: ArrivedRequest): PathParams | undefined {
    const { route: reached, params } = arrived.request as ExpressRequest;
    // A middleware may have changed the URL, so Express knows better once the request has reached a route.
    if (reached !== undefined) {
      return params === undefined || this.isElsewhere(arrived, reached) ? undefined : pathParams(params);
    }
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

  private arrivedAt(arrived: ArrivedRequest, path: string): Candidate | undefined {
    const { request } = arrived;
    const { route: reached } = request as ExpressRequest;
    if (reached !== undefined && this.isElsewhere(arrived, reached)) return undefined;
    return this.candidates(path, request.method).find(
      ({ route, servesVersion }) =>
        route === undefined || (route.servesHost(request) && servesVersion(request)),
    );
  }

  /** Whether a route of somebody else's has the request: one of a mounted router's, or one in front of Nest's. */
  private isElsewhere({ request, baseUrl }: ArrivedRequest, reached: ExpressRoute): boolean {
    return request.baseUrl !== baseUrl || this.foreign.has(reached);
  }

  private targets(request: ExpressRequest, method: string, path: string): readonly Target[] {
    const targets: Target[] = [];
    const taken = new Set<unknown>();
    for (const { route, versions, match: matchPath } of this.candidates(path, method)) {
      if (route === undefined) break;
      if (!route.servesHost(request)) continue;
      // A request for a version that an earlier route serves does not get here.
      if (versions?.every((version) => taken.has(version)) === true) continue;
      targets.push({ route, match: matchPath });
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
    const foreign = [...this.foreign].filter(answersForSure);
    const served = [
      ...foreign.map((route): Served => ({
        methods: methodsOf(route),
        path: textPath(route),
        candidate: this.foreignCandidate(route),
      })),
      ...this.routes.map((route): Served => ({
        methods: [route.method],
        path: route.path,
        candidate: this.candidate(route),
      })),
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

/**
 * Whether a route that is not Nest's keeps what it gets. One with a handler that takes `next` may be a middleware
 * (`app.all('*path', authenticate)`), behind which Nest's routes still serve.
 */
function answersForSure({ stack }: ExpressRoute): boolean {
  return stack.some(({ handle }) => handle.length === 1 || handle.length === 2);
}

function methodsOf({ methods }: ExpressRoute): readonly string[] {
  return Object.keys(methods).map((method) => (method === '_all' ? 'ALL' : method.toUpperCase()));
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
