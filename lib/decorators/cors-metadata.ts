import type { Type } from '@nestjs/common';

/**
 * Metadata keys. Strings, not symbols, so that two copies of the package in one process (a linked one, a test's) read
 * each other's decorators. One key for all decorators: every class and handler of an app is asked for it at start.
 */
const DECORATORS_METADATA = 'nestjs-cors:decorators';
/** On the class: the names of its members that carry a decorator and cannot be handlers. */
const MISPLACED_METADATA = 'nestjs-cors:misplaced';

/** What the decorators of one class or handler were given, as they were applied. More than one of a kind is a mistake. */
export interface CorsMetadata {
  readonly allowOrigin: readonly unknown[];
  readonly preflight: readonly unknown[];
  readonly noCors: readonly unknown[];
  readonly policies: readonly unknown[];
}

/** The metadata of all that carries no decorator. */
export const UNDECORATED: CorsMetadata = { allowOrigin: [], preflight: [], noCors: [], policies: [] };

/** A class or a handler. */
export type Decorated = Type | ((...args: never[]) => unknown);

/**
 * Adds what a decorator was given to `target`'s own metadata. To a list, because a decorator that is applied twice,
 * perhaps once through a composed decorator, must not lose one of the two silently. Own, because a subclass replaces
 * what it inherits.
 */
export function addMetadata(kind: keyof CorsMetadata, target: Decorated, value: unknown): void {
  const own = ownMetadata(target);
  Reflect.defineMetadata(DECORATORS_METADATA, { ...own, [kind]: [value, ...own[kind]] }, target);
}

/**
 * Reads what the decorators have said of a class or of a handler.
 *
 * A class inherits from its base class, and each of its own decorators takes the place of an inherited one of the same
 * kind. `@NoCors()` and `@UseCorsPolicy()` speak for the whole policy, so that nothing is inherited beside them; and
 * `@AllowOrigin()` ends an inherited `@NoCors()`.
 */
export function readMetadata(target: Decorated): CorsMetadata {
  const own = ownMetadata(target);
  const base: unknown = Object.getPrototypeOf(target);
  // Only a class has a base of its own; that of any other function is every function's.
  if (base === Function.prototype || typeof base !== 'function') return own;
  if (own.noCors.length > 0 || own.policies.length > 0) return own;
  const inherited = readMetadata(base as Decorated);
  const opens = own.allowOrigin.length > 0;
  return {
    allowOrigin: opens ? own.allowOrigin : inherited.allowOrigin,
    preflight: own.preflight.length > 0 ? own.preflight : inherited.preflight,
    noCors: opens ? [] : inherited.noCors,
    policies: inherited.policies,
  };
}

/** Whether any of the package's decorators stands on a class or a handler. */
export function isDecorated(target: Decorated): boolean {
  return Object.values(readMetadata(target)).some((values: readonly unknown[]) => values.length > 0);
}

/** Notes that a member of a class carries a decorator and cannot be a handler. */
export function addMisplaced(controller: Type, name: string): void {
  const own = (Reflect.getOwnMetadata(MISPLACED_METADATA, controller) ?? []) as readonly string[];
  Reflect.defineMetadata(MISPLACED_METADATA, [name, ...own], controller);
}

/** The names of members of a class, its base classes included, on which a decorator has no effect. */
export function misplacedDecorators(target: Decorated): readonly string[] {
  return (Reflect.getMetadata(MISPLACED_METADATA, target) ?? []) as readonly string[];
}

function ownMetadata(target: Decorated): CorsMetadata {
  return (Reflect.getOwnMetadata(DECORATORS_METADATA, target) ?? UNDECORATED) as CorsMetadata;
}
