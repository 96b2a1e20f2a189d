import type { Type } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { oneLine } from '../explain/words.js';
import { expressLayerNames, gatewayServer, hasCorsHook, inFrontOf } from '../routing/nest-internals.js';
import type { StartWarnings } from './start-warnings.js';

/** What the middleware of the package `cors` calls itself. */
const CORS_MIDDLEWARE = 'corsMiddleware';

/**
 * Reports an `enableCors()` beside the module, also the one that the `cors` option of `NestFactory.create()` calls. It
 * is no error: nothing of what it sets is sent. But it costs every request its time, and somebody may rely on it.
 */
export function watchForeignCors(adapter: AbstractHttpAdapter, warnings: StartWarnings): void {
  const report = (): void =>
    warnings.warn(
      'enableCors() is on beside CorsModule, which alone decides who may read what: no field that it sets is sent. ' +
        'Remove it, or the `cors` option of NestFactory.create(), and give CorsModule the policy.',
    );
  if (hasCorsHook(adapter)) report();
  const enableCors = adapter.enableCors.bind(adapter);
  adapter.enableCors = (...args: Parameters<typeof enableCors>): void => {
    report();
    enableCors(...args);
  };
}

/**
 * Reports gateways with a `cors` option of their own. Nothing of it is sent by a server of WebSockets on the app's port:
 * what counts there is the policy of its path. A server with a port of its own is no business of the module, unless an adapter
 * of ours has made it.
 *
 * @param isGuarded - whether the app has such an adapter
 */
export function reportGateways(types: Iterable<Type>, warnings: StartWarnings, isGuarded: boolean): void {
  for (const type of types) {
    const { cors, path, hasPort } = gatewayServer(type);
    if (cors === undefined || cors === false) continue;
    const where = typeof path === 'string' ? path : DEFAULT_PATHS;
    warnings.warn(
      oneLine(
        `${type.name} has a cors option of its own beside CorsModule. ${advice(where, hasPort, isGuarded)}`,
      ),
    );
  }
}

/** Where adapters put a gateway that says nothing of a path. */
const DEFAULT_PATHS = '/socket.io, or / on ws';

function advice(path: string, hasPort: boolean, isGuarded: boolean): string {
  if (isGuarded) {
    return (
      'The adapter of nestjs-cors lets in whom the policy of its path allows, and no field that the option sets is sent. ' +
      `Remove it, and give the path (${path}) a policy by an entry of routes.`
    );
  }
  if (hasPort) {
    return (
      'Its server has another port than the app, so the option alone decides there, and no policy of CorsModule does. ' +
      `CorsIoAdapter of nestjs-cors/socket.io, or CorsWsAdapter of nestjs-cors/ws, puts it under the policy of its path (${path}).`
    );
  }
  return (
    'CorsModule alone decides who may read what: no field that the option sets is sent. Remove it, and give the ' +
    `path of the server (${path}) a policy by an entry of routes, with enforce: true against handshakes of other origins.`
  );
}

/**
 * Reports what does CORS as well, or runs before everything of Nest, once the platform has all of it: a plugin or middleware
 * that somebody has left in the app, and hooks on an instance that was given to the adapter.
 */
export function reportForeignCors(adapter: AbstractHttpAdapter, warnings: StartWarnings): void {
  const isFastify = adapter.getType() === 'fastify';
  const packageName = isFastify ? '@fastify/cors' : 'cors';
  const hasPackage = isFastify
    ? adapter.getInstance<FastifyInstance>().hasPlugin('@fastify/cors')
    : expressLayerNames(adapter).includes(CORS_MIDDLEWARE);
  if (hasPackage) {
    warnings.warn(
      `${packageName} is in the app beside CorsModule, which alone decides who may read what: no field that it sets is sent. ` +
        'Remove it, or leave its paths to it with { path, unmanaged: true } in routes.',
    );
  }
  const inFront = inFrontOf(adapter);
  if (inFront.length === 0) return;
  const names = inFront.map((name) => (name === '' ? 'one without a name' : name)).join(', ');
  warnings.warn(
    oneLine(
      `${isFastify ? 'Hooks' : 'Middlewares'} run in front of Nest, because they were put on the instance before it was given to the adapter: ` +
        `${names}. They see a request before enforce can refuse it where only the route decides. Put them into the app, behind Nest's own.`,
    ),
  );
}
