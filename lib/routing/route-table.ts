import type { CorsRoute } from './cors-route.js';
import type { Handler } from './nest-internals.js';

type AnyClass = CorsRoute['controller'];

/**
 * On a handler: the handler itself. Libraries that wrap handlers, as tracing does, copy the metadata of what they wrap,
 * because Nest reads a handler's own there; so a wrapper still says whose it is.
 */
const HANDLER_METADATA = 'nestjs-cors:handler';

/** Every route of the app, in the order in which Nest registers them. Computed once, before it does. */
export class RouteTable {
  private readonly byController = new Map<AnyClass, Map<unknown, readonly [CorsRoute, ...CorsRoute[]]>>();
  private all: readonly CorsRoute[] = [];
  /** Whether some controller is bound to a host. */
  isHostBound = false;

  /** The routes, by their index. */
  get routes(): readonly CorsRoute[] {
    return this.all;
  }

  /** Takes the routes, once. */
  setRoutes(routes: readonly CorsRoute[]): void {
    this.all = routes;
    this.isHostBound = routes.some(({ hosts }) => hosts.length > 0);
    for (const route of routes) {
      let byHandler = this.byController.get(route.controller);
      if (byHandler === undefined) this.byController.set(route.controller, (byHandler = new Map()));
      const known = byHandler.get(route.handler);
      byHandler.set(route.handler, known === undefined ? [route] : [...known, route]);
      if (known === undefined) Reflect.defineMetadata(HANDLER_METADATA, route.handler, route.handler);
    }
  }

  /**
   * The routes of a handler: one for each of its paths. The class counts as well: a method that two controllers inherit is
   * one function with two policies.
   *
   * @returns `undefined` for a class that has no route; an empty list for a handler of a controller that nobody knows
   */
  routesOf(controller: AnyClass, handler: Handler): readonly CorsRoute[] | undefined {
    const byHandler = this.byController.get(controller);
    return byHandler && (byHandler.get(handler) ?? this.routesOfWrapper(controller, byHandler, handler));
  }

  private routesOfWrapper(
    controller: AnyClass,
    byHandler: ReadonlyMap<unknown, readonly CorsRoute[]>,
    wrapper: Handler,
  ): readonly CorsRoute[] {
    const wrapped = byHandler.get(Reflect.getOwnMetadata(HANDLER_METADATA, wrapper));
    if (wrapped !== undefined) return wrapped;
    // A controller of the request's own may bind its methods: each request has another function then.
    const name = wrapper.name.replace(/^bound /, '');
    return this.all.filter((route) => route.controller === controller && route.handlerName === name);
  }
}
