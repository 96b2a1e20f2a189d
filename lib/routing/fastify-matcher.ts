import type { FastifyInstance, FastifyRequest, HTTPMethods, RouteOptions } from 'fastify';
import type { CorsRoute } from './cors-route.js';
import {
  FastifyMirror,
  hasEmptyParameter,
  type Constraints,
  type FoundRoute,
  type MirroredRoute,
} from './fastify-mirror.js';
import { fastifyConstraints } from './nest-internals.js';
import type { RouteMatching } from './nest/route-matching.js';
import { printedRoutes } from './fastify-printed-routes.js';
import { commonParams, pathParams } from './path-params.js';
import type { VersionReader } from './requested-versions.js';
import type {
  ArrivedRequest,
  ForeignRoute,
  PathParams,
  PlatformRequest,
  RouteMatcher,
} from './route-matcher.js';

/** Where `onRoute` leaves the route in Fastify's own route configuration, if method and URL do not name it. */
const ROUTE = Symbol('nestjs-cors:route');

const UNCONSTRAINED: Constraints = {};

/** What Fastify prints of its routes when it has none. */
const NO_ROUTES = '(empty tree)';

/** Fastify's route configuration, as far as it is read. Where no route serves a request, it has none of these. */
interface RouteConfig {
  readonly method?: string | readonly string[];
  readonly url?: string;
  readonly [ROUTE]?: CorsRoute | undefined;
}

/**
 * Finds routes on Fastify.
 *
 * An actual request has its method and URL, as they were registered, in `routeOptions.config`, and these name its route:
 * Fastify rejects two with the same. Where they do not, an `onRoute` hook puts the route itself there: beside a route
 * with constraints there may be others, a HEAD route is either Fastify's own, for a GET route, or somebody else's, and
 * the hook has not seen what was registered before it. All other configurations are left alone. A property more would
 * give each a hidden class of its own, which takes 5 to 9 µs per route when the app starts.
 *
 * A preflight is routed by Fastify to whatever handles OPTIONS, so its target is looked up in a mirror of Fastify's
 * router, fed with the same routes in the same order.
 */
export class FastifyMatcher implements RouteMatcher {
  /** The routes of Nest that Fastify is going to be given. */
  private readonly routesByUrl = new Map<string, CorsRoute[]>();
  /** The constraints of those that have some, as {@link writeConstraints} has them. */
  private readonly constraintsByRoute = new Map<CorsRoute, string>();
  private readonly mirrored: MirroredRoute[];
  /** A plugin's route `/` may be served at `/prefix/` beside `/prefix`, of which `onRoute` is not told. */
  private readonly withTrailingSlash: MirroredRoute[] = [];
  private mirror: FastifyMirror | undefined;
  /** The GET routes for which Fastify is about to add a HEAD route, which it does at once: one, but for nested ones. */
  private readonly awaitedHeads: string[] = [];
  /** The HEAD routes that somebody has registered, where Fastify adds none. */
  private readonly ownHeads = new Set<string>();
  /** Whether there was no route yet when the hook was added. */
  private readonly seesAll: boolean;
  /** Whether Fastify adds a HEAD route to each GET route that says nothing of it. */
  private readonly exposesHeads: boolean;

  /**
   * @param instance - Fastify, before any route of Nest is registered: `onRoute` sees later routes only
   * @param matching - the options of Fastify's router
   * @param versionsOf - what Nest gives Fastify as the version of a request
   */
  constructor(
    private readonly instance: FastifyInstance,
    private readonly matching: RouteMatching,
    private readonly versionsOf: VersionReader,
  ) {
    const earlier = instance.printRoutes();
    this.seesAll = earlier === NO_ROUTES;
    this.mirrored = [...printedRoutes(earlier)];
    // The types do not list it.
    const { exposeHeadRoutes = true } = instance.initialConfig as { exposeHeadRoutes?: boolean };
    this.exposesHeads = exposeHeadRoutes;
    instance.addHook('onRoute', (options) => this.onRoute(options));
  }

  async load(): Promise<void> {
    await FastifyMirror.load(this.instance);
  }

  setRoutes(routes: readonly CorsRoute[]): void {
    for (const route of routes) {
      const isDropped = route.method === 'ALL' && this.matching.dropsConstraintsOfAll === true;
      const constraints = isDropped ? UNCONSTRAINED : constraintsOf(route);
      if (isConstrained(constraints)) this.constraintsByRoute.set(route, writeConstraints(constraints));
      const atUrl = this.routesByUrl.get(route.path);
      if (atUrl === undefined) this.routesByUrl.set(route.path, [route]);
      else atUrl.push(route);
    }
  }

  routeOf({ request }: ArrivedRequest): CorsRoute | undefined {
    const { routeOptions, params } = request as Partial<FastifyRequest>;
    // Something in front of Fastify, or of Nest's first hook, has answered: what would have served it is all there is.
    if (routeOptions === undefined) return this.wouldServe(request)?.route;
    const route = this.configured(routeOptions.config);
    if (route === undefined || !route.servesHost(request)) return undefined;
    return route.hasParameters && hasEmptyParameter(params as PathParams) ? undefined : route;
  }

  targetsOf(request: PlatformRequest, method: string): readonly CorsRoute[] {
    return this.targets(request, method).map(({ route }) => route);
  }

  candidatesOf(arrived: ArrivedRequest): readonly (CorsRoute | undefined)[] {
    const { request } = arrived;
    if ((request as Partial<FastifyRequest>).routeOptions === undefined) {
      // The version, or another constraint, may be one that none of them serves.
      return [...this.targetsOf(request, request.method), undefined];
    }
    return [this.routeOf(arrived)];
  }

  othersAt(request: PlatformRequest, method: string): readonly CorsRoute[] {
    const { url, host } = routed(request);
    const mirror = this.currentMirror();
    if (mirror.servesForeign(method, url, host)) return [];
    return [...new Set([...mirror.methods].flatMap((other) => this.targetsOf(request, other)))];
  }

  isElsewhere({ request }: ArrivedRequest): boolean {
    const { routeOptions } = request as Partial<FastifyRequest>;
    return routeOptions?.config.url !== undefined && this.configured(routeOptions.config) === undefined;
  }

  reachedBy(request: PlatformRequest): CorsRoute | undefined {
    const { routeOptions } = request as Partial<FastifyRequest>;
    return routeOptions && this.configured(routeOptions.config);
  }

  foreignRoutes(): readonly ForeignRoute[] {
    return this.mirrored
      .filter((registered) => this.registered(registered) === undefined)
      .map(({ method, url }) => ({ methods: [method].flat(), path: url }));
  }

  paramsOf(arrived: ArrivedRequest): PathParams | undefined {
    const { request } = arrived;
    const { params, routeOptions } = request as Partial<FastifyRequest>;
    const found = routeOptions === undefined ? this.wouldServe(request)?.params : params;
    return this.routeOf(arrived) === undefined ? undefined : pathParams(found as object);
  }

  targetParams(request: PlatformRequest, method: string): PathParams | undefined {
    return commonParams(this.targets(request, method).map(({ params }) => pathParams(params)));
  }

  private targets(
    request: PlatformRequest,
    method: string,
    versions?: readonly unknown[],
  ): readonly FoundRoute[] {
    const { url, host } = routed(request);
    return this.currentMirror()
      .find(method, url, host, versions)
      .filter(({ route }) => route.servesHost(request));
  }

  /** What Fastify would find for a request that it has not seen. */
  private wouldServe(request: PlatformRequest): FoundRoute | undefined {
    return this.targets(request, request.method, this.versionsOf(request))[0];
  }

  private currentMirror(): FastifyMirror {
    return (this.mirror ??= new FastifyMirror(
      [...this.mirrored, ...this.withTrailingSlash.filter((route) => this.isServed(route))],
      (route) => this.registered(route),
      this.matching,
      this.instance,
    ));
  }

  private onRoute(options: RouteOptions & { readonly prefix: string; readonly routePath: string }): void {
    const { method, url, constraints = UNCONSTRAINED } = options;
    const isPlain = !isConstrained(constraints);
    const isHeadOfGet = this.isHeadOfGet(options, isPlain ? url : `${url} ${writeConstraints(constraints)}`);
    const registered = { method, url, constraints, isHeadOfGet };
    this.mirrored.push(registered);
    const isNamed = this.seesAll && isPlain && (method !== 'HEAD' || isHeadOfGet);
    if (!isNamed) options.config = { ...options.config, [ROUTE]: this.registered(registered) };
    if (options.prefix !== '' && options.routePath === '') {
      this.withTrailingSlash.push({ ...registered, url: `${url}/` });
    }
    this.mirror = undefined;
  }

  /**
   * Whether a HEAD route is the one that Fastify adds to a GET route. Told by what comes before it and not by its handler,
   * which a plugin may have wrapped in a hook of its own, once for each of the two.
   *
   * @param key - the URL, with the constraints if there are some
   */
  private isHeadOfGet({ method, exposeHeadRoute }: RouteOptions, key: string): boolean {
    if (method === 'HEAD') {
      const awaited = this.awaitedHeads.lastIndexOf(key);
      if (awaited === -1) this.ownHeads.add(key);
      else this.awaitedHeads.splice(awaited, 1);
      return awaited !== -1;
    }
    const isGet =
      typeof method === 'string' ? method === 'GET' : method.includes('GET') && !method.includes('HEAD');
    if (!isGet || !(exposeHeadRoute ?? this.exposesHeads)) return false;
    const isOwn = this.ownHeads.size > 0 && this.ownHeads.has(key);
    if (!isOwn && !this.awaitedHeads.includes(key)) this.awaitedHeads.push(key);
    return false;
  }

  /** The route of Nest that has this configuration. */
  private configured(config: RouteConfig): CorsRoute | undefined {
    if (ROUTE in config) return config[ROUTE];
    const { method, url } = config;
    if (!this.seesAll || method === undefined || url === undefined) return undefined;
    return this.registered({ method, url, constraints: UNCONSTRAINED, isHeadOfGet: method === 'HEAD' });
  }

  /** The route of Nest that Fastify has registered so. */
  private registered({ method, url, constraints, isHeadOfGet }: MirroredRoute): CorsRoute | undefined {
    const atUrl = this.routesByUrl.get(url);
    if (atUrl === undefined) return undefined;
    const written = writeConstraints(constraints);
    // Under a conflict policy Nest drops the later of two equal routes; without one Fastify rejects it.
    const find = (name: string): CorsRoute | undefined =>
      atUrl.find((route) => route.method === name && (this.constraintsByRoute.get(route) ?? '') === written);
    if (typeof method !== 'string') return find(method.length > 1 ? 'ALL' : (method[0] as string));
    return find(method) ?? (isHeadOfGet ? find('GET') : undefined);
  }

  private isServed({ method, url, constraints }: MirroredRoute): boolean {
    const [first] = [method].flat();
    return this.instance.hasRoute({ method: first as HTTPMethods, url, constraints });
  }
}

/** What Fastify's router reads of a request: what was sent, not the forwarded host of a trusted proxy. */
function routed({ url, headers }: PlatformRequest): {
  readonly url: string;
  readonly host: string | undefined;
} {
  return { url, host: (headers['host'] ?? headers[':authority']) as string | undefined };
}

/** The constraints with which Nest registers a route. */
function constraintsOf({ version, handler }: CorsRoute): Constraints {
  const declared = fastifyConstraints(handler);
  return version === undefined || typeof version === 'symbol' ? declared : { ...declared, version };
}

function isConstrained(constraints: Constraints): boolean {
  return constraints !== UNCONSTRAINED && Object.keys(constraints).length > 0;
}

/** One text for constraints that Fastify takes for the same: it rejects two routes with the same method, URL and these. */
function writeConstraints(constraints: Constraints): string {
  const names = Object.keys(constraints);
  if (names.length === 0) return '';
  return names
    .toSorted()
    .map((name) => `${name}=${[constraints[name]].flat().map(String).join(' ')}`)
    .join(' ');
}
