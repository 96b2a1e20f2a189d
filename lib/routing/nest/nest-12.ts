import type { HttpServer } from '@nestjs/common';
import type { AbstractHttpAdapter, ApplicationConfig } from '@nestjs/core';
import { CorsConfigurationError } from '../../policy/cors-configuration-error.js';
import type { RegisteredRoute } from '../nest-internals.js';
import { NEST_11, runOnce } from './nest-11.js';
import type { NestMajor } from './nest-major.js';

/** Nest 12: routes may be registered by specificity, and adapters say whether that matters to them. */
export const NEST_12: NestMajor = {
  inOrder: (routes, config, adapter) =>
    config.getRouteResolutionStrategy() === 'specificity' && NEST_12.isOrderSensitive(adapter)
      ? bySpecificity(routes)
      : routes,

  isOrderSensitive: (adapter) => (adapter as HttpServer).isRouteOrderSensitive?.() ?? true,

  runRequestHook: (adapter, run, done) => {
    if (!readsPromises(adapter)) return NEST_11.runRequestHook(adapter, run, done);
    const { result, once } = runOnce(run, done);
    if (!(result instanceof Promise)) return;
    // A promise that resolves lets the request go on with Fastify, while Express waits for `done`.
    result.then(adapter.getType() === 'fastify' ? () => once() : undefined, once);
  },
};

/** Whether a container is of Nest 12. */
export function isNest12(config: ApplicationConfig): boolean {
  return typeof (config as Partial<ApplicationConfig>).getRouteResolutionStrategy === 'function';
}

/** Whether the adapter reads what a request hook returns: through a method of its own, which the first ones of 12 lack. */
function readsPromises(adapter: AbstractHttpAdapter): boolean {
  return 'runLifecycleHook' in adapter || 'runRequestHook' in adapter;
}

/** Nest's own sorter is imported only here, since Nest 11 does not have it; in a `try`, so that bundlers let that pass. */
async function bySpecificity(routes: readonly RegisteredRoute[]): Promise<readonly RegisteredRoute[]> {
  try {
    const { RouteSpecificitySorter } = await import('@nestjs/core/router/route-specificity-sorter.js');
    // oxlint-disable-next-line unicorn/no-array-sort -- not an array's: it returns a new list
    return RouteSpecificitySorter.sort(routes as never[]) as unknown as readonly RegisteredRoute[];
  } catch (error) {
    throw new CorsConfigurationError([
      {
        code: 'nest-unsupported',
        where: '@nestjs/core',
        field: 'routeResolutionStrategy',
        value: 'specificity',
        message: `sorts the routes with a part of Nest that cannot be loaded (${String(error)})`,
        fix: 'install a version of Nest that is in the range of peerDependencies, or leave the order as declared',
      },
    ]);
  }
}
