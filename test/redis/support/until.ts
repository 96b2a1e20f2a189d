import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again and again until the answer is yes; says how long it took, in milliseconds. */
export async function until(condition: () => unknown, atMost = 5000): Promise<number> {
  const start = performance.now();
  while (!(await condition())) {
    if (performance.now() - start > atMost)
      throw new Error(`Still not so after ${atMost} ms: ${String(condition)}`);
    await sleep(5);
  }
  return performance.now() - start;
}
