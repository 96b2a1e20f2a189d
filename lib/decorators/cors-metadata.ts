import type { Type } from '@nestjs/common';

/**
 * Metadata keys. Strings, not symbols, so that two copies of the package in one process (a linked one, a test's) read
 * each other's decorators. One key for all decorators: every class and handler of an app is asked for it at start.
 */
const DECORATORS_METADATA = 'nestjs-cors:decorators';
/** On the prototype of a class: what of the class was decorated. Few classes of an app have it, so it is quick to ask for. */
const RECORD_METADATA = 'nestjs-cors:decorated';

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
  const { allowOrigin, preflight, noCors, policies } = ownMetadata(target);
  // Written out: an app has many decorators, and objects that are spread take ten times as long.
  const metadata: CorsMetadata = {
    allowOrigin: kind === 'allowOrigin' ? added(allowOrigin, value) : allowOrigin,
    preflight: kind === 'preflight' ? added(preflight, value) : preflight,
    noCors: kind === 'noCors' ? added(noCors, value) : noCors,
    policies: kind === 'policies' ? added(policies, value) : policies,
  };
  Reflect.defineMetadata(DECORATORS_METADATA, metadata, target);
}

function added(values: readonly unknown[], value: unknown): readonly unknown[] {
  return values.length === 0 ? [value] : [value, ...values];
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

/** Whether all that the decorators were given on `target` itself can be read of `successor` as well. */
export function carriesMetadata(successor: Decorated, target: Decorated): boolean {
  const carried = readMetadata(successor);
  return Object.entries(ownMetadata(target)).every(([kind, values]: [string, readonly unknown[]]) =>
    values.every((value) => carried[kind as keyof CorsMetadata].includes(value)),
  );
}

/** Something of a class that a decorator was applied to. */
export interface DecoratedMember {
  /** The member's name; `undefined` for the class itself. */
  readonly name: string | symbol | undefined;
  /** The function or class that the decorator has seen; `undefined` where it is none that could serve a route. */
  readonly target: Decorated | undefined;
}

/**
 * Records what a decorator was applied to. Its metadata alone would tell nothing once another function has taken the
 * place of the one that carries it.
 *
 * @returns whether it is the first of the class
 */
export function recordMember(prototype: object, member: DecoratedMember): boolean {
  const own = Reflect.getOwnMetadata(RECORD_METADATA, prototype) as DecoratedMember[] | undefined;
  if (own === undefined) {
    Reflect.defineMetadata(RECORD_METADATA, [member], prototype);
    return true;
  }
  // From the end: decorators of one member follow each other. The list is the prototype's own, and grows with it.
  if (own.findLastIndex(({ name, target }) => name === member.name && target === member.target) !== -1)
    return false;
  if (member.name === undefined) own.unshift(member);
  else own.push(member);
  return false;
}

/** What of a class was decorated, without its base classes: the class itself, then its members. */
export function recordedMembers(prototype: object): readonly DecoratedMember[] {
  return (Reflect.getOwnMetadata(RECORD_METADATA, prototype) ?? NO_MEMBERS) as readonly DecoratedMember[];
}

const NO_MEMBERS: readonly DecoratedMember[] = [];

/**
 * What the decorators have said of a class or of a handler itself: {@link UNDECORATED} if there are none. Each has an object of
 * its own, unless somebody has copied the metadata of one to the other.
 */
export function ownMetadata(target: Decorated): CorsMetadata {
  return (Reflect.getOwnMetadata(DECORATORS_METADATA, target) ?? UNDECORATED) as CorsMetadata;
}
