import { check } from '../http/check.js';
import { sendLoad } from '../http/load.js';
import { asks, requestTo, type RequestName } from '../http/requests.js';
import { serverKey, type Server } from '../http/setups.js';
import type { Series } from '../http/summary.js';
import { Child } from '../support/child.js';
import { eachInParallel } from '../support/parallel.js';
import { InstructionCounter } from './callgrind.js';

/** How much is counted. */
export interface Amounts {
  /** Requests of each kind before any that count: after these the compilers have done their work. */
  readonly warmUp: number;
  /** Requests of each kind in one count. */
  readonly counted: number;
  /** Counts for each kind, of which the least is taken. */
  readonly counts: number;
}

/**
 * What makes two processes that run the same differ otherwise. The compilers work on the one thread there is, at the same
 * point of the program each time, and look at functions from the first call on. The young generation has room for more
 * than a count leaves behind, so that collections of it fall into few.
 */
const FLAGS: readonly string[] = [
  '--single-threaded',
  '--no-lazy-feedback-allocation',
  '--min-semi-space-size=64',
  '--max-semi-space-size=64',
];

/** Requests in front of each count. */
const RUN_UP = 20;

/**
 * Counts the instructions that each server executes for each kind of request. Whatever else the machine does makes no
 * difference to them, so servers run side by side, one on each core.
 *
 * Of several counts the least is taken: what differs between them is work of the compilers and of the garbage collector,
 * which is in the CPU time, and can only be added here.
 */
export async function countInstructions(
  servers: readonly Server[],
  names: readonly RequestName[],
  amounts: Amounts,
): Promise<readonly Series[]> {
  const series: Series[] = [];
  await eachInParallel(servers, async (server) => {
    process.stderr.write(`${server.platform}: ${serverKey(server)}\n`);
    series.push(...(await countServer(server, names, amounts)));
  });
  return series;
}

async function countServer(
  server: Server,
  names: readonly RequestName[],
  { warmUp, counted, counts }: Amounts,
): Promise<readonly Series[]> {
  const counter = await InstructionCounter.create();
  const child = Child.start(new URL('../http/process.js', import.meta.url), server, FLAGS, counter.launcher);
  try {
    const port = await child.answer<number>();
    const key = serverKey(server);
    const asked = names
      .filter((name) => asks(server, name))
      .map((name) => ({ name, request: requestTo(server, name), least: Number.POSITIVE_INFINITY }));
    for (const { request } of asked) await check(port, request, key);
    for (const { request } of asked) await sendLoad(port, request, warmUp);
    for (let count = 0; count < counts; count++) {
      for (const one of asked) {
        await sendLoad(port, one.request, Math.min(RUN_UP, counted));
        const all = await counter.count(child.pid, () => sendLoad(port, one.request, counted));
        one.least = Math.min(one.least, all / counted);
      }
    }
    return asked.map(({ name, least }) => ({ server: key, request: name, cost: [least] }));
  } finally {
    await child.stop();
    await counter.remove();
  }
}
