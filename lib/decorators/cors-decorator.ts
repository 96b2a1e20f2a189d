import type { Type } from '@nestjs/common';
import { addMetadata, recordMember, type CorsMetadata, type Decorated } from './cors-metadata.js';
import { requireCorsModule } from './cors-module-check.js';

/** A decorator for controllers and for handlers; several compose with Nest's `applyDecorators`. */
export type CorsDecorator = ClassDecorator & MethodDecorator;

/** Makes a decorator that adds `value` to the metadata of the class or handler that it stands on. */
export function corsDecorator(kind: keyof CorsMetadata, value: unknown): CorsDecorator {
  return (place: object, name?: string | symbol, descriptor?: { readonly value?: unknown }): void => {
    const prototype = typeof place === 'function' ? ((place as Type).prototype as object) : place;
    const target = name === undefined ? (place as Type) : handlerAt(place, descriptor?.value);
    if (target !== undefined) addMetadata(kind, target, value);
    recordMember(prototype, { name, target });
    requireCorsModule(prototype);
  };
}

/** Nothing for a static method, an accessor or a property, which the types do not all refuse. */
function handlerAt(place: object, value: unknown): Decorated | undefined {
  return typeof place !== 'function' && typeof value === 'function' ? (value as Decorated) : undefined;
}
