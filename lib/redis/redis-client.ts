import type { ValueProblem } from '../policy/cors-problem.js';

/** What is wrong with a client of ioredis, of whichever copy, if anything is: asked by what is used of it. */
export function clientProblem(redis: unknown): ValueProblem | undefined {
  const { duplicate } = Object(redis) as { readonly duplicate?: unknown };
  return typeof duplicate === 'function' ? undefined : NO_CLIENT;
}

/** Whether a value can be the name of a key or a channel. */
export function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

/** @param usual - a name as it might be */
export function noName(what: string, usual: string): ValueProblem {
  return { code: 'option-type', message: `is not ${what}`, fix: `write a name such as "${usual}"` };
}

const NO_CLIENT: ValueProblem = {
  code: 'option-type',
  message: 'is no client of ioredis',
  fix: 'give one, as in new Redis("redis://127.0.0.1:6379")',
};
