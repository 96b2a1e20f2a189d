import { internal } from '../support/dist.js';
import { headerInputs, headerNames, originPool } from './inputs.js';
import { policyFor } from './policies.js';

type Verdict = typeof import('../../lib/protocol/verdict.js');
type RequestHeaders = typeof import('../../lib/protocol/request-headers.js');

/** The bytes that a call allocates. */
export interface Allocation {
  readonly what: string;
  readonly bytes: number;
  /** Whether {@link Allocation.bytes} is known beforehand, so that it shows whether the others can be believed. */
  readonly control: number | undefined;
}

/**
 * The flags that this needs: `gc()`, no compiler thread that allocates meanwhile, and a young generation in which nothing
 * is collected meanwhile.
 */
export const ALLOCATION_FLAGS: readonly string[] = [
  '--expose-gc',
  '--single-threaded',
  '--min-semi-space-size=64',
  '--max-semi-space-size=64',
];

/** So many that what the engine allocates once, for its compilers, is nothing beside it. */
const CALLS = 100_000;
const RUNS = 5;

/** What the controls may be off by, in bytes for each call. */
const TOLERANCE = 1;

/** How much a number on the heap takes: a map and 64 bits. */
const HEAP_NUMBER = 16;

const POOL_MASK = 1023;

/**
 * Measures what verdicts allocate, by how much the heap has grown after many of them. Two controls, one that allocates
 * nothing and one that allocates the least there is, show that the two can be told apart.
 *
 * @throws Error if the controls are off
 */
export async function measureAllocation(): Promise<readonly Allocation[]> {
  const { decideOrigin } = await internal<Verdict>('protocol/verdict.js');
  const { approveRequestHeaders, compileRequestHeaders } = await internal<RequestHeaders>(
    'protocol/request-headers.js',
  );
  const list = { name: '10 exact, 10 patterns', exact: 10, patterns: 10 };
  const policy = await policyFor(list);
  const origins = (meeting: 'exact' | 'pattern' | 'refused'): number => {
    const pool = originPool(meeting, list);
    return bytesPerCall((index) => decideOrigin(policy, pool[index & POOL_MASK]) === 'origin-allowed');
  };
  const headers = (count: number): readonly Allocation[] => {
    const rule = compileRequestHeaders(headerNames(count));
    // The longest value that is read is no canonical one, so that its answer has to be made; not what is asked here.
    const inputs = headerInputs(count, rule.maxLength).filter(
      ({ hostile, name }) => hostile || name.startsWith('as'),
    );
    return inputs.map(({ name, value, approved }) => ({
      what: `request headers: ${name}, ${count} allowed`,
      bytes: bytesPerCall(() => (approveRequestHeaders(rule, value) !== undefined) === approved),
      control: undefined,
    }));
  };
  const holder: [string, unknown] = ['', ''];
  const results: readonly Allocation[] = [
    { what: 'control: nothing', control: 0, bytes: bytesPerCall((index) => index % 2 === 0) },
    {
      what: 'control: one number',
      control: HEAP_NUMBER,
      bytes: bytesPerCall((index) => {
        holder[1] = index + 0.5;
        return holder[1] === index;
      }),
    },
    { what: 'origin: exact', bytes: origins('exact'), control: undefined },
    { what: 'origin: pattern', bytes: origins('pattern'), control: undefined },
    { what: 'origin: refused', bytes: origins('refused'), control: undefined },
    ...headers(3),
    ...headers(30),
  ];
  for (const { what, bytes, control } of results) {
    if (control !== undefined && Math.abs(bytes - control) > TOLERANCE) {
      throw new Error(`${what}: ${bytes} bytes measured, ${control} known; the others can't be believed`);
    }
  }
  return results;
}

/**
 * The least of several runs: what a call allocates, each run allocates, and what the engine allocates besides can only
 * be added to it. Each run starts with an empty young generation.
 */
function bytesPerCall(call: (index: number) => boolean): number {
  repeat(call);
  repeat(call);
  const runs = Array.from({ length: RUNS }, () => {
    gc?.();
    const before = process.memoryUsage().heapUsed;
    repeat(call);
    return (process.memoryUsage().heapUsed - before) / CALLS;
  });
  return Math.min(...runs);
}

/** The result is counted, so that the calls are not optimized away. */
function repeat(call: (index: number) => boolean): number {
  let count = 0;
  for (let index = 0; index < CALLS; index++) if (call(index)) count++;
  return count;
}
