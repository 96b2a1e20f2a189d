import { printable } from '../policy/show.js';
import type { FetchFailure, FetchFailureReason, FetchStep } from './fetch-failure.js';

/** Carries a failure from where it happens to where the result is made. @see Fetch, Responses: "network error" */
export class FetchError extends Error {
  override readonly name = 'FetchError';
  readonly failure: FetchFailure;

  constructor(step: FetchStep, reason: FetchFailureReason, message: string, section: string) {
    const text = printable(message);
    super(text);
    this.failure = { step, reason, message: text, section };
  }

  /** From what a check has found. */
  static at(step: FetchStep, { reason, message, section }: Omit<FetchFailure, 'step'>): FetchError {
    return new FetchError(step, reason, message, section);
  }
}
