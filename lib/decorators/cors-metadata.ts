import type { Type } from '@nestjs/common';

/**
 * Metadata keys. Strings, not symbols, so that two copies of the package in one process (a linked one, a test's) read
 * each other's decorators.
 */
export const ALLOW_ORIGIN_METADATA = 'nestjs-cors:allow-origin';
export const PREFLIGHT_METADATA = 'nestjs-cors:preflight';
export const NO_CORS_METADATA = 'nestjs-cors:no-cors';
export const USE_CORS_POLICY_METADATA = 'nestjs-cors:use-cors-policy';

/** The decorators of one class or handler, as they were applied. More than one of a kind is a mistake. */
export interface CorsMetadata {
  readonly allowOrigin: readonly object[];
  readonly preflight: readonly object[];
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

/** Reads what the decorators have said of a class, its base classes included, or of a handler. */
export function readMetadata(target: Decorated): CorsMetadata {
  return {
    allowOrigin: list(ALLOW_ORIGIN_METADATA, target),
    preflight: list(PREFLIGHT_METADATA, target),
    noCors: list(NO_CORS_METADATA, target).length > 0,
    policies: list(USE_CORS_POLICY_METADATA, target),
  };
}

/** Whether any of the package's decorators stands on a class or a handler. */
export function isDecorated(target: Decorated): boolean {
  const { allowOrigin, preflight, noCors, policies } = readMetadata(target);
  return allowOrigin.length > 0 || preflight.length > 0 || noCors || policies.length > 0;
}

function list<T>(key: string, target: Decorated): readonly T[] {
  return (Reflect.getMetadata(key, target) as readonly T[] | undefined) ?? [];
}
