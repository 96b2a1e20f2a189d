import {
  Catch,
  Inject,
  Optional,
  UseFilters,
  type ExceptionFilter,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { CorsConfigurationError } from '../policy/cors-configuration-error.js';
import type { CorsProblem } from '../policy/cors-problem.js';
import { CORS_MODULE_IMPORTED } from './cors-module-imported.js';
import { decoratedPlaces } from './decorated-places.js';

/** Never thrown: what the check catches. */
class Nothing {}

/**
 * Says at start that a controller uses a decorator of the package in an app that does not import `CorsModule`: without
 * the module no code of the package runs, and the decorators would be promises that nobody keeps.
 *
 * Of all that Nest instantiates because a class asks for it, an exception filter is what costs a request nothing: it
 * is looked at when something is thrown, and this one catches nothing. The check waits for `onModuleInit`, so that a
 * unit test which only compiles a module with the controller in it needs no `CorsModule`.
 */
@Catch(Nothing)
export class CorsModuleCheck implements ExceptionFilter, OnModuleInit {
  constructor(
    @Optional() @Inject(CORS_MODULE_IMPORTED) private readonly imported: true | undefined,
    @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
  ) {}

  onModuleInit(): void {
    // The host's adapter is null in application contexts and microservices, where nobody can ask for CORS.
    if (this.imported === true || !(this.host.httpAdapter as unknown)) return;
    const controllers = [...this.modules.values()].flatMap((module) =>
      [...module.controllers.values()].map((wrapper) => wrapper.metatype as Type),
    );
    throw new CorsConfigurationError(controllers.flatMap(decoratedPlaces).map(notImported));
  }

  catch(): void {
    // Required of a filter, and never called.
  }
}

const checked = new WeakSet<Type>();

/** Has Nest instantiate the check in every module that has `controller` among its controllers. */
export function requireCorsModule(controller: Type): void {
  if (checked.has(controller)) return;
  checked.add(controller);
  UseFilters(CorsModuleCheck)(controller);
}

function notImported(where: string): CorsProblem {
  return {
    code: 'module-not-imported',
    where,
    field: '',
    value: undefined,
    message: 'has a decorator of nestjs-cors, but CorsModule is not imported',
    fix: 'add CorsModule.forRoot({ … }) to the imports of the root module',
  };
}
