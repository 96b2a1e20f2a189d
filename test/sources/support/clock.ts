import { jest } from '@jest/globals';

/** Lets time pass, and all that is waiting for it run. */
export async function pass(milliseconds: number): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

/** What a promise has come to so far: a boolean, the message of its rejection, or `pending`. */
export async function outcomeOf(promise: boolean | Promise<boolean>): Promise<boolean | string> {
  const outcome = Promise.resolve(promise).catch((error: Error) => error.message);
  await pass(0);
  return Promise.race([outcome, Promise.resolve('pending')]);
}
