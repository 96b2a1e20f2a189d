import { isCalledCallback, returningInstead, secondParameterOf } from './callback-style.js';
import type { ValueProblem } from './cors-problem.js';
import { isOriginSource } from './options-object.js';
import type { AskedOrigin } from './origin-entry.js';
import type {
  OriginFunction,
  OriginSource,
  OriginSourceAfterGuards,
  OriginSourceClass,
} from './origin-source.js';
import { nameOf } from './show.js';

/** Finds the instance of a source, or says why there is none. */
export type ResolveSource = (
  source: OriginSourceClass,
) => { readonly source: OriginSource | OriginSourceAfterGuards } | { readonly problem: ValueProblem };

/** What reading a source gives. */
export type ReadSource = { readonly entry: AskedOrigin } | { readonly problem: ValueProblem };

/** How long a source may take to answer that does not say so itself, in milliseconds. */
const DEFAULT_TIMEOUT = 5000;

/** The longest time that Node's timers know, in milliseconds. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/** What to write instead of a function with a callback. */
const RETURNING =
  '(origin) => …, which returns what the callback is given, or a promise of it; until then, fromEnableCors({ origin: … }).origin';

/**
 * Reads a function. In other CORS packages its second parameter is a callback; here it is the request, and such a function
 * would refuse everybody.
 */
export function readFunction(allows: OriginFunction, where: string): ReadSource {
  const second = secondParameterOf(allows);
  if (isCalledCallback(second)) {
    return {
      problem: {
        code: 'origin-callback-style',
        message: `is in callback style, but its second parameter ${second} is the request here, and is not called`,
        fix: `write ${returningInstead(allows) ?? RETURNING}`,
      },
    };
  }
  return {
    entry: {
      kind: 'source',
      text: nameOf(allows, 'function'),
      where,
      identity: allows,
      timeout: DEFAULT_TIMEOUT,
      ask: second === undefined ? allows : withoutCallback(allows, second),
      askAfterGuards: undefined,
    },
  };
}

/** The function; where it calls its second parameter all the same, whatever that is called, the failure says so. */
function withoutCallback(allows: OriginFunction, second: string): OriginFunction {
  const fail = (error: unknown): never => {
    const called = error instanceof TypeError && error.message === `${second} is not a function`;
    throw called
      ? new TypeError(`it is in callback style, but its second parameter ${second} is the request`)
      : error;
  };
  return (origin, request) => {
    try {
      const answer = allows(origin, request);
      return answer instanceof Promise ? answer.catch(fail) : answer;
    } catch (error) {
      return fail(error);
    }
  };
}

/** Reads a source given by its class, whose instance the injector has. */
export function readSourceClass(
  value: OriginSourceClass,
  where: string,
  resolveSource: ResolveSource,
): ReadSource {
  const resolved = resolveSource(value);
  return 'problem' in resolved
    ? resolved
    : readSourceInstance(resolved.source, nameOf(value, 'source'), where);
}

/** Reads a source given as it is. */
export function readSourceInstance(value: unknown, text: string, where: string): ReadSource {
  if (!isOriginSource(value)) {
    return wrong('has no method allows(origin, request)', 'implement OriginSource');
  }
  const source = value as OriginSource | OriginSourceAfterGuards;
  const { timeout = DEFAULT_TIMEOUT, after } = source;
  if (!Number.isInteger(timeout) || timeout < 1 || timeout > MAX_TIMEOUT) {
    return wrong(
      `has a timeout that is no whole number of milliseconds from 1 to ${MAX_TIMEOUT}`,
      `write a number such as ${DEFAULT_TIMEOUT}, or leave it out`,
    );
  }
  const asked = { kind: 'source', text, where, identity: source, timeout } as const;
  if (source.after === undefined) {
    const ask: AskedOrigin['ask'] = (origin, request) => source.allows(origin, request);
    return { entry: { ...asked, ask, askAfterGuards: undefined } };
  }
  if (after !== 'guards') {
    return wrong("decides after something else than 'guards'", "write after = 'guards', or leave it out");
  }
  if (typeof (source as Partial<OriginSourceAfterGuards>).mayAllow !== 'function') {
    return wrong('decides after the guards, and has no method mayAllow(origin)', IMPLEMENT_AFTER_GUARDS);
  }
  return {
    entry: {
      ...asked,
      ask: (origin, request) => source.mayAllow(origin, request),
      askAfterGuards: (origin, context) => source.allows(origin, context),
    },
  };
}

const IMPLEMENT_AFTER_GUARDS = 'implement OriginSourceAfterGuards';

function wrong(message: string, fix: string): { readonly problem: ValueProblem } {
  return { problem: { code: 'option-type', message, fix } };
}
