import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import type { AskedOrigin } from '../policy/origin-entry.js';

/** How often a source that fails is reported at most, in milliseconds. */
const REPORT_INTERVAL = 60_000;

/** Is told of a source that has failed, and so has refused. */
export type SourceFailed = (source: AskedOrigin, error: unknown) => void;

/**
 * Lets a report of something that keeps failing through once in {@link REPORT_INTERVAL}. The next one says how often it
 * has failed in between: a line of its own at the end of each interval would need a timer.
 */
export class ReportLimit {
  #reportedAt = Number.NEGATIVE_INFINITY;
  #unreported = 0;

  /** What the report has to add, `''` for nothing; `undefined` if it is not to be made. */
  next(): string | undefined {
    const now = performance.now();
    if (now - this.#reportedAt < REPORT_INTERVAL) {
      this.#unreported++;
      return undefined;
    }
    const more = this.#unreported === 0 ? '' : ` (and ${this.#unreported} more times since the last report)`;
    this.#reportedAt = now;
    this.#unreported = 0;
    return more;
  }
}

const logger = new Logger('CorsModule');

/** Logs an error. What the app's own logger throws is no reason to refuse, or to allow, anything. */
export function logError(text: string): void {
  try {
    logger.error(text);
  } catch {
    // Nobody is left to be told.
  }
}

const limits = new WeakMap<object, ReportLimit>();

/** The limit of a source: one for all who report its failures. */
export function reportLimitOf(identity: object): ReportLimit {
  const limit = limits.get(identity) ?? new ReportLimit();
  limits.set(identity, limit);
  return limit;
}

/** Logs that a source has failed, for each source once in {@link REPORT_INTERVAL}, whichever policies name it. */
export const logFailure: SourceFailed = ({ text, where, identity }, error) => {
  const more = reportLimitOf(identity).next();
  if (more === undefined) return;
  logError(
    `The origin source ${text} of ${where} failed, so the origin was refused${more}: ${messageOf(error)}`,
  );
};

/** Written out, since V8 looks a set such as `\p{Cc}` up where an expression is parsed. */
// oxlint-disable-next-line no-control-regex -- these are meant
const CONTROLS = /[\0-\x1F\x7F-\x9F]+/g;

/**
 * On one line: what a source complains about may come from the request (CVE-2024-1681, log injection). Never throws,
 * whatever a source has thrown: to say what has failed must not be what fails.
 */
export function messageOf(error: unknown): string {
  try {
    const message: unknown = error instanceof Error ? error.message : error;
    return (typeof message === 'string' ? message : inspect(message)).replaceAll(CONTROLS, ' ');
  } catch {
    return 'it threw something that cannot be shown';
  }
}
