import type { FastifyInstance, FastifyRequest, HTTPMethods, RouteOptions } from 'fastify';
import type { CorsRoute } from './cors-route.js';
import { FastifyMirror, type Constraints, type FoundRoute, type MirroredRoute } from './fastify-mirror.js';
import { fastifyConstraints, type RouteMatching } from './nest-internals.js';
import { commonParams, pathParams } from './path-params.js';
import type { ArrivedRequest, PathParams, RouteMatcher } from './route-matcher.js';

/** Where `onRoute` leaves the route in Fastify's own route configuration. */
const ROUTE = Symbol('nestjs-cors:route');

const UNCONSTRAINED: Constraints = {};

/** A route of Nest that Fastify is going to be given, with its constraints as {@link writeConstraints} has them. */
interface ExpectedRoute {
  readonly route: CorsRoute;
  readonly constraints: string;
}

/** Fastify's route configuration, as far as it is ours. */
interface RouteConfig {
  readonly [ROUTE]?: CorsRoute;
}

/**
 * Finds routes on Fastify.
 *
 * An actual request has its route in `routeOptions.config`, where an `onRoute` hook puts it. A preflight is routed by
 * Fastify to whatever handles OPTIONS, so its target is looked up in a mirror of Fastify's router, fed with the same
 * routes in the same order.
 */
export class FastifyMatcher implements RouteMatcher {
  private readonly routesByUrl = new Map<string, ExpectedRoute[]>();
  private readonly mirrored: MirroredRoute[] = [];
  /** A plugin's route `/` may be served at `/prefix/` beside `/prefix`, of which `onRoute` is not told. */
  private readonly withTrailingSlash: MirroredRoute[] = [];
  private mirror: FastifyMirror | undefined;

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
      const expected = { route, constraints: writeConstraints(constraintsOf(route)) };
      const atUrl = this.routesByUrl.get(route.path);
      if (atUrl === undefined) this.routesByUrl.set(route.path, [expected]);
      else atUrl.push(expected);
    }
  }

  routeOf(arrived: ArrivedRequest): CorsRoute | undefined {
    const request = arrived.request as unknown as FastifyRequest;
    const route = (request.routeOptions.config as unknown as RouteConfig)[ROUTE];
    return route === undefined || !route.servesHost(request) ? undefined : route;
  }

  targetsOf(request: FastifyRequest, method: string): readonly CorsRoute[] {
    return this.targets(request, method).map(({ route }) => route);
  }

  paramsOf(arrived: ArrivedRequest): PathParams | undefined {
    const { params } = arrived.request as unknown as FastifyRequest;
    return this.routeOf(arrived) === undefined ? undefined : pathParams(params as object);
  }

  targetParams(request: FastifyRequest, method: string): PathParams | undefined {
    return commonParams(this.targets(request, method).map(({ params }) => pathParams(params)));
  }

  private targets(request: FastifyRequest, method: string): readonly FoundRoute[] {
    const { url, headers } = request.raw;
    // Not `request.host`: behind a trusted proxy that is the forwarded one, while the router reads what was sent.
    const host = headers.host ?? (headers[':authority'] as string | undefined);
    return this.currentMirror()
      .find(method, url ?? '', host)
      .filter(({ route }) => route.servesHost(request));
  }

  private currentMirror(): FastifyMirror {
    return (this.mirror ??= new FastifyMirror(
      [...this.mirrored, ...this.withTrailingSlash.filter((route) => this.isServed(route))],
      this.matching,
      this.instance,
    ));
  }

  private onRoute(options: RouteOptions & { readonly prefix: string; readonly routePath: string }): void {
    const { url } = options;
    const methods = Array.isArray(options.method) ? options.method : [options.method];
    const constraints: Constraints = options.constraints ?? UNCONSTRAINED;
    const route = this.registered(methods, url, constraints);
    if (route !== undefined) {
      const own: RouteConfig = { [ROUTE]: route };
      options.config = options.config === undefined ? own : { ...options.config, ...own };
    }
    const mirrored = { methods, url, constraints, route };
    this.mirrored.push(mirrored);
    if (options.prefix !== '' && options.routePath === '') {
      this.withTrailingSlash.push({ ...mirrored, url: `${url}/` });
    }
    this.mirror = undefined;
  }

  /** The route of Nest that Fastify is registering. Fastify itself adds the HEAD route of a GET route. */
  private registered(
    methods: readonly string[],
    url: string,
    constraints: Constraints,
  ): CorsRoute | undefined {
    const atUrl = this.routesByUrl.get(url);
    if (atUrl === undefined) return undefined;
    const method = methods.length > 1 ? 'ALL' : (methods[0] as string);
    const written = writeConstraints(constraints);
    // Under a conflict policy Nest drops the later of two equal routes; without one Fastify rejects it.
    const find = (name: string): CorsRoute | undefined =>
      atUrl.find((one) => one.route.method === name && one.constraints === written)?.route;
    return find(method) ?? (method === 'HEAD' ? find('GET') : undefined);
  }

  private isServed({ methods, url, constraints }: MirroredRoute): boolean {
    return this.instance.hasRoute({ method: methods[0] as HTTPMethods, url, constraints });
  }
}

/** The constraints with which Nest registers a route. */
function constraintsOf({ version, handler }: CorsRoute): Constraints {
  const declared = fastifyConstraints(handler);
  return version === undefined || typeof version === 'symbol' ? declared : { ...declared, version };
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
