import type { ModuleRef } from '@nestjs/core';
import type { ValueProblem } from '../policy/cors-problem.js';
import type { OriginSource, OriginSourceClass } from '../policy/origin-source.js';
import type { ResolveSource } from '../policy/read-source.js';

/** Finds origin sources in Nest's injector, in whichever module they are provided. */
export function sourceResolver(moduleRef: ModuleRef): ResolveSource {
  return (source) => {
    try {
      return { source: moduleRef.get<OriginSource>(source, { strict: false }) };
    } catch {
      return { problem: isProvided(moduleRef, source) ? scoped(source) : missing(source) };
    }
  };
}

function isProvided(moduleRef: ModuleRef, source: OriginSourceClass): boolean {
  try {
    moduleRef.introspect(source as never);
    return true;
  } catch {
    return false;
  }
}

function missing({ name }: OriginSourceClass): ValueProblem {
  return {
    code: 'origin-source-missing',
    message: 'is provided by no module',
    fix: `add ${name} to the providers of a module that the app imports`,
  };
}

function scoped({ name }: OriginSourceClass): ValueProblem {
  return {
    code: 'origin-source-scoped',
    message: 'has more than one instance, and is asked before a request has its own',
    fix: `give ${name} and all that it injects the default scope`,
  };
}
