import {
  Inject,
  Module,
  Optional,
  type DynamicModule,
  type NestModule,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import {
  ApplicationConfig,
  HttpAdapterHost,
  ModuleRef,
  ModulesContainer,
  type AbstractHttpAdapter,
} from '@nestjs/core';
import {
  ConfigurableModuleClass,
  MODULE_OPTIONS_TOKEN,
  type ASYNC_OPTIONS_TYPE,
  type OPTIONS_TYPE,
} from './cors.module-definition.js';
import { CorsService } from './cors.service.js';
import { CORS_MODULE_IMPORTED } from './decorators/cors-module-imported.js';
import type { CorsEngine } from './http/cors-engine.js';
import { CORS_ENGINE, loadEngine } from './http/load-engine.js';
import { CorsConfigurationError } from './policy/cors-configuration-error.js';
import type { CorsProblem } from './policy/cors-problem.js';

/**
 * Puts the CORS policy on the routes. Imported once, in the root module; it is global.
 *
 * With it in the app, no response leaves with CORS fields that a policy did not write, whoever answers: what no policy governs
 * is closed. It stands at the door of the HTTP server, where it seals every response, and registers a request hook, which
 * answers preflights, and a guard in front of all others; and an interceptor around all others, if some route has a source
 * that decides after the guards.
 * When the app starts, it checks every policy of every route and throws one {@link CorsConfigurationError} with all
 * that is wrong. In an app without HTTP it does nothing.
 */
@Module({
  providers: [
    {
      provide: CORS_ENGINE,
      useFactory: loadEngine,
      // Always there, unless the container is of another copy of Nest: the factory says so better than Nest would.
      inject: [ApplicationConfig, ModulesContainer, ModuleRef].map((token) => ({ token, optional: true })),
    },
    CorsService,
    { provide: CORS_MODULE_IMPORTED, useValue: true },
  ],
  exports: [CorsService, CORS_MODULE_IMPORTED],
})
export class CorsModule
  extends ConfigurableModuleClass
  implements NestModule, OnApplicationBootstrap, OnApplicationShutdown
{
  /** @internal */
  constructor(
    @Optional() @Inject(MODULE_OPTIONS_TOKEN) private readonly options: unknown,
    @Optional() @Inject(ApplicationConfig) config: ApplicationConfig,
    @Optional() @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    @Inject(CORS_ENGINE) private readonly engine: CorsEngine,
  ) {
    super();
    engine.checkImports(CorsModule, options);
    // A guard that is added here comes before the APP_GUARDs of every module, the root module's included.
    config.addGlobalGuard(engine.guard());
    host.init$.subscribe(() => {
      // Null in application contexts and microservices, whatever the type says.
      if (host.httpAdapter as unknown) engine.attach(host.httpAdapter);
    });
  }

  /**
   * Registers the module.
   *
   * @param options - the default policy of every route, named policies, and policies for paths; `{}` denies everything that
   * no decorator allows
   * @throws `CorsConfigurationError` when the app starts, if anything in the options or in a decorator is refused
   *
   * @example
   * ```ts
   * CorsModule.forRoot({
   *   origin: ['https://app.example.com', 'https://*.preview.example.com'],
   *   credentials: true,
   *   maxAge: 600,
   * })
   * ```
   */
  static override forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    return super.forRoot(options);
  }

  /**
   * Registers the module with options that are made when the app starts.
   *
   * @param options - `useFactory` with `inject`, or `useClass` or `useExisting` with a `CorsOptionsFactory`; `imports`
   * @throws `CorsConfigurationError` when the app starts, if anything in the options or in a decorator is refused
   *
   * @example
   * ```ts
   * CorsModule.forRootAsync({
   *   inject: [ConfigService],
   *   useFactory: (config: ConfigService) => ({
   *     origin: originsFrom(config.getOrThrow('CORS_ORIGINS')),
   *   }),
   * })
   * ```
   */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return super.forRootAsync(options);
  }

  /**
   * Called by Nest when the global prefix and versioning are final and no route has been registered yet: the one moment
   * when the route table can be computed and the platform can still be told of it. Not for apps to call.
   */
  async configure(): Promise<void> {
    // Nest then calls this on an instance that it has not constructed.
    if ((this.engine as CorsEngine | undefined) === undefined) throw new CorsConfigurationError([SCOPED]);
    // Null where the app's host of the adapter is not the one here, whatever the type says.
    await this.engine.start(this.options, (this.host.httpAdapter as AbstractHttpAdapter | null) ?? undefined);
  }

  /** Called by Nest when the app has been closed. Not for apps to call. */
  onApplicationShutdown(): void {
    (this.engine as CorsEngine | undefined)?.close();
  }

  /** Called by Nest when all of the app is there. Not for apps to call. */
  onApplicationBootstrap(): void {
    this.engine.reportForeign();
  }
}

const SCOPED: CorsProblem = {
  code: 'module-scoped',
  where: 'CorsModule',
  field: 'inject',
  value: undefined,
  message:
    'the options depend on a request-scoped provider, but a policy is compiled once, when the app starts',
  fix: 'inject providers of the default scope; for what depends on the request, give a function or an OriginSource in origin',
};
