import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import type { OriginFunction } from '../policy/origin-source.js';
import type { AskedRule } from '../policy/origin-set.js';
import type { AskedRequest, SourceAnswer } from './asked-request.js';

/** How often a source that fails is reported at most, in milliseconds. */
const REPORT_INTERVAL = 60_000;

/**
 * Asks a policy's functions and sources about an origin, in order, until one allows it. Nothing waits unless a source
 * itself is asynchronous. A source that throws, rejects or answers something else than a boolean refuses.
 *
 * @param asked - the entries of the policy that have to be asked
 */
export function askSources(
  asked: readonly AskedRule[],
  origin: string,
  request: AskedRequest,
  from = 0,
): SourceAnswer {
  for (let index = from; index < asked.length; index++) {
    const rule = asked[index] as AskedRule;
    const answer = rule.within(origin) && askAll(rule, origin, request, 0);
    if (answer === true) return true;
    if (answer !== false)
      return answer.then((allowed) => allowed || askSources(asked, origin, request, index + 1));
  }
  return false;
}

/** Asks sources that must all allow the origin: more than one where `merge: 'restrict'` has met two. */
function askAll(rule: AskedRule, origin: string, request: AskedRequest, from: number): SourceAnswer {
  for (let index = from; index < rule.sources.length; index++) {
    const source = rule.sources[index] as OriginFunction;
    const answer = request.answerOf(source, () => askOne(rule, source, origin, request));
    if (answer === false) return false;
    if (answer !== true) return answer.then((allowed) => allowed && askAll(rule, origin, request, index + 1));
  }
  return true;
}

function askOne(
  rule: AskedRule,
  source: OriginFunction,
  origin: string,
  request: AskedRequest,
): SourceAnswer {
  try {
    const answer: unknown = source(origin, request);
    if (!isThenable(answer)) return asBoolean(rule, answer);
    return Promise.resolve(answer).then(
      (value) => asBoolean(rule, value),
      (error: unknown) => refuse(rule, error),
    );
  } catch (error) {
    return refuse(rule, error);
  }
}

function asBoolean(rule: AskedRule, answer: unknown): boolean {
  return typeof answer === 'boolean'
    ? answer
    : refuse(rule, new TypeError(`it answered ${typeof answer}, no boolean`));
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}

const logger = new Logger('CorsModule');
const failures = new WeakMap<AskedRule, { reportedAt: number; unreported: number }>();

/** Fails closed, and says so at most once in {@link REPORT_INTERVAL} for each source. */
function refuse(rule: AskedRule, error: unknown): false {
  const now = Date.now();
  const last = failures.get(rule) ?? { reportedAt: Number.NEGATIVE_INFINITY, unreported: 0 };
  if (now - last.reportedAt < REPORT_INTERVAL) {
    failures.set(rule, { ...last, unreported: last.unreported + 1 });
    return false;
  }
  failures.set(rule, { reportedAt: now, unreported: 0 });
  const more = last.unreported === 0 ? '' : ` (and ${last.unreported} more times since the last report)`;
  logger.error(
    `The origin source ${rule.text} failed, so the origin was refused${more}: ${messageOf(error)}`,
  );
  return false;
}

/** On one line: what a source complains about may come from the request (CVE-2024-1681, log injection). */
function messageOf(error: unknown): string {
  const message: unknown = error instanceof Error ? error.message : error;
  return (typeof message === 'string' ? message : inspect(message)).replaceAll(/\p{Cc}+/gu, ' ');
}
