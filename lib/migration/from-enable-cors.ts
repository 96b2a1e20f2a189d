import type { NestApplicationOptions } from '@nestjs/common';
import type { CorsModuleOptions } from '../policy/cors-policy-options.interface.js';
import type { OriginFunction } from '../policy/origin-source.js';
import { namesIn } from './comma-list.js';

/** Options of `app.enableCors()`, of the package `cors` and of `@fastify/cors`; not a function that makes them. */
export type EnableCorsOptions = Exclude<
  NonNullable<NestApplicationOptions['cors']>,
  boolean | ((...args: never[]) => unknown)
>;

type CustomOrigin = Extract<EnableCorsOptions['origin'], (...args: never[]) => unknown>;
type Answer = Parameters<Parameters<CustomOrigin>[1]>[1];

/** Options whose value there does nothing, so that they need no counterpart. */
const IDLE: Readonly<Record<string, unknown>> = {
  preflightContinue: false,
  strictPreflight: true,
  hideOptionsRoute: true,
};

/**
 * Makes options of `CorsModule.forRoot()` out of those of `app.enableCors()`, as a first step: the app starts, or the
 * start-up check says what has to be written differently. Then write what `npx nestjs-cors migrate` prints.
 *
 * What means the same is taken over: origins, expressions, functions with a callback, names in one string with commas.
 * What does not:
 *
 * - An origin that is not allowed gets no header, and its preflight 403. There it got those of all others.
 * - A string in `origin` is the one origin that may read. There it was sent to everybody.
 * - Without `allowedHeaders` a preflight is told `authorization`, `content-type` and what the handler declares. There it was
 *   told whatever it asked for.
 * - Without `methods` it is told those of the route's path. There it was told six of them, on every path.
 * - An expression has to match the whole origin, and none that strangers can have.
 * - `origin: true` with `credentials: true` does not start: every site could act with the cookies of its visitors.
 *
 * @param options - as they were given to `app.enableCors()`; none for an app that allowed everybody
 * @throws TypeError for a function that makes options for each request: policies on routes take its place
 * @see the package `cors`, "Configuration Options", and `@fastify/cors`, "Options"
 *
 * @example
 * ```ts
 * CorsModule.forRoot(fromEnableCors({ origin: /^https:\/\/.*\.example\.com$/, methods: 'GET,PUT', credentials: true }))
 * ```
 */
export function fromEnableCors(options: EnableCorsOptions = {}): CorsModuleOptions {
  if (typeof options !== 'object' || (options as unknown) === null) {
    throw new TypeError(
      'fromEnableCors() takes the options themselves, and not a function that makes them for each request: give paths ' +
        'their own policies in routes, or routes theirs by @AllowOrigin()',
    );
  }
  const { origin, methods, allowedHeaders, exposedHeaders, ...others } = options;
  const kept = Object.entries(others).filter(([name, value]) => value !== IDLE[name]);
  return {
    ...Object.fromEntries(kept),
    ...given('origin', originOf(origin)),
    ...given('methods', namesIn(methods)),
    ...given('allowedHeaders', namesIn(allowedHeaders)),
    ...given('exposedHeaders', namesIn(exposedHeaders)),
  };
}

function given(name: string, value: unknown): object {
  return value === undefined ? {} : { [name]: value };
}

/** `undefined` for nobody. */
function originOf(origin: EnableCorsOptions['origin']): unknown {
  if (origin === false) return undefined;
  if (origin === undefined || origin === true) return '*';
  return typeof origin === 'function' ? askedBy(origin) : origin;
}

/** A function that returns the answer, instead of giving it to a callback. */
function askedBy(custom: CustomOrigin): OriginFunction {
  return (origin) =>
    new Promise((resolve, reject) => {
      const answer = (error: Error | null, allowed?: Answer): void => {
        if (error === null || (error as unknown) === undefined) resolve(allows(allowed, origin));
        else reject(error);
      };
      // `@fastify/cors` takes a promise as well.
      const returned: unknown = custom(origin, answer);
      if (returned instanceof Promise) returned.then((allowed: Answer) => answer(null, allowed), reject);
    });
}

/** What a callback may be given: whether, or which. */
function allows(allowed: Answer, origin: string): boolean {
  if (Array.isArray(allowed)) return allowed.some((one) => allows(one, origin));
  if (allowed instanceof RegExp)
    return new RegExp(allowed.source, allowed.flags.replace(/[gy]/g, '')).test(origin);
  return allowed === true || allowed === '*' || allowed === origin;
}
