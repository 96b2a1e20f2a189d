import type { HttpServer, VersioningOptions } from '@nestjs/common';
import { match, type MatchFunction } from 'path-to-regexp';
import type { CorsRoute } from './cors-route.js';
import type { PathSyntax } from './path-policies.js';
import { requestPath } from './request-path.js';
import type { PlatformRequest, RouteMatcher } from './route-matcher.js';

/** What Express adds to a request that it has routed. */
interface RoutedRequest extends PlatformRequest {
  readonly route?: { readonly path?: unknown };
}

/** A route with what decides whether a request is for it. */
interface Candidate {
  readonly route: CorsRoute;
  readonly matches: MatchFunction<object>;
  /** Whether the request asks for the route's version; always so if the route has none. */
  readonly servesVersion: (request: PlatformRequest) => boolean;
  /** Whether requests may get past the route by asking for another version. */
  readonly isVersioned: boolean;
}

/**
 * Finds routes on Express, which tries its routes in the order in which they were registered. The same is done here,
 * with the same library for paths, and with Nest's own filters for hosts and versions.
 */
export class ExpressMatcher implements RouteMatcher {
  private readonly candidates: Candidate[] = [];
  private readonly byMethod = new Map<string, readonly Candidate[]>();

  /**
   * @param adapter - builds Nest's version filters
   * @param syntax - how Express's router reads paths
   * @param versioning - how versions are asked for
   */
  constructor(
    private readonly adapter: HttpServer,
    private readonly syntax: PathSyntax,
    private readonly versioning: () => VersioningOptions | undefined,
  ) {}

  setRoutes(routes: readonly CorsRoute[]): void {
    for (const route of routes) this.candidates.push(this.candidate(route));
  }

  routeOf(request: RoutedRequest): CorsRoute | undefined {
    const path = requestPath(request.originalUrl);
    if (path === undefined) return undefined;
    const found = this.forMethod(request.method).find(
      ({ matches, route, servesVersion }) =>
        matches(path) !== false && route.servesHost(request.hostname ?? '') && servesVersion(request),
    )?.route;
    // A route that somebody registered with Express directly, in front of Nest's, has answered.
    const isForeign = request.route !== undefined && request.route.path !== found?.path;
    return isForeign ? undefined : found;
  }

  targetsOf(request: PlatformRequest, method: string): readonly CorsRoute[] {
    const path = requestPath(request.originalUrl);
    if (path === undefined) return [];
    const targets: CorsRoute[] = [];
    for (const { route, matches, isVersioned } of this.forMethod(method)) {
      if (matches(path) === false || !route.servesHost(request.hostname ?? '')) continue;
      targets.push(route);
      if (!isVersioned) break;
    }
    return targets;
  }

  /** The routes that serve a method, in order. Express serves HEAD by a GET route. */
  private forMethod(method: string): readonly Candidate[] {
    const known = this.byMethod.get(method);
    if (known !== undefined) return known;
    const names = method === 'HEAD' ? ['HEAD', 'GET', 'ALL'] : [method, 'ALL'];
    const candidates = this.candidates.filter(({ route }) => names.includes(route.method));
    // Methods come from requests, but a server knows but a few; the others are not worth remembering.
    if (this.candidates.some(({ route }) => route.method === method) || method === 'HEAD') {
      this.byMethod.set(method, candidates);
    }
    return candidates;
  }

  private candidate(route: CorsRoute): Candidate {
    const versioning = this.versioning();
    const isVersioned = route.version !== undefined && typeof route.version !== 'symbol';
    return {
      route,
      matches: match(route.path, {
        sensitive: this.syntax.caseSensitive,
        trailing: this.syntax.ignoreTrailingSlash,
        end: true,
        decode: false,
      }),
      servesVersion: isVersioned && versioning !== undefined ? this.versionFilter(route, versioning) : always,
      isVersioned,
    };
  }

  /** Nest's filter calls the handler for a request of the route's version, and `next` for others. */
  private versionFilter(
    route: CorsRoute,
    versioning: VersioningOptions,
  ): (request: PlatformRequest) => boolean {
    const filter = this.adapter.applyVersionFilter?.(
      (() => true) as never,
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

function always(): boolean {
  return true;
}
