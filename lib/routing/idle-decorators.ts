import type { Type } from '@nestjs/common';
import type { ContainedClasses } from '../decorators/contained-classes.js';
import {
  decoratedPlaces,
  isLost,
  placeName,
  standsAt,
  type DecoratedPlace,
} from '../decorators/decorated-places.js';
import type { Decorated } from '../decorators/cors-metadata.js';
import type { CorsProblem } from '../policy/cors-problem.js';
import type { CorsRoute } from './cors-route.js';
import { callerOf, type Caller } from './nest-internals.js';

/** What has to be known of a route. */
type HandlerRoute = Pick<CorsRoute, 'controller' | 'handlerName' | 'decorated'>;

/**
 * Finds the decorators that are promises which nobody keeps: those that no route reads, and those that are lost because
 * something without their metadata stands where they were applied.
 *
 * Of the moment when the app starts: a method that is replaced later, as tests do, changes no policy.
 *
 * What a controller inherits counts as what it has. So a base class that is a provider as well, or the base class of
 * one, has its decorators with an effect as soon as one route reads them; a class that only providers derive from has not.
 */
export function idleDecorators(
  { controllers, providers }: ContainedClasses,
  routes: readonly HandlerRoute[],
): readonly CorsProblem[] {
  const problems: CorsProblem[] = [];
  const read = new Set<DecoratedPlace['target']>();
  const places = new Map<Type, readonly DecoratedPlace[]>();
  for (const [controller, handlers] of handlersOf(routes)) {
    const ofController = decoratedPlaces(controller);
    places.set(controller, ofController);
    for (const place of ofController) {
      if (!isReadBy(handlers, place)) continue;
      read.add(place.target);
      // Where the router has found what was decorated, nothing stands in its place.
      if (handlers.get(place.name) !== place.target && isLost(place)) problems.push(lost(place));
    }
  }
  for (const type of new Set([...controllers, ...providers])) {
    for (const place of places.get(type) ?? decoratedPlaces(type)) {
      if (!read.has(place.target)) problems.push(idle(place, type, controllers.has(type)));
    }
  }
  return problems;
}

/** A controller's handlers, by their names. */
type Handlers = ReadonlyMap<unknown, Decorated>;

function handlersOf(routes: readonly HandlerRoute[]): ReadonlyMap<Type, Handlers> {
  const handlers = new Map<Type, Map<unknown, Decorated>>();
  for (const { controller, handlerName, decorated } of routes) {
    const ofController = handlers.get(controller);
    if (ofController === undefined) handlers.set(controller, new Map([[handlerName, decorated]]));
    else ofController.set(handlerName, decorated);
  }
  return handlers;
}

/** Whether a controller with these handlers has a route that reads what stands at one of its places. */
function isReadBy(handlers: Handlers, { name, target }: DecoratedPlace): boolean {
  return target !== undefined && (name === undefined || handlers.has(name));
}

/** The problem of a place in `type` that no route reads. */
function idle(place: DecoratedPlace, type: Type, isController: boolean): CorsProblem {
  const caller = callerOf(type, standsAt(place));
  if (caller !== undefined) return withoutRoute(place, INSTEAD[caller]);
  if (!isController) return withoutRoute(place, 'put it on a controller that serves routes, or remove it');
  // The decorator that made it a handler may be lost together with ours.
  if (isLost(place)) return lost(place);
  const what = place.name === undefined ? 'add a method with' : 'add';
  return withoutRoute(place, `${what} @Get(), @Post() or another method decorator of Nest, or remove it`);
}

/** What to do where something else than a route of Nest's calls the class or method. */
const INSTEAD: Readonly<Record<Caller, string>> = {
  gateway: 'remove it, and give the path of the gateway a policy by an entry of routes',
  resolver: 'remove it, and give the path of the GraphQL server a policy by an entry of routes',
  message: 'remove it: messages take no part in CORS',
};

function withoutRoute(place: DecoratedPlace, fix: string): CorsProblem {
  return {
    code: 'decorator-without-route',
    where: placeName(place),
    field: '',
    value: undefined,
    message: 'has a decorator of nestjs-cors, but serves no route',
    fix,
  };
}

function lost(place: DecoratedPlace): CorsProblem {
  return {
    code: 'decorator-lost',
    where: placeName(place),
    field: '',
    value: undefined,
    message: 'has lost a decorator of nestjs-cors to a wrapper that does not have its metadata',
    fix: 'write the decorator above the one that wraps, or copy the metadata to the wrapper',
  };
}
