import { LatePart } from '../late-part.js';
import type { ValueProblem } from './cors-problem.js';
import { isOriginSource } from './options-object.js';
import type { OriginEntry } from './origin-entry.js';
import type { OriginFunction, OriginSourceClass } from './origin-source.js';
import { parseOrigin } from './origin-syntax.js';
import { readFunction, readSourceClass, readSourceInstance, type ResolveSource } from './read-source.js';
import { nameOf } from './show.js';

/** What judges regular expressions. */
export const ORIGIN_REGEXP = new LatePart(() => import('./origin-regexp.js'));

/** What reading one entry of `origin` gives. */
export type ReadOrigin = { readonly entry: OriginEntry } | { readonly problem: ValueProblem };

/**
 * Reads one entry of `origin`.
 *
 * @param where - the place of the layer that it stands in
 * @throws MissingPart if it takes a part that is still to be loaded
 */
export function readOrigin(value: unknown, where: string, resolveSource: ResolveSource): ReadOrigin {
  if (typeof value === 'string') return parseOrigin(value);
  if (value instanceof RegExp) return ORIGIN_REGEXP.get().parseOriginRegExp(value);
  if (isSourceClass(value)) return readSourceClass(value, where, resolveSource);
  if (typeof value === 'function') return readFunction(value as OriginFunction, where);
  if (isOriginSource(value)) return readSourceInstance(value, instanceName(value), where);
  return { problem: notAnOrigin(value) };
}

/** The name of an object's class, if it has one of its own. */
function instanceName({ constructor }: object): string {
  return typeof constructor === 'function' && constructor !== Object
    ? nameOf(constructor, 'source')
    : 'source';
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
    fix: "give '*', an origin, a pattern, a RegExp, a function, or an OriginSource or its class",
  };
}
