import { Inject, Module, Optional, type DynamicModule, type NestModule } from '@nestjs/common';
import { CORS_MODULE_IMPORTED } from '../decorators/cors-module-imported.js';
import { CorsConfigurationError } from '../policy/cors-configuration-error.js';
import { InspectedApp } from './inspected-app.js';
import { inspectorController } from './inspector.controller.js';
import {
  DEFAULT_PATH,
  INSPECTOR_OPTIONS,
  inspectorProblems,
  problem,
  type CorsInspectorOptions,
} from './inspector-options.js';
import { LOOPBACK_GUARD } from './loopback.js';

/**
 * A page that shows what is open to whom: every route with its policy and where each field came from, an explanation for any
 * request, what has been refused, live, and what has changed since a manifest was written. It has no CORS fields, is never framed,
 * loads nothing from elsewhere, and changes nothing.
 *
 * Refusals are counted where it is imported, as with `refusals: true`.
 *
 * @example
 * ```ts
 * imports: [
 *   CorsModule.forRoot({ origin: 'https://app.example.com' }),
 *   CorsInspectorModule.forRoot({ path: '/_cors', guard: OperatorGuard, manifest: 'cors.manifest.json' }),
 * ]
 * ```
 */
@Module({})
export class CorsInspectorModule implements NestModule {
  /** @internal */
  constructor(
    @Optional() @Inject(INSPECTOR_OPTIONS) private readonly options: unknown,
    @Optional() @Inject(CORS_MODULE_IMPORTED) private readonly imported: true | undefined,
  ) {}

  /**
   * Registers the page. Its guard should be given wherever strangers can reach the app; see {@link CorsInspectorOptions}.
   *
   * @param options - where the page is, who may see it, and what to compare with
   * @throws `CorsConfigurationError` when the app starts, if an option is refused, or `guard` is missing where `NODE_ENV` is
   * `production`
   */
  static forRoot(options: CorsInspectorOptions = {}): DynamicModule {
    const provider = { provide: INSPECTOR_OPTIONS, useValue: options };
    // What is wrong is said when the app starts, as with all that is configured; Nest would say it worse.
    if (inspectorProblems(options, undefined).length > 0) {
      return { module: CorsInspectorModule, providers: [provider] };
    }
    const { path = DEFAULT_PATH, guard = LOOPBACK_GUARD, imports = [] } = options;
    return {
      module: CorsInspectorModule,
      imports,
      controllers: [inspectorController(path, guard)],
      providers: [provider, InspectedApp],
    };
  }

  /** Called by Nest before an app with HTTP serves. Not for apps to call. */
  configure(): void {
    const problems = [
      ...(this.imported === true ? [] : [NOT_IMPORTED]),
      ...(this.options === undefined
        ? [WITHOUT_OPTIONS]
        : inspectorProblems(this.options, process.env['NODE_ENV'])),
    ];
    if (problems.length > 0) throw new CorsConfigurationError(problems);
  }
}

const NOT_IMPORTED = problem(
  'module-not-imported',
  '',
  undefined,
  'has nothing to show, since CorsModule is not imported',
  'add CorsModule.forRoot({ … }) to the imports of the root module',
);

const WITHOUT_OPTIONS = problem(
  'module-without-options',
  '',
  undefined,
  'is imported by itself, so it serves no page',
  'write CorsInspectorModule.forRoot({ … })',
);
