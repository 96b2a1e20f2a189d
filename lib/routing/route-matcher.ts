import type { CorsRoute } from './cors-route.js';

/** What a matcher reads of a platform's request. */
export interface PlatformRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** The host without the port, as the platform reports it; Nest compares host-bound controllers with it. */
  readonly hostname?: string;
  /** The authority, as the platform reports it. */
  readonly host?: string;
  /** The request target as it was sent, if somebody may have changed `url` since then. */
  readonly originalUrl?: string;
  /**
   * The target as the platform's router reads it: on Fastify after `rewriteUrl`, on Express without the path that the
   * app is mounted at. Middlewares change it on Express while they have the request.
   */
  readonly url: string;
}

/** The parameters of a path, decoded, by their names; what a wildcard covers is one string. Frozen. */
export type PathParams = Readonly<Record<string, string>>;

/** A route that is not Nest's. */
export interface ForeignRoute {
  readonly methods: readonly string[];
  /** The path in the platform's syntax. */
  readonly path: string;
}

/** A request, with what it was when it reached the app. */
export interface ArrivedRequest {
  readonly request: PlatformRequest;
  readonly url: string;
}

/** Finds routes as a platform's router does. One for each platform. */
export interface RouteMatcher {
  /** Loads what it takes to find routes, before there are any. */
  load?(): Promise<void>;

  /** Takes the app's routes, once, before Nest registers them with the platform. */
  setRoutes(routes: readonly CorsRoute[]): void;

  /**
   * The route that answers an actual request, as far as that is known without running anything; `undefined` if no
   * route of Nest does.
   */
  routeOf(arrived: ArrivedRequest): CorsRoute | undefined;

  /**
   * The routes that an actual request can reach, before anything of the app has run: one, if the platform knows it by now;
   * several where only what a middleware or Nest reads of the request tells versions apart. `undefined` among them says
   * that none of Nest may serve it.
   */
  candidatesOf(arrived: ArrivedRequest): readonly (CorsRoute | undefined)[];

  /**
   * The routes that `method` could reach at the target of a preflight. A preflight carries neither a version nor other
   * headers that a route may be bound to, so these can be several: one for each version.
   *
   * @param request - the preflight
   * @param method - the method of the actual request
   */
  targetsOf(request: PlatformRequest, method: string): readonly CorsRoute[];

  /**
   * The routes of Nest that serve the path of a request with whichever method; none where somebody else's route serves it
   * with `method`. To be asked where no route of Nest serves `method`.
   */
  othersAt(request: PlatformRequest, method: string): readonly CorsRoute[];

  /** Whether a route that is not Nest's has the request by now, as far as the platform says so. */
  isElsewhere(arrived: ArrivedRequest): boolean;

  /**
   * The route by which a handler has been reached, where the platform can tell, whatever has become of the URL on the way.
   */
  reachedBy(request: PlatformRequest): CorsRoute | undefined;

  /** The routes that somebody else has registered with the platform, as they are known by now. */
  foreignRoutes(): readonly ForeignRoute[];

  /** The parameters of the path for the route that {@link RouteMatcher.routeOf} finds. */
  paramsOf(arrived: ArrivedRequest): PathParams | undefined;

  /**
   * The parameters of the path for the routes that {@link RouteMatcher.targetsOf} finds, if they are the same for all
   * of them.
   */
  targetParams(request: PlatformRequest, method: string): PathParams | undefined;
}
