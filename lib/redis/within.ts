import { setTimeout as sleep } from 'node:timers/promises';

/** What a promise is fulfilled with, or `undefined` after so many milliseconds. */
export async function within<T>(milliseconds: number, promise: Promise<T>): Promise<T | undefined> {
  const settled = new AbortController();
  const timeout = sleep(Math.max(0, milliseconds), undefined, { signal: settled.signal }).catch(
    () => undefined,
  );
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    settled.abort();
  }
}
