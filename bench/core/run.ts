import { runChild } from '../support/child.js';
import { ALLOCATION_FLAGS, type Allocation } from './allocation.js';
import type { DoorTimings } from './doors.js';
import type { CoreJob } from './process.js';
import type { RivalTiming } from './rivals.js';
import type { SourceTiming } from './sources.js';
import type { HeaderTiming, OriginTiming } from './verdicts.js';

/** All that is measured of the pure core. */
export interface CoreSummary {
  readonly origins: readonly OriginTiming[];
  /** A fixed origin, and then what a cached source takes for the same verdict. */
  readonly cached: readonly SourceTiming[];
  /** Missing in older results. */
  readonly doors?: DoorTimings;
  readonly headers: readonly HeaderTiming[];
  readonly rivals: readonly RivalTiming[];
  readonly allocation: readonly Allocation[];
}

const TIMING_FLAGS: readonly string[] = ['--expose-gc', '--max-old-space-size=8192'];

/** Measures the pure core, each part in a process of its own. */
export async function runCore(brief: boolean): Promise<CoreSummary> {
  const run = <T>(part: CoreJob['part'], flags: readonly string[]): Promise<T> => {
    process.stderr.write(`core: ${part}\n`);
    return runChild<T>(new URL('process.js', import.meta.url), { part, brief } satisfies CoreJob, flags);
  };
  return {
    origins: await run('origins', TIMING_FLAGS),
    cached: await run('cached', TIMING_FLAGS),
    doors: await run('doors', TIMING_FLAGS),
    headers: await run('headers', TIMING_FLAGS),
    rivals: await run('rivals', TIMING_FLAGS),
    allocation: await run('allocation', ALLOCATION_FLAGS),
  };
}
