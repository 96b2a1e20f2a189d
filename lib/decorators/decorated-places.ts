import type { Type } from '@nestjs/common';
import { MetadataScanner } from '@nestjs/core';
import { isDecorated, type Decorated } from './cors-metadata.js';

const scanner = new MetadataScanner();

/** The names of a controller's methods that carry a decorator of the package. */
export function decoratedMethods(controller: Type): readonly string[] {
  const prototype = controller.prototype as Record<string, Decorated>;
  return scanner.getAllMethodNames(prototype).filter((name) => isDecorated(prototype[name] as Decorated));
}

/** Where the package's decorators stand in a controller: `ReportsController`, `ReportsController#list`. */
export function decoratedPlaces(controller: Type): readonly string[] {
  const methods = decoratedMethods(controller).map((name) => `${controller.name}#${name}`);
  return isDecorated(controller) ? [controller.name, ...methods] : methods;
}
