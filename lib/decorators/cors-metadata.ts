import type { Type } from '@nestjs/common';

/**
 * Metadata keys. Strings, not symbols, so that two copies of the package in one process (a linked one, a test's) read
 * each other's decorators.
 */
export const ALLOW_ORIGIN_METADATA = 'nestjs-cors:allow-origin';
export const PREFLIGHT_METADATA = 'nestjs-cors:preflight';
export const NO_CORS_METADATA = 'nestjs-cors:no-cors';
export const USE_CORS_POLICY_METADATA = 'nestjs-cors:use-cors-policy';
/** On the class: the names of its members that carry a decorator and cannot be handlers. */
export const MISPLACED_METADATA = 'nestjs-cors:misplaced';

/** The decorators of one class or handler, as they were applied. More than one of a kind is a mistake. */
export interface CorsMetadata {
  readonly allowOrigin: readonly unknown[];
  readonly preflight: readonly unknown[];
  readonly noCors: boolean;
  readonly policies: readonly unknown[];
}

/** A class or a handler. */
export type Decorated = Type | ((...args: never[]) => unknown);

/**
 * Adds a value to the list of `target`'s own metadata. A list, because a decorator that is applied twice, perhaps once
 * through a composed decorator, must not lose one of the two silently. Own, because a subclass replaces what it
 * inherits.
 */
export function addMetadata(key: string, target: object, value: unknown): void {
  const own = (Reflect.getOwnMetadata(key, target) ?? []) as readonly unknown[];
  Reflect.defineMetadata(key, [value, ...own], target);
}

/**
 * Reads what the decorators have said of a class or of a handler.
 *
 * A class inherits from its base class, and each of its own decorators takes the place of an inherited one of the same
 * kind. `@NoCors()` and `@UseCorsPolicy()` speak for the whole policy, so that nothing is inherited beside them; and
 * `@AllowOrigin()` ends an inherited `@NoCors()`.
 */
export function readMetadata(target: Decorated): CorsMetadata {
  const own: CorsMetadata = {
    allowOrigin: ownList(ALLOW_ORIGIN_METADATA, target),
    preflight: ownList(PREFLIGHT_METADATA, target),
    noCors: ownList(NO_CORS_METADATA, target).length > 0,
    policies: ownList(USE_CORS_POLICY_METADATA, target),
  };
  const base: unknown = Object.getPrototypeOf(target);
  // Only a class has a base of its own; that of any other function is every function's.
  if (own.noCors || own.policies.length > 0 || typeof base !== 'function' || base === Function.prototype) {
    return own;
  }
  const inherited = readMetadata(base as Decorated);
  const opens = own.allowOrigin.length > 0;
  return {
    allowOrigin: opens ? own.allowOrigin : inherited.allowOrigin,
    preflight: own.preflight.length > 0 ? own.preflight : inherited.preflight,
    noCors: inherited.noCors && !opens,
    policies: inherited.policies,
  };
}

/** Whether any of the package's decorators stands on a class or a handler. */
export function isDecorated(target: Decorated): boolean {
  const { allowOrigin, preflight, noCors, policies } = readMetadata(target);
  return allowOrigin.length > 0 || preflight.length > 0 || noCors || policies.length > 0;
}

/** The names of members of a class, its base classes included, on which a decorator has no effect. */
export function misplacedDecorators(target: Decorated): readonly string[] {
  return (Reflect.getMetadata(MISPLACED_METADATA, target) ?? []) as readonly string[];
}

function ownList(key: string, target: Decorated): readonly unknown[] {
  return (Reflect.getOwnMetadata(key, target) ?? []) as readonly unknown[];
}
