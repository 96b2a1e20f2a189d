import { Logger } from '@nestjs/common';
import { messageOf, ReportLimit } from '../http/source-failures.js';

const logger = new Logger('CorsModule');

/** Logs the failures of one source of which nobody would hear otherwise, since they refuse no request. */
export class FailureLog {
  readonly #limit = new ReportLimit();

  /** @param subject - the source, as the beginning of a sentence */
  constructor(private readonly subject: string) {}

  /** @param circumstances - how it came that no request was refused */
  report(circumstances: string, error: unknown): void {
    const more = this.#limit.next();
    if (more !== undefined)
      logger.error(`${this.subject} failed ${circumstances}${more}: ${messageOf(error)}`);
  }
}
