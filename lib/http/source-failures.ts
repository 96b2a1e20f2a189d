import { inspect } from 'node:util';
import { Logger } from '@nestjs/common';
import type { AskedOrigin } from '../policy/origin-entry.js';

/** How often a source that fails is reported at most, in milliseconds. */
const REPORT_INTERVAL = 60_000;

/** Is told of a source that has failed, and so has refused. */
export type SourceFailed = (source: AskedOrigin, error: unknown) => void;

/** What has been said of a source's failures. */
interface Reported {
  readonly at: number;
  /** The failures since then. */
  readonly unreported: number;
}

const logger = new Logger('CorsModule');
const reports = new WeakMap<object, Reported>();

/**
 * Logs that a source has failed, at most once in {@link REPORT_INTERVAL} for each source, whichever policies name it. The
 * next line says how often it has failed in between: a line of its own at the end of each interval would need a timer.
 */
export const logFailure: SourceFailed = ({ text, where, identity }, error) => {
  const now = Date.now();
  const last = reports.get(identity);
  if (last !== undefined && now - last.at < REPORT_INTERVAL) {
    reports.set(identity, { ...last, unreported: last.unreported + 1 });
    return;
  }
  reports.set(identity, { at: now, unreported: 0 });
  const more =
    last === undefined || last.unreported === 0
      ? ''
      : ` (and ${last.unreported} more times since the last report)`;
  logger.error(
    `The origin source ${text} of ${where} failed, so the origin was refused${more}: ${messageOf(error)}`,
  );
};

/** On one line: what a source complains about may come from the request (CVE-2024-1681, log injection). */
export function messageOf(error: unknown): string {
  const message: unknown = error instanceof Error ? error.message : error;
  return (typeof message === 'string' ? message : inspect(message)).replaceAll(/\p{Cc}+/gu, ' ');
}
