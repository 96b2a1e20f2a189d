import { setTimeout as sleep } from 'node:timers/promises';

/** What a promise is fulfilled with, or something else after so many milliseconds. */
export async function within<T, Else = undefined>(
  milliseconds: number,
  promise: Promise<T>,
  otherwise?: Else,
): Promise<T | Else> {
  const settled = new AbortController();
  const timeout = sleep(Math.max(0, milliseconds), otherwise as Else, { signal: settled.signal }).catch(
    () => otherwise as Else,
  );
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    settled.abort();
  }
}
