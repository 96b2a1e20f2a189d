import { ownMetadata, UNDECORATED, type CorsMetadata } from '../decorators/cors-metadata.js';
import type { CorsRoute } from './cors-route.js';
import type { Handler } from './nest-internals.js';

type AnyClass = CorsRoute['controller'];

/**
 * On a handler: the handler itself. Libraries that wrap handlers, as tracing does, copy the metadata of what they wrap,
 * because Nest reads a handler's own there; so a wrapper still says whose it is.
 *
 * Only where what our decorators have left there does not say so by itself: Nest copies all that it finds on a handler, and
 * for most apps that is a good part of what a route costs at start.
 */
const HANDLER_METADATA = 'nestjs-cors:handler';

/** Every route of the app, in the order in which Nest registers them. Computed once, before it does. */
export class RouteTable {
  private readonly byController = new Map<AnyClass, Map<unknown, readonly [CorsRoute, ...CorsRoute[]]>>();
  private readonly byDecorators = new Map<CorsMetadata, Handler>();
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
      if (known === undefined) this.mark(route.handler);
    }
  }

  /** Sees to it that a wrapper of a handler can be told by its metadata. */
  private mark(handler: Handler): void {
    const decorators = ownMetadata(handler);
    if (decorators === UNDECORATED || this.byDecorators.has(decorators)) {
      Reflect.defineMetadata(HANDLER_METADATA, handler, handler);
    } else {
      this.byDecorators.set(decorators, handler);
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
    const handler: unknown =
      Reflect.getOwnMetadata(HANDLER_METADATA, wrapper) ?? this.byDecorators.get(ownMetadata(wrapper));
    const wrapped = byHandler.get(handler);
    if (wrapped !== undefined) return wrapped;
    // A controller of the request's own may bind its methods: each request has another function then.
    const name = wrapper.name.replace(/^bound /, '');
    return this.all.filter((route) => route.controller === controller && route.handlerName === name);
  }
}
