import { Logger } from '@nestjs/common';
import { messageOf } from '../http/source-failures.js';

/** How often a source that fails is reported at most, in milliseconds. */
const REPORT_INTERVAL = 60_000;

const logger = new Logger('CorsModule');

/** Logs the failures of one source of which nobody would hear otherwise, since they refuse no request: once a minute. */
export class FailureLog {
  #reportedAt = Number.NEGATIVE_INFINITY;
  #unreported = 0;

  /** @param subject - the source, as the beginning of a sentence */
  constructor(private readonly subject: string) {}

  /** @param circumstances - how it came that no request was refused */
  report(circumstances: string, error: unknown): void {
    const now = performance.now();
    if (now - this.#reportedAt < REPORT_INTERVAL) {
      this.#unreported++;
      return;
    }
    const more = this.#unreported === 0 ? '' : ` (and ${this.#unreported} more times since the last report)`;
    this.#reportedAt = now;
    this.#unreported = 0;
    logger.error(`${this.subject} failed ${circumstances}${more}: ${messageOf(error)}`);
  }
}
