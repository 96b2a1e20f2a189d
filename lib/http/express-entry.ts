import type { ServerResponse } from 'node:http';
import { Logger } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { currentResponseHook, expressApp, type ExpressApp } from '../routing/nest-internals.js';
import type { PlatformRequest } from '../routing/route-matcher.js';
import type { RawResponse } from './request-hook.js';
import type { OwnHook } from './request-slot.js';

const logger = new Logger('CorsModule');

/** A response with what Express adds to it. */
interface ExpressResponse extends RawResponse, Pick<ServerResponse, 'statusCode' | 'statusMessage'> {
  locals?: object;
}

/** Who would notice that a request has been answered before the platform had it. */
export interface Watchers {
  /** Whether there is none. */
  readonly areNone: boolean;
}

/**
 * Runs a hook for each request before Express itself sees it. Express changes the prototypes of requests and responses
 * and then adds properties to them, after which no two have one shape: V8 optimizes by shapes, and whatever is done to
 * them costs several times as much. A preflight that is answered here costs what Node itself takes for it.
 *
 * Only for an app in which nothing stands in front of Nest's own first layer, which has the request slot: there it makes
 * no difference to what the hook sees. A middleware in front may change the target, and has to have its turn first.
 *
 * @param adapter - the adapter of the app, which has no routes yet
 * @param own - the hook
 * @param readsHost - whether the hook may ask for the request's host, which Express tells and Node does not
 * @returns who sees a request that gets as far as this; `undefined` if the hook has not been installed
 */
export function enterExpress(
  adapter: AbstractHttpAdapter,
  own: OwnHook,
  readsHost: () => boolean,
): Watchers | undefined {
  const app = expressApp(adapter);
  if (app?.router.stack.length !== 1) return undefined;
  const { handle } = app;
  const entry: ExpressApp['handle'] = function (
    this: ExpressApp,
    request: PlatformRequest,
    response: ExpressResponse,
    done: unknown,
  ): void {
    complete(response);
    // As Express itself is about to do.
    if (readsHost()) Object.setPrototypeOf(request, this.request);
    try {
      const outcome = own(request, response);
      if (outcome === 'answered') return afterAnswer(adapter, this, request, response);
      if (outcome !== 'continue') {
        outcome.then(
          (settled) => {
            if (settled === 'answered') afterAnswer(adapter, this, request, response);
            else handle.call(this, request as never, response as never, done);
          },
          (error: unknown) => abandon(response, error),
        );
        return;
      }
    } catch (error) {
      return abandon(response, error);
    }
    handle.call(this, request as never, response as never, done);
  };
  app.handle = entry;
  return {
    get areNone() {
      // Somebody may have put a function of their own around it.
      return app.handle === entry && currentResponseHook(adapter) === undefined;
    },
  };
}

/**
 * Gives a response, while it still is Node's, every property that Nest, Express and Node add to it on its way: one that is
 * added later makes a shape that no other response has, and whatever is done to it from then on costs more.
 */
function complete(response: ExpressResponse): void {
  response.locals ??= Object.create(null) as object;
  // Both are defaults of Node's prototype, until a response gets its own.
  const { statusCode, statusMessage } = response;
  response.statusCode = statusCode;
  response.statusMessage = statusMessage;
}

/** Runs the adapter's response hook, as Nest's first layer would have: it is told of every response. */
function afterAnswer(
  adapter: AbstractHttpAdapter,
  app: ExpressApp,
  request: PlatformRequest,
  response: RawResponse,
): void {
  const hook = currentResponseHook(adapter);
  if (hook === undefined) return;
  Object.setPrototypeOf(request, app.request);
  Object.setPrototypeOf(response, app.response);
  response.once('finish', () => {
    Promise.resolve()
      .then(() => hook.call(adapter, request as never, response as never))
      .catch((error: unknown) => logger.error(error));
  });
}

/** As Express does with an error when the response has begun, which is how somebody else makes the hook fail. */
function abandon(response: RawResponse, error: unknown): void {
  logger.error(error);
  response.destroy();
}
