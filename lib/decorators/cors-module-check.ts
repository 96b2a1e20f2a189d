import { Catch, Inject, Optional, UseFilters, type ExceptionFilter, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost, ModulesContainer } from '@nestjs/core';
import { CorsConfigurationError } from '../policy/cors-configuration-error.js';
import type { CorsProblem } from '../policy/cors-problem.js';
import { containedClasses } from './contained-classes.js';
import { CORS_MODULE_IMPORTED } from './cors-module-imported.js';
import { refuseOtherCopy } from '../routing/nest/nest-in-use.js';
import { decoratedPlaces, placeName } from './decorated-places.js';

/** Never thrown: what the check catches. */
class Nothing {}

/**
 * Says at start that a class uses a decorator of the package in an app that does not import `CorsModule`: without the
 * module no code of the package runs, and the decorators would be promises that nobody keeps.
 *
 * It is an exception filter because Nest instantiates these wherever a method of a controller or provider asks for one.
 * It catches nothing. The check waits for `onModuleInit`, so that a unit test which only compiles a module with the class
 * in it needs no `CorsModule`.
 */
@Catch(Nothing)
export class CorsModuleCheck implements ExceptionFilter, OnModuleInit {
  constructor(
    @Optional() @Inject(CORS_MODULE_IMPORTED) private readonly imported: true | undefined,
    @Optional() @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Optional() @Inject(ModulesContainer) private readonly modules: ModulesContainer,
  ) {
    // Of the container that has made this, these are always there.
    if ((host as HttpAdapterHost | undefined) === undefined) refuseOtherCopy();
  }

  onModuleInit(): void {
    // The host's adapter is null in application contexts and microservices, where nobody can ask for CORS.
    if (this.imported === true || !(this.host.httpAdapter as unknown)) return;
    const { controllers, providers } = containedClasses(this.modules);
    const places = [...controllers, ...providers].flatMap((owner) =>
      decoratedPlaces(owner).map(({ name }) => placeName({ owner, name })),
    );
    // None is left where a subclass overrides all handlers that had one.
    if (places.length > 0) throw new CorsConfigurationError([...new Set(places)].map(notImported));
  }

  catch(): void {
    // Required of a filter, and never called.
  }
}

/** The name of the method that asks for the check: one that no app has for a method of its own. */
const CHECKED = 'nestjs-cors:module-check';

/**
 * Has Nest instantiate the check in every module that has a controller or provider with this prototype.
 *
 * What asks for it is a method of its own, which serves no route and is never called. On the class or on a handler,
 * Nest would look the filter up again for every route. Like any method it may be wrapped or replaced, as libraries do
 * with all methods of a class.
 */
export function requireCorsModule(prototype: object): void {
  if (CHECKED in prototype) return;
  Object.defineProperty(prototype, CHECKED, { value: asksForCheck, writable: true, configurable: true });
}

function asksForCheck(): void {
  // Carries the metadata below.
}

UseFilters(CorsModuleCheck)({}, CHECKED, { value: asksForCheck });

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
