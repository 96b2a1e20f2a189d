import type { ExecutionContext } from '@nestjs/common';
import type { AskedOrigin } from '../policy/origin-entry.js';
import type { AskedRule } from '../policy/origin-set.js';
import type { AskedRequest, SourceAnswer } from './asked-request.js';
import { logFailure, type SourceFailed } from './source-failures.js';

/** What sources are asked. */
export interface Question {
  readonly origin: string;
  /** The request as they see it, which remembers what they have answered. */
  readonly view: AskedRequest;
  /** What the guards have left, once they have run. */
  readonly context?: ExecutionContext | undefined;
  /**
   * Is told of each source that has failed.
   *
   * @defaultValue what logs it
   */
  readonly failed?: SourceFailed;
}

/** The entry that allows the origin, `undefined` if none does; perhaps later. */
export type AskedAnswer = AskedRule | undefined | Promise<AskedRule | undefined>;

/**
 * Asks a policy's functions and sources, in order, until one allows the origin. Nothing waits unless a source itself is
 * asynchronous. A source that throws, rejects, answers something else than a boolean, or does not answer in time refuses.
 *
 * @param asked - the entries of the policy that have to be asked
 */
export function askSources(asked: readonly AskedRule[], question: Question, from = 0): AskedAnswer {
  for (let index = from; index < asked.length; index++) {
    const rule = asked[index] as AskedRule;
    const answer = rule.within(question.origin) && askAll(rule.sources, question, 0);
    if (answer === true) return rule;
    if (answer !== false)
      return answer.then((allowed) => (allowed ? rule : askSources(asked, question, index + 1)));
  }
  return undefined;
}

/** Asks sources that must all allow the origin: more than one where `merge: 'restrict'` has met two. */
function askAll(sources: readonly AskedOrigin[], question: Question, from: number): SourceAnswer {
  for (let index = from; index < sources.length; index++) {
    const answer = askOne(sources[index] as AskedOrigin, question);
    if (answer === false) return false;
    if (answer !== true) return answer.then((allowed) => allowed && askAll(sources, question, index + 1));
  }
  return true;
}

function askOne(source: AskedOrigin, question: Question): SourceAnswer {
  const { view, context } = question;
  const isAfterGuards = context !== undefined && source.askAfterGuards !== undefined;
  const known = view.answerOf(source.identity, isAfterGuards);
  if (known !== undefined) return known;
  const answer = settle(source, question);
  view.remember(source.identity, isAfterGuards, answer);
  return answer;
}

/** Makes a boolean of whatever a source does. */
function settle(source: AskedOrigin, question: Question): SourceAnswer {
  try {
    const { origin, view, context } = question;
    const { ask, askAfterGuards } = source;
    const answer =
      context === undefined || askAfterGuards === undefined
        ? ask(origin, view)
        : askAfterGuards(origin, context);
    if (typeof answer === 'boolean') return answer;
    if (!isThenable(answer)) return refuse(source, noBoolean(answer), question);
    return inTime(answer, source.timeout).then(
      (value) => (typeof value === 'boolean' ? value : refuse(source, noBoolean(value), question)),
      (error: unknown) => refuse(source, error, question),
    );
  } catch (error) {
    return refuse(source, error, question);
  }
}

function refuse(source: AskedOrigin, error: unknown, { view, failed = logFailure }: Question): false {
  view.noteFailure(source.identity);
  failed(source, error);
  return false;
}

function noBoolean(answer: unknown): TypeError {
  return new TypeError(`it answered ${typeof answer}, no boolean`);
}

/** A promise that rejects if another one takes longer than `timeout` milliseconds. What comes later is dropped. */
function inTime(answer: PromiseLike<unknown>, timeout: number): Promise<unknown> {
  const answered = Promise.resolve(answer);
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`it did not answer within ${timeout} ms`)), timeout);
    const settled = (): void => clearTimeout(timer);
    answered.then(resolve, reject).finally(settled);
  });
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
