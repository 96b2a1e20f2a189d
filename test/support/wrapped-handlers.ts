import { RouterExecutionContext } from '@nestjs/core/router/router-execution-context.js';
import type { FastifyInstance } from 'fastify';

type AnyFunction = (this: unknown, ...args: unknown[]) => unknown;

/** A function around another one, with its name. */
function wrap(inner: AnyFunction): AnyFunction {
  const wrapper: AnyFunction = function (...args) {
    return inner.apply(this, args);
  };
  return Object.defineProperty(wrapper, 'name', { value: inner.name });
}

/**
 * Runs something while each handler is wrapped before Nest builds its route, as agents for tracing do: the metadata, which
 * Nest reads on the function that it gets, is copied.
 */
export async function whileInstrumented<T>(run: () => Promise<T>): Promise<T> {
  const { prototype } = RouterExecutionContext as unknown as { prototype: { create: AnyFunction } };
  const { create } = prototype;
  prototype.create = function (instance, handler, ...others) {
    const wrapper = wrap(handler as AnyFunction);
    for (const key of Reflect.getMetadataKeys(handler as object)) {
      Reflect.defineMetadata(key, Reflect.getMetadata(key, handler as object), wrapper);
    }
    return create.call(this, instance, wrapper, ...others);
  };
  try {
    return await run();
  } finally {
    prototype.create = create;
  }
}

/** Wraps the handlers of all routes that an instance of Fastify is given from now on, as its plugins do. */
export function wrapRoutes(instance: FastifyInstance): void {
  instance.addHook('onRoute', (route) => {
    route.handler = wrap(route.handler as AnyFunction);
  });
}
