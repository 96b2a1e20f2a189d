import { cachedOrigins } from 'nestjs-cors';
import { internal } from '../support/dist.js';
import { freshStrings, originPool } from './inputs.js';
import { policyFor, type OriginList } from './policies.js';
import { time, type Timing } from './timing.js';

type Verdict = typeof import('../../lib/protocol/verdict.js');

/** The time of a verdict on an origin, by a fixed list or by a source. */
export interface SourceTiming extends Timing {
  readonly what: string;
}

const LIST: OriginList = { name: '10 exact', exact: 10, patterns: 0 };

/** An hour, so that no verdict goes stale while it is timed. */
const TTL = 3_600_000;

/** Measures what a cached source takes for a verdict that it has, beside a fixed list that says the same. */
export async function timeSources(brief: boolean): Promise<readonly SourceTiming[]> {
  const { decideOrigin } = await internal<Verdict>('protocol/verdict.js');
  const policy = await policyFor(LIST);
  const pool = originPool('exact', LIST);
  const listed = new Set(pool);
  const cached = cachedOrigins(async (origin) => Promise.resolve(listed.has(origin)), { ttl: TTL });
  const request = undefined as never;
  for (const origin of listed) await cached.allows(origin, request);
  for (const origin of listed) {
    if (cached.allows(origin, request) !== true) throw new Error(`${origin} is not in the cache`);
    if (decideOrigin(policy, origin) !== 'origin-allowed') throw new Error(`${origin} is not allowed`);
  }
  const timings: SourceTiming[] = [];
  for (const [what, run] of [
    ['a fixed origin among 10', (origin: string) => decideOrigin(policy, origin)],
    ['a cached verdict among 10', (origin: string) => cached.allows(origin, request)],
  ] as const) {
    timings.push({ what, ...(await time(freshStrings(pool), run, brief)) });
  }
  return timings;
}
