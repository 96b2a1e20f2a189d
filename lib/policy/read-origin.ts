import type { ValueProblem } from './cors-problem.js';
import type { AskedOrigin, OriginEntry } from './origin-entry.js';
import { parseOriginRegExp } from './origin-regexp.js';
import type { OriginFunction, OriginSource, OriginSourceClass } from './origin-source.js';
import { parseOrigin } from './origin-syntax.js';
import { nameOf } from './show.js';

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
  if (typeof value === 'function') return { entry: asked(value, value as OriginFunction) };
  return { problem: notAnOrigin(value) };
}

function readSource(value: OriginSourceClass, resolveSource: ResolveSource): ReadOrigin {
  const resolved = resolveSource(value);
  if ('problem' in resolved) return resolved;
  const source: Partial<OriginSource> | null | undefined = resolved.source;
  if (typeof source?.allows === 'function') return { entry: asked(value, askerOf(resolved.source)) };
  return {
    problem: {
      code: 'option-type',
      message: 'has no method allows(origin, request)',
      fix: 'implement OriginSource',
    },
  };
}

/** One function for each source, so that a source that two layers name is recognized as the same, and asked once. */
const askers = new WeakMap<OriginSource, OriginFunction>();

function askerOf(source: OriginSource): OriginFunction {
  const asker: OriginFunction = askers.get(source) ?? ((origin, request) => source.allows(origin, request));
  askers.set(source, asker);
  return asker;
}

function asked(named: { readonly name: string }, allows: OriginFunction): AskedOrigin {
  return { kind: 'source', text: nameOf(named, 'function'), allows };
}

/**
 * A class cannot be called, so one must not be taken for a function. The prototype of a class cannot be replaced, unlike
 * that of a function; a class that was compiled to a function has its methods there.
 */
function isSourceClass(value: unknown): value is OriginSourceClass {
  if (typeof value !== 'function') return false;
  const prototype = Object.getOwnPropertyDescriptor(value, 'prototype');
  if (prototype === undefined) return false;
  return prototype.writable === false || 'allows' in Object(prototype.value);
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
  if (value instanceof URL)
    return { code, message: 'is no string', fix: `write ${JSON.stringify(value.origin)}` };
  if (typeof value === 'object' && value !== null && Symbol.iterator in value) {
    return { code, message: 'is a list, but not an array of entries', fix: 'write one array: [...a, ...b]' };
  }
  return {
    code,
    message: 'is no origin',
    fix: "give '*', an origin, a pattern, a RegExp, a function or an OriginSource class",
  };
}
