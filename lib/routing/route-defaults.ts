import { USUAL_REQUEST_HEADERS, type RouteDefaults } from '../policy/policy-fields.js';
import { isListableRequestHeader } from '../policy/read-names.js';
import type { CorsRoute } from './cors-route.js';
import { declaredInput } from './nest-internals.js';

/**
 * What routes say of themselves where no layer sets `methods` or `allowedHeaders`: the methods that the app serves at
 * the path, and beside the usual headers those that the handler declares it reads. Found when they are asked for, since
 * most routes have layers that set them.
 *
 * @param versionHeader - the request header that versions are asked for with, which the app reads before any handler
 */
export function routeDefaults(
  routes: readonly CorsRoute[],
  versionHeader: string | undefined,
): (route: CorsRoute) => RouteDefaults {
  const app = new DefaultedApp(routes, versionHeader);
  return (route) => new DefaultsOfRoute(route, app);
}

/** An app, as far as the defaults of its routes depend on it. */
class DefaultedApp {
  private methods: ReadonlyMap<string, ReadonlySet<string>> | undefined = undefined;

  constructor(
    private readonly routes: readonly CorsRoute[],
    readonly versionHeader: string | undefined,
  ) {}

  methodsAt(path: string): readonly string[] {
    this.methods ??= methodsByPath(this.routes);
    return [...(this.methods.get(path) ?? [])];
  }
}

/** A class and no object with accessors of its own: an app keeps one for each route. */
class DefaultsOfRoute implements RouteDefaults {
  constructor(
    private readonly route: CorsRoute,
    private readonly app: DefaultedApp,
  ) {}

  get methods(): readonly string[] {
    return this.app.methodsAt(this.route.path);
  }

  get allowedHeaders(): readonly string[] {
    return defaultHeaders(this.route, this.app.versionHeader);
  }
}

function methodsByPath(routes: readonly CorsRoute[]): ReadonlyMap<string, ReadonlySet<string>> {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of routes) {
    const atPath = methods.get(path) ?? new Set();
    methods.set(path, atPath.add(method === 'ALL' ? '*' : method));
  }
  return methods;
}

function defaultHeaders(route: CorsRoute, versionHeader: string | undefined): readonly string[] {
  const version =
    route.version !== undefined && versionHeader !== undefined ? [versionHeader.toLowerCase()] : [];
  return [
    ...new Set([
      ...USUAL_REQUEST_HEADERS,
      ...declaredHeaders(route),
      ...version.filter(isListableRequestHeader),
    ]),
  ];
}

/**
 * The request headers that a handler declares that it reads: those that it names in `@Headers('x-…')`, but for those that
 * no script can set, and `content-type` if it takes a body. In lower case.
 */
export function declaredHeaders({ controller, handlerName }: CorsRoute): readonly string[] {
  const { body, headers } = declaredInput(controller, handlerName);
  const named = headers.map((name) => name.toLowerCase()).filter(isListableRequestHeader);
  return [...new Set([...(body ? ['content-type'] : []), ...named])];
}
