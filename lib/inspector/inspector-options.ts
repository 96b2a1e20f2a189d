import type { CanActivate, ModuleMetadata, Type } from '@nestjs/common';
import type { CorsManifest } from '../manifest/cors-manifest.js';
import type { CorsProblem } from '../policy/cors-problem.js';

/** Options of `CorsInspectorModule.forRoot()`. */
export interface CorsInspectorOptions {
  /**
   * Where the page is, below the global prefix if there is one.
   *
   * @defaultValue `/_cors`
   */
  readonly path?: string | undefined;
  /**
   * Who may see the page: a guard of Nest, asked for the page, its script, its style and its stream. A browser has to pass it by
   * itself, by a cookie or by HTTP authentication: pages and streams cannot send a token in a header.
   *
   * @defaultValue none: the page answers this machine alone, and the app does not start where `NODE_ENV` is `production`
   */
  readonly guard?: Type<CanActivate> | CanActivate | undefined;
  /** Modules that export what the guard injects. */
  readonly imports?: ModuleMetadata['imports'] | undefined;
  /**
   * What the policies in force are compared with: the path of a JSON file, read each time, from the working directory if it is
   * relative; or what `CorsService.manifest()` has given.
   *
   * @defaultValue none: there are no differences to show
   */
  readonly manifest?: string | CorsManifest | undefined;
}

/** Injection token of the options, as they were given. */
export const INSPECTOR_OPTIONS = Symbol('nestjs-cors:inspector-options');

/** Where the page is, where nobody says. */
export const DEFAULT_PATH = '/_cors';

const KNOWN: ReadonlySet<string> = new Set(['path', 'guard', 'imports', 'manifest']);

/** Of characters that mean the same to both platforms, and no `.` or `..`, which browsers take out of a path. */
const STATIC_PATH = /^(?:\/(?!\.\.?(?:\/|$))[\w.~-]+)+$/;

/**
 * What is wrong with options.
 *
 * @param given - as they were given
 * @param environment - the value of `NODE_ENV`
 */
export function inspectorProblems(given: unknown, environment: string | undefined): readonly CorsProblem[] {
  if (!isObject(given)) {
    return [
      problem('option-type', '', given, 'is no options', `write { path: '${DEFAULT_PATH}', guard: … }`),
    ];
  }
  const { path = DEFAULT_PATH, guard, imports = [], manifest = '' } = given;
  const shown = `a path such as "${DEFAULT_PATH}", without parameters and without a slash at the end`;
  return [
    ...Object.keys(given)
      .filter((name) => !KNOWN.has(name))
      .map((name) =>
        problem('option-unknown', name, undefined, 'is no option', `write ${[...KNOWN].join(' or ')}`),
      ),
    ...(typeof path === 'string' && STATIC_PATH.test(path)
      ? []
      : [problem('route-path-invalid', 'path', path, 'is no path of a page', `write ${shown}`)]),
    ...(guard === undefined || isGuard(guard)
      ? []
      : [
          problem('option-type', 'guard', guard, 'is no guard', 'write the class of a guard, or an instance'),
        ]),
    ...(Array.isArray(imports)
      ? []
      : [problem('option-type', 'imports', imports, 'is no list', 'write a list of modules')]),
    ...(typeof manifest === 'string' || isObject(manifest)
      ? []
      : [problem('option-type', 'manifest', manifest, 'is no manifest', 'write the path of a JSON file')]),
    ...(guard === undefined && environment === 'production' ? [UNGUARDED] : []),
  ];
}

/** Of a class Nest makes an instance, and refuses one that cannot decide; of other functions it could make none. */
function isGuard(value: unknown): boolean {
  if (typeof value === 'function') return typeof value.prototype === 'object';
  return isObject(value) && typeof value['canActivate'] === 'function';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A problem of the module. */
export function problem(
  code: CorsProblem['code'],
  field: string,
  value: unknown,
  message: string,
  fix: string,
): CorsProblem {
  return { code, where: 'CorsInspectorModule', field, value, message, fix };
}

const UNGUARDED = problem(
  'inspector-unguarded',
  'guard',
  undefined,
  'is missing where NODE_ENV is "production": the page tells who is allowed to whoever opens it',
  'add guard: the class of a guard that lets your operators in, or leave the module out in production',
);
