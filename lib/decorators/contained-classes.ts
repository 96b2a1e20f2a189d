import type { Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';

/** The classes that the modules of an app contain. Nothing is instantiated for it, and no instance is looked at. */
export interface ContainedClasses {
  readonly controllers: ReadonlySet<Type>;
  /** Providers, guards, pipes, interceptors and filters, and the modules themselves. */
  readonly providers: ReadonlySet<Type>;
}

/**
 * Finds the classes that the modules of an app contain. The token of a provider counts as well: nothing else tells of a
 * value, or of what a factory makes, which class it is of.
 */
export function containedClasses(modules: ModulesContainer): ContainedClasses {
  const controllers = new Set<Type>();
  const providers = new Set<Type>();
  for (const module of modules.values()) {
    for (const { metatype } of module.controllers.values()) add(controllers, metatype);
    for (const wrappers of [module.providers, module.injectables]) {
      for (const { metatype, token } of wrappers.values()) {
        add(providers, metatype);
        if (token !== metatype) add(providers, token);
      }
    }
  }
  return { controllers, providers };
}

/** A factory stands there as a function, too; it does no harm, since it carries no decorator. */
function add(classes: Set<Type>, found: unknown): void {
  if (typeof found === 'function') classes.add(found as Type);
}
