import type { RouteMatcher } from '../routing/route-matcher.js';
import { Mounts } from './mounts.js';

/** What of an app's context says who serves a request. */
interface Serving {
  readonly matcher: RouteMatcher;
  readonly mounts: Mounts;
}

/** A context for what no route of Nest gets, nor an app that is mounted: handshakes, and whatever else a gateway takes. */
export function beside<Context extends Serving>(context: Context): Context {
  return { ...context, matcher: NO_ROUTES, mounts: new Mounts(NO_ROUTES) };
}

const NO_ROUTES: RouteMatcher = Object.freeze({
  setRoutes: () => undefined,
  routeOf: () => undefined,
  candidatesOf: () => [],
  targetsOf: () => [],
  othersAt: () => [],
  isElsewhere: () => true,
  reachedBy: () => undefined,
  foreignRoutes: () => [],
  paramsOf: () => undefined,
  targetParams: () => undefined,
});
