import { isForbiddenRequestHeader, isToken } from '../protocol/names.js';
import type { RouteDefaults } from '../policy/policy-fields.js';
import type { CorsRoute } from './cors-route.js';
import { declaredInput } from './nest-internals.js';

/**
 * What routes say of themselves where no layer sets `methods` or `allowedHeaders`: the methods that the app serves at
 * the path, and the headers that the handler declares it reads. Found when they are asked for, since most routes have
 * layers that set them.
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
    return readHeaders(this.route, this.app.versionHeader);
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

function readHeaders(route: CorsRoute, versionHeader: string | undefined): readonly string[] {
  const { body, headers } = declaredInput(route.controller, route.handlerName);
  const version = route.version !== undefined && versionHeader !== undefined ? [versionHeader] : [];
  const names = [...(body ? ['content-type'] : []), ...headers, ...version].map((name) => name.toLowerCase());
  return [...new Set(names)].filter((name) => isToken(name) && !isForbiddenRequestHeader(name));
}
