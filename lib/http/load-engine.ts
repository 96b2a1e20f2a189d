import type { ApplicationConfig, ModuleRef, ModulesContainer } from '@nestjs/core';
import { LatePart } from '../late-part.js';
import { checkNestInUse } from '../routing/nest/nest-in-use.js';
import type { CorsEngine } from './cors-engine.js';

/** All that works once the module is in an app. To import a decorator, or a type of it, takes none of this. */
const ENGINE = new LatePart(() => import('./cors-engine.js'));

/** Injection token of the {@link CorsEngine}. */
export const CORS_ENGINE = Symbol('nestjs-cors:engine');

/**
 * Loads and makes the engine of a container.
 *
 * @param container - what it is made of, as the container has it
 * @throws CorsConfigurationError (the promise rejects) if the Nest in use is not one that the library can work with
 */
export async function loadEngine(
  ...container: readonly [ApplicationConfig, ModulesContainer, ModuleRef]
): Promise<CorsEngine> {
  // At once, while the container that calls can still be seen.
  checkNestInUse(container);
  const { engineOf } = await ENGINE.load();
  return engineOf(...container);
}
