import type { CorsRoute } from './cors-route.js';

type AnyClass = CorsRoute['controller'];

/** Every route of the app, in the order in which Nest registers them. Computed once, before it does. */
export class RouteTable {
  private readonly byHandler = new Map<unknown, Map<AnyClass, CorsRoute>>();
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
      const byClass = this.byHandler.get(route.handler) ?? new Map<AnyClass, CorsRoute>();
      this.byHandler.set(route.handler, byClass);
      if (!byClass.has(route.controller)) byClass.set(route.controller, route);
    }
  }

  /**
   * A route of a handler. It may have several, at several paths, but who may read its responses is the same at all of
   * them. The class counts as well: a method that two controllers inherit is one function with two policies.
   */
  routeOf(controller: AnyClass, handler: unknown): CorsRoute | undefined {
    return this.byHandler.get(handler)?.get(controller);
  }
}
