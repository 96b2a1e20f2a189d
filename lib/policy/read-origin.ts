import type { ValueProblem } from './cors-problem.js';
import type { AskedOrigin, OriginEntry } from './origin-entry.js';
import { parseOriginRegExp } from './origin-regexp.js';
import type { OriginFunction, OriginSource, OriginSourceClass } from './origin-source.js';
import { parseOrigin } from './origin-syntax.js';

/** Finds the instance of an {@link OriginSource}, or says why there is none. */
export type ResolveSource = (
  source: OriginSourceClass,
) => { readonly source: OriginSource } | { readonly problem: ValueProblem };

/** What reading one entry of `origin` gives. */
export type ReadOrigin = { readonly entry: OriginEntry } | { readonly problem: ValueProblem };

/** Reads one entry of `origin`. */
export function readOrigin(value: unknown, resolveSource: ResolveSource): ReadOrigin {
  if (typeof value === 'string') return parseOrigin(value);
  if (value instanceof RegExp) return parseOriginRegExp(value);
  if (isSourceClass(value)) return readSource(value, resolveSource);
  if (typeof value === 'function') return { entry: asked(value.name, value as OriginFunction) };
  return { problem: notAnOrigin(value) };
}

function readSource(value: OriginSourceClass, resolveSource: ResolveSource): ReadOrigin {
  const resolved = resolveSource(value);
  if ('problem' in resolved) return resolved;
  const { source } = resolved;
  if (typeof source.allows !== 'function') return { problem: notAnOrigin(value) };
  return { entry: asked(value.name, (origin, request) => source.allows(origin, request)) };
}

function asked(name: string, allows: OriginFunction): AskedOrigin {
  return { kind: 'source', text: name === '' ? 'function' : name, allows };
}

/** A class cannot be called, so one must not be taken for a function; an abstract one has no `allows` of its own. */
function isSourceClass(value: unknown): value is OriginSourceClass {
  if (typeof value !== 'function') return false;
  const prototype: unknown = value.prototype;
  return (
    (typeof prototype === 'object' && prototype !== null && 'allows' in prototype) ||
    Function.prototype.toString.call(value).startsWith('class')
  );
}

function notAnOrigin(value: unknown): ValueProblem {
  const code = 'option-type';
  if (value === true) {
    return {
      code,
      message: 'would send back whatever origin asks',
      fix: `name the origins, or write '*' for everybody without credentials`,
    };
  }
  if (value === false) {
    return { code, message: 'is no origin', fix: 'leave the option out, or put @NoCors() on the route' };
  }
  return {
    code,
    message: 'is no origin',
    fix: "give '*', an origin, a pattern, a RegExp, a function or an OriginSource class",
  };
}
