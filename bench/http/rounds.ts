import { Child } from '../support/child.js';
import type { BenchOptions, Platform } from '../support/options.js';
import { median, quantile, rotated } from '../support/statistics.js';
import { check } from './check.js';
import { sendLoad } from './load.js';
import { asks, requestTo, type BenchRequest, type RequestName } from './requests.js';
import { serverKey, type Server } from './setups.js';
import type { Series } from './summary.js';

/**
 * After so many rounds the processes are replaced. Two processes that run the same code differ a little for as long as
 * they live, in what their compilers made of it and where it lies in memory, and no number of rounds with the same
 * processes would show that.
 */
const ROUNDS_PER_PROCESS = 3;

/**
 * Two things that are chance otherwise, and make several microseconds of difference between processes that run the same.
 * The young generation grows under load, and how often it is collected depends on when: it has its size from the start.
 * And what V8 makes of a function depends on what it has seen of it by then: it looks from the first call on. (What came
 * out better or worse, without this, was above all Node's own `process.nextTick`.)
 */
const FLAGS: readonly string[] = [
  '--min-semi-space-size=16',
  '--max-semi-space-size=16',
  '--no-lazy-feedback-allocation',
];

/**
 * In a round, the servers take turns that often. What disturbs a machine comes and goes within seconds, so the shorter
 * the turns are, the more of it hits all servers alike; and the lower quartile of a round's turns forgets the rest.
 */
const TURNS = 5;

/** Disturbances only ever add. So of a round's turns, the one counts that has been disturbed less than most. */
const QUIET = 0.25;

/** Requests of each kind to a process that is new, before any that count: after these its compilers have done their work. */
const WARM_UP = 5000;

/** Requests in front of each turn, after which caches are as they are under load. */
const RUN_UP = 50;

/** Requests to find out how many a server can answer in a second. */
const TRIAL = 2000;

/** As few as a turn may have, so that it does not matter whether one collection of garbage more or less falls into it. */
const LEAST = 1500;

/** As many of each as show that it works. */
const BRIEF = 20;

/** A kind of request to a server that runs, and what has been measured of it. */
interface Slice {
  readonly series: { readonly cost: number[]; readonly rate: number[] };
  readonly request: BenchRequest;
  readonly name: RequestName;
  readonly port: number;
  readonly child: Child;
}

/**
 * Measures each server with each kind of request in every round, the servers right after one another and in another
 * order each time, so that within a round they share the mood of the machine.
 */
export async function measureRounds(
  platform: Platform,
  servers: readonly Server[],
  names: readonly RequestName[],
  { rounds, seconds, brief }: BenchOptions,
): Promise<readonly Series[]> {
  const all = servers.map((server) => ({
    server,
    series: names
      .filter((name) => asks(server, name))
      .map((name) => ({ server: serverKey(server), request: name, cost: [], rate: [] })),
  }));
  const amounts = new Map<RequestName, number>();
  for (let from = 0; from < rounds; from += ROUNDS_PER_PROCESS) {
    const to = Math.min(from + ROUNDS_PER_PROCESS, rounds);
    process.stderr.write(`${platform}: round ${to} of ${rounds}, ${servers.length} processes\n`);
    const children: Child[] = [];
    try {
      const slices: Slice[] = [];
      for (const { server, series } of all) slices.push(...(await start(server, series, children)));
      if (!brief) for (const { port, request } of slices) await sendLoad(port, request, WARM_UP);
      if (amounts.size === 0) await calibrate(slices, names, brief, seconds, amounts);
      for (let round = from; round < to; round++) {
        await measureRound(slices, names, amounts, round);
      }
    } finally {
      await Promise.all(children.map((child) => child.stop()));
    }
  }
  return all.flatMap(({ series }) => series);
}

/** Starts a server, and makes sure of its answers. */
async function start(
  server: Server,
  series: readonly { readonly request: RequestName; readonly cost: number[]; readonly rate: number[] }[],
  children: Child[],
): Promise<readonly Slice[]> {
  const child = Child.start(new URL('process.js', import.meta.url), server, FLAGS);
  children.push(child);
  const port = await child.answer<number>();
  const slices = series.map((one) => ({
    series: one,
    name: one.request,
    request: requestTo(server, one.request),
    port,
    child,
  }));
  for (const { request } of slices) await check(port, request, serverKey(server));
  return slices;
}

/** Finds how many requests of each kind keep a server busy for the time that was asked for: the same for all servers. */
async function calibrate(
  slices: readonly Slice[],
  names: readonly RequestName[],
  brief: boolean,
  seconds: number,
  amounts: Map<RequestName, number>,
): Promise<void> {
  const trial = brief ? BRIEF : TRIAL;
  for (const name of names) {
    const rates: number[] = [];
    for (const slice of slices.filter((one) => one.name === name)) {
      rates.push((await measureTurn(slice, trial)).rate);
    }
    const perTurn = rates.length === 0 ? 0 : (seconds * median(rates)) / TURNS;
    amounts.set(name, Math.max(brief ? BRIEF : LEAST, Math.round(perTurn)));
  }
}

async function measureRound(
  slices: readonly Slice[],
  names: readonly RequestName[],
  amounts: ReadonlyMap<RequestName, number>,
  round: number,
): Promise<void> {
  for (const name of names) {
    const amount = amounts.get(name) ?? BRIEF;
    const turns = new Map(
      slices
        .filter((slice) => slice.name === name)
        .map((slice) => [slice, { cpu: [] as number[], rate: [] as number[] }]),
    );
    for (let turn = 0; turn < TURNS; turn++) {
      for (const [slice, values] of rotated([...turns], round * TURNS + turn)) {
        await sendLoad(slice.port, slice.request, Math.min(RUN_UP, amount));
        const { cpu, rate } = await measureTurn(slice, amount);
        values.cpu.push(cpu);
        values.rate.push(rate);
      }
    }
    for (const [{ series }, { cpu, rate }] of turns) {
      series.cost.push(quantile(cpu, QUIET));
      series.rate.push(quantile(rate, 1 - QUIET));
    }
  }
}

async function measureTurn(
  { child, port, request }: Slice,
  amount: number,
): Promise<{ readonly cpu: number; readonly rate: number }> {
  const cpuBefore = await child.ask<number>('cpu');
  const before = performance.now();
  await sendLoad(port, request, amount);
  const seconds = (performance.now() - before) / 1000;
  const cpuAfter = await child.ask<number>('cpu');
  return { cpu: (cpuAfter - cpuBefore) / amount, rate: amount / seconds };
}
