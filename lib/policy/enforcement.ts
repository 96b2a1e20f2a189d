import { isSafeMethod } from '../protocol/names.js';

/**
 * Which requests of origins that are not allowed are refused: none, those whose method is not safe (`'unsafe'`), or all. Each
 * refuses all that the one before refuses.
 */
export type Enforcement = boolean | 'unsafe';

/** The one of two that refuses more. */
export function stricter(one: Enforcement, other: Enforcement): Enforcement {
  if (one === true || other === true) return true;
  return one === false ? other : one;
}

/** Whether requests with this method are refused where their origin is not allowed. */
export function enforcedOn(enforce: Enforcement, method: string): boolean {
  return enforce === true || (enforce === 'unsafe' && !isSafeMethod(method));
}
