import type { DynamicModule, Type } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';
import type { CorsProblem } from '../policy/cors-problem.js';
import { importsOf } from '../routing/nest-internals.js';

/**
 * What is wrong with how the module is imported.
 *
 * @param module - its class
 * @param options - as they were given, if they were
 */
export function importProblems(
  module: Type,
  options: unknown,
  modules: ModulesContainer,
): readonly CorsProblem[] {
  const imported = [...modules.values()].filter(({ metatype }) => metatype === module);
  const importers = [...modules.values()]
    .filter(({ metatype }) => importsOf(metatype).some((one) => isModule(one, module)))
    .map(({ name }) => name);
  const where = importers.length === 0 ? 'CorsModule' : importers.join(', ');
  const problem = { where, field: 'imports', value: undefined };
  if (imported.length > 1) {
    return [
      {
        ...problem,
        code: 'module-imported-twice',
        message: 'CorsModule is imported more than once, with options of its own each time',
        fix: 'import it once, in the root module; it is global',
      },
    ];
  }
  if (options === undefined) {
    return [
      {
        ...problem,
        code: 'module-without-options',
        message: 'CorsModule is imported without options',
        fix: 'write CorsModule.forRoot({ … }) or CorsModule.forRootAsync({ … })',
      },
    ];
  }
  return [];
}

/** Not `Module#imports`, where Nest puts a global module into all modules. */
function isModule(imported: unknown, module: Type): boolean {
  return imported === module || (imported as Partial<DynamicModule> | undefined)?.module === module;
}
