import type { Type } from '@nestjs/common';
import { addMetadata, addMisplaced, type CorsMetadata, type Decorated } from './cors-metadata.js';
import { requireCorsModule } from './cors-module-check.js';

/** A decorator for controllers and for handlers; several compose with Nest's `applyDecorators`. */
export type CorsDecorator = ClassDecorator & MethodDecorator;

/** Makes a decorator that adds `value` to the metadata of the class or handler that it stands on. */
export function corsDecorator(kind: keyof CorsMetadata, value: unknown): CorsDecorator {
  return (target: object, name?: string | symbol, descriptor?: { readonly value?: unknown }): void => {
    const isClass = typeof target === 'function';
    const controller = (isClass ? target : target.constructor) as Type;
    const handler = descriptor?.value;
    if (name === undefined) addMetadata(kind, controller, value);
    else if (!isClass && typeof handler === 'function') addMetadata(kind, handler as Decorated, value);
    // A static method, an accessor or a property, which the types do not all refuse.
    else addMisplaced(controller, String(name));
    requireCorsModule(isClass ? (controller.prototype as object) : target);
  };
}
