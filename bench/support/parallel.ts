import { availableParallelism } from 'node:os';

/** Does the work for each element, as many at a time as there are cores; only for what other work does not disturb. */
export async function eachInParallel<T>(
  elements: Iterable<T>,
  work: (element: T) => Promise<void>,
): Promise<void> {
  const waiting = elements[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    for (let next = waiting.next(); next.done !== true; next = waiting.next()) await work(next.value);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}
