import { internal } from '../support/dist.js';
import {
  freshStrings,
  headerInputs,
  headerNames,
  MEETINGS,
  originPool,
  POOLS,
  type Meeting,
} from './inputs.js';
import { policyFor, type OriginList } from './policies.js';
import { time, type Timing } from './timing.js';

type Verdict = typeof import('../../lib/protocol/verdict.js');
type RequestHeaders = typeof import('../../lib/protocol/request-headers.js');

/** The time of a verdict on an origin. */
export interface OriginTiming extends Timing {
  readonly list: string;
  readonly meeting: Meeting;
  /** How many different origins were asked about in turn. */
  readonly pool: number;
}

/** The time of a check of request headers. */
export interface HeaderTiming extends Timing {
  /** What the policy allows: that many names, or `'*'`. */
  readonly policy: string;
  /** How many names are asked for by the value that browsers send. */
  readonly names: number;
  readonly input: string;
  readonly hostile: boolean;
}

/** Measures the verdict on an origin, among few and among many. */
export async function timeOrigins(
  lists: readonly OriginList[],
  brief: boolean,
): Promise<readonly OriginTiming[]> {
  const { decideOrigin } = await internal<Verdict>('protocol/verdict.js');
  const timings: OriginTiming[] = [];
  for (const list of lists) {
    const policy = await policyFor(list);
    for (const [meeting, size] of MEETINGS.flatMap((one) => POOLS.map((many) => [one, many] as const))) {
      const pool = originPool(meeting, list, size);
      const expected = meeting === 'refused' ? 'origin-not-allowed' : 'origin-allowed';
      for (const origin of pool) {
        const reason = decideOrigin(policy, origin);
        if (reason !== expected) throw new Error(`${list.name}: ${origin} is ${reason}, not ${expected}`);
      }
      const timing = await time(freshStrings(pool), (origin) => decideOrigin(policy, origin), brief);
      timings.push({ list: list.name, meeting, pool: size, ...timing });
    }
  }
  return timings;
}

/** Measures the check of request headers, as browsers send them and as attackers do. */
export async function timeHeaders(
  counts: readonly number[],
  brief: boolean,
): Promise<readonly HeaderTiming[]> {
  const { approveRequestHeaders, compileRequestHeaders } = await internal<RequestHeaders>(
    'protocol/request-headers.js',
  );
  const timings: HeaderTiming[] = [];
  for (const names of counts) {
    const listed = compileRequestHeaders(headerNames(names));
    const any = compileRequestHeaders(['*']);
    for (const [policy, rule] of [
      [`${names} names`, listed],
      ["'*'", any],
    ] as const) {
      for (const { name, value, approved, hostile } of headerInputs(names, rule.maxLength)) {
        const isApproved = approveRequestHeaders(rule, value) !== undefined;
        if (isApproved !== approved)
          throw new Error(`${name} under ${policy}: it is wrong that ${isApproved}`);
        const run = (one: string): unknown => approveRequestHeaders(rule, one);
        timings.push({
          policy,
          names,
          input: name,
          hostile,
          ...(await time(() => value, run, brief)),
        });
      }
    }
  }
  return timings;
}
