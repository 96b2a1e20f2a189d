import { logError, messageOf, reportLimitOf } from '../http/source-failures.js';

/** Logs the failures of one source of which nobody would hear otherwise, since they refuse no request. */
export class FailureLog {
  /**
   * @param source - whose failures they are; those that refuse a request count towards the same line a minute
   * @param subject - the source, as the beginning of a sentence
   */
  constructor(
    private readonly source: object,
    private readonly subject: string,
  ) {}

  /** @param circumstances - how it came that no request was refused */
  report(circumstances: string, error: unknown): void {
    const more = reportLimitOf(this.source).next();
    if (more !== undefined) logError(`${this.subject} failed ${circumstances}${more}: ${messageOf(error)}`);
  }
}
