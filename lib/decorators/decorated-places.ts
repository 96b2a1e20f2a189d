import type { Type } from '@nestjs/common';
import { MetadataScanner } from '@nestjs/core';
import { isDecorated, misplacedDecorators, type Decorated } from './cors-metadata.js';

/**
 * The names of a controller's members that carry a decorator of the package: methods, if they are to have an effect.
 *
 * @param except - names that are of no interest
 * @param scanner - remembers the methods of the classes it has seen
 */
export function decoratedMethods(
  controller: Type,
  except: ReadonlySet<string> = new Set(),
  scanner = new MetadataScanner(),
): readonly string[] {
  const prototype = controller.prototype as Record<string, Decorated>;
  const methods = scanner
    .getAllMethodNames(prototype)
    .filter((name) => !except.has(name) && isDecorated(prototype[name] as Decorated));
  return [...methods, ...misplacedDecorators(controller).filter((name) => !except.has(name))];
}

/** Where the package's decorators stand in a controller: `ReportsController`, `ReportsController#list`. */
export function decoratedPlaces(controller: Type): readonly string[] {
  const methods = decoratedMethods(controller).map((name) => `${controller.name}#${name}`);
  return isDecorated(controller) ? [controller.name, ...methods] : methods;
}
