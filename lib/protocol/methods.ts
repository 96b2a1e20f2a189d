import { isForbiddenMethod, isSafelistedMethod, isToken, normalizeMethod } from './names.js';

/**
 * The longest method looked at under `'*'`, since the answer repeats it. The longest registered one
 * (`UPDATEREDIRECTREF`) has 17 characters.
 */
const ANY_MAX_LENGTH = 64;

/** The allowed methods of a policy, ready to be asked. Frozen. */
export interface MethodRule {
  /** Whether `'*'` was listed: any method that a page can send. */
  readonly any: boolean;
  /** The allowed methods besides GET, HEAD and POST, sorted, unique; none with {@link any}. */
  readonly names: readonly string[];
}

/**
 * Makes the rule of a list of methods. GET, HEAD and POST vanish: they are CORS-safelisted. Methods that Fetch
 * normalizes may stand in any case, since no browser would ever ask for `put`; others stay as they are written.
 *
 * @param allowed - method names; `'*'` for any. They are taken to be valid.
 */
export function compileMethods(allowed: readonly string[]): MethodRule {
  const listed = new Set(allowed.map(normalizeMethod));
  const any = listed.has('*');
  const names = any ? [] : [...listed].filter((method) => !isSafelistedMethod(method)).toSorted();
  return Object.freeze({ any, names: Object.freeze(names) });
}

/**
 * Decides the value of `Access-Control-Request-Method`, byte for byte (Fetch, CORS-preflight fetch). A safelisted
 * method is always approved: browsers send it whatever the answer lists.
 */
export function approvesMethod(rule: MethodRule, method: string): boolean {
  return isSafelistedMethod(method) || rule.names.includes(method) || (rule.any && isCoveredByAny(method));
}

/** Whether `'*'` covers the method. A literal `*` is a token too, but would be a wildcard in the answer. */
function isCoveredByAny(method: string): boolean {
  return method.length <= ANY_MAX_LENGTH && method !== '*' && isToken(method) && !isForbiddenMethod(method);
}
