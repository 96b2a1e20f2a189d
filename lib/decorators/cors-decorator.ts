import type { Type } from '@nestjs/common';
import { addMetadata } from './cors-metadata.js';
import { requireCorsModule } from './cors-module-check.js';

/** A decorator for controllers and for handlers. */
export type CorsDecorator = ClassDecorator & MethodDecorator;

/** Makes a decorator that adds `value` to the metadata of the class or handler that it stands on. */
export function corsDecorator(key: string, value: unknown): CorsDecorator {
  return (target: object, _name?: string | symbol, descriptor?: { readonly value?: unknown }): void => {
    const handler = descriptor?.value;
    addMetadata(key, typeof handler === 'function' ? handler : target, value);
    requireCorsModule((typeof target === 'function' ? target : target.constructor) as Type);
  };
}
