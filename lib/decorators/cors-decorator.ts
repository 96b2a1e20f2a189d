import type { Type } from '@nestjs/common';
import { addMetadata, recordMember, type CorsMetadata, type Decorated } from './cors-metadata.js';
import { requireCorsModule } from './cors-module-check.js';

/** A decorator for controllers and for handlers; several compose with Nest's `applyDecorators`. */
export type CorsDecorator = ClassDecorator & MethodDecorator;

/** Makes a decorator that adds `value` to the metadata of the class or handler that it stands on. */
export function corsDecorator(kind: keyof CorsMetadata, value: unknown): CorsDecorator {
  const first = kind === 'allowOrigin' ? firstOrigin(value) : value;
  if (isPrototype(first) || (kind !== 'allowOrigin' && typeof first === 'function')) {
    throw new TypeError(`${NAMES[kind]} is written with parentheses: ${NAMES[kind]}(${EXAMPLES[kind]})`);
  }
  return (place: object, name?: string | symbol, descriptor?: { readonly value?: unknown }): void => {
    const prototype = typeof place === 'function' ? ((place as Type).prototype as object) : place;
    const target = name === undefined ? (place as Type) : handlerAt(place, descriptor?.value);
    if (target !== undefined) addMetadata(kind, target, value);
    if (recordMember(prototype, { name, target })) requireCorsModule(prototype);
  };
}

const NAMES: Readonly<Record<keyof CorsMetadata, string>> = {
  allowOrigin: '@AllowOrigin',
  preflight: '@Preflight',
  noCors: '@NoCors',
  policies: '@UseCorsPolicy',
};

const EXAMPLES: Readonly<Record<keyof CorsMetadata, string>> = {
  allowOrigin: "'https://app.example.com'",
  preflight: '{ maxAge: 600 }',
  noCors: '',
  policies: "'partners'",
};

function firstOrigin(value: unknown): unknown {
  const { origin } = value as { readonly origin?: unknown };
  return Array.isArray(origin) ? origin[0] : origin;
}

/** What stands where the options should, if a decorator has been written without parentheses. */
function isPrototype(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'constructor')) return false;
  const { constructor } = value;
  return typeof constructor === 'function' && constructor.prototype === value;
}

/** Nothing for a static method, an accessor or a property, which the types do not all refuse. */
function handlerAt(place: object, value: unknown): Decorated | undefined {
  return typeof place !== 'function' && typeof value === 'function' ? (value as Decorated) : undefined;
}
