import { measure } from 'mitata';

/** Nanoseconds of one call. */
export interface Timing {
  readonly min: number;
  readonly median: number;
}

/** How long one thing is measured, in nanoseconds; mitata's own default is 642 ms. */
const FULL = { min_cpu_time: 500e6 };
const BRIEF = { min_cpu_time: 1e6, min_samples: 2, batch_samples: 64 };

/**
 * Measures a function with mitata, on a new input for each call. The inputs are made outside of what is timed.
 *
 * @param run - its result is kept from being optimized away by mitata's own loop
 */
export async function time<T>(input: () => T, run: (input: T) => unknown, brief: boolean): Promise<Timing> {
  const { min, p50 } = await measure(
    function* () {
      yield { 0: input, bench: (value: T) => run(value) } as never;
    },
    { ...(brief ? BRIEF : FULL) },
  );
  return { min, median: p50 };
}
