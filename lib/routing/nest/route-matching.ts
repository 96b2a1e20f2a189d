import type { HttpServer } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import type { FastifyInstance, RouteOptions } from 'fastify';
import { expressApp } from '../nest-internals.js';

/** How a platform's router reads paths. */
export interface RouteMatching {
  readonly caseSensitive: boolean;
  readonly ignoreTrailingSlash: boolean;
  /** The rest is Fastify's. */
  readonly maxParamLength?: number;
  readonly useSemicolonDelimiter?: boolean;
  /** Whether Fastify gets a route of all methods without the constraints that the handler has. */
  readonly dropsConstraintsOfAll?: boolean;
}

/**
 * How the adapter's router reads paths. The adapter says so, in a public method that grew from version to version; what it
 * does not say, its router does.
 */
export function matchingOptions(adapter: AbstractHttpAdapter): RouteMatching {
  const said = (adapter as Partial<HttpServer>).getRouteMatchingOptions?.();
  return {
    ...(adapter.getType() === 'fastify'
      ? { ...ofFastify(adapter.getInstance()), dropsConstraintsOfAll: dropsConstraintsOfAll(adapter) }
      : ofExpress(adapter)),
    ...said,
  };
}

/** The options of Fastify, which were at the top once and are below `routerOptions` now. Either may be given. */
function ofFastify({ initialConfig }: FastifyInstance): RouteMatching {
  const top = initialConfig as Partial<RouteMatching>;
  const router: Partial<RouteMatching> = initialConfig.routerOptions ?? {};
  return {
    caseSensitive: top.caseSensitive !== false && router.caseSensitive !== false,
    ignoreTrailingSlash: top.ignoreTrailingSlash === true || router.ignoreTrailingSlash === true,
    useSemicolonDelimiter: top.useSemicolonDelimiter === true || router.useSemicolonDelimiter === true,
    maxParamLength: maxParamLength(top, router),
  };
}

/** What Fastify and find-my-way take by default; so they read 0. */
const MAX_PARAM_LENGTH = 100;

/** Fastify fills in its default where the other place has the option, so that the default says nothing. */
function maxParamLength(top: Partial<RouteMatching>, router: Partial<RouteMatching>): number {
  const [ofTop, ofRouter] = [top, router].map((options) => options.maxParamLength || MAX_PARAM_LENGTH);
  return (ofRouter === MAX_PARAM_LENGTH ? ofTop : ofRouter) as number;
}

/**
 * Asks the adapter, which does not say so, with a handler of version 1 and with something that only keeps what Fastify
 * would be given. The adapters of Nest 11 hand `@All()` to `fastify.all()`, and with it only path and handler.
 */
function dropsConstraintsOfAll(adapter: AbstractHttpAdapter): boolean {
  let hasVersion: boolean | undefined;
  const recorder = {
    supportedMethods: [],
    addHttpMethod: () => {},
    all: () => (hasVersion = false),
    route: ({ constraints }: RouteOptions) => (hasVersion = constraints !== undefined),
  };
  const handler = Object.assign(() => {}, { version: '1' });
  try {
    (Object.create(adapter, { instance: { value: recorder } }) as AbstractHttpAdapter).all('/', handler);
  } catch {
    // An adapter that needs more than that is none that we know: it is taken for one that drops nothing.
  }
  return hasVersion === false;
}

/** Express's router has its settings in fields of its own; one that has not is read as it is by default. */
function ofExpress(adapter: AbstractHttpAdapter): RouteMatching {
  const router = expressApp(adapter)?.router;
  return { caseSensitive: router?.caseSensitive === true, ignoreTrailingSlash: router?.strict !== true };
}
