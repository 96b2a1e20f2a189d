import type { CorsRoute } from './cors-route.js';

type AnyClass = CorsRoute['controller'];

/** Every route of the app, in the order in which Nest registers them. Computed once, before it does. */
export class RouteTable {
  private readonly byController = new Map<AnyClass, Map<unknown, CorsRoute>>();
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
      const byHandler = this.byController.get(route.controller) ?? new Map<unknown, CorsRoute>();
      this.byController.set(route.controller, byHandler);
      if (!byHandler.has(route.handler)) byHandler.set(route.handler, route);
    }
  }

  /**
   * A route of a handler. It may have several, at several paths, but who may read its responses is the same at all of
   * them. The class counts as well: a method that two controllers inherit is one function with two policies.
   */
  routeOf(controller: AnyClass, handler: unknown): CorsRoute | undefined {
    return this.byController.get(controller)?.get(handler);
  }
}
