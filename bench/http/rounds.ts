import { Child } from '../support/child.js';
import type { BenchOptions, Platform } from '../support/options.js';
import { median, rotated } from '../support/statistics.js';
import { check } from './check.js';
import { sendLoad } from './load.js';
import { asks, requestTo, type BenchRequest, type RequestName } from './requests.js';
import { serverKey, type Server } from './setups.js';

/** What one server did with one kind of request, one value for each round. */
export interface Series {
  /** The {@link serverKey}. */
  readonly server: string;
  readonly request: RequestName;
  /** CPU time of the process per request, in microseconds. */
  readonly cpu: readonly number[];
  /** Requests per second. They depend on everything that the machine does besides. */
  readonly rate: readonly number[];
}

/**
 * After so many rounds the processes are replaced. Two processes that run the same code differ by some per cent for as
 * long as they live, in what their compilers made of it and where it lies in memory, and no number of rounds with the
 * same processes would show that.
 */
const ROUNDS_PER_PROCESS = 1;

/**
 * The young generation has from the start the size to which Node lets it grow under load. When it grows is chance, and
 * how often it is collected depends on it.
 */
const FLAGS: readonly string[] = ['--min-semi-space-size=16', '--max-semi-space-size=16'];

/**
 * In a round, the servers take turns that often. What disturbs a machine comes and goes within seconds, so the shorter
 * the turns are, the more of it hits all servers alike; and the median of a round's turns forgets the rest.
 */
const TURNS = 5;

/** Turns that are not counted, in which the compilers do their work. */
const WARM_UP_TURNS = 2;

/** Requests in front of each turn, after which caches are as they are under load. */
const RUN_UP = 50;

/** Requests to find out how many a server can answer in a second; the first ones are slow. */
const TRIAL = 2000;

/** As few as a turn of a slow server may have, so that connecting and collecting garbage are a small part of it. */
const LEAST = 500;

/** As many of each as show that it works. */
const BRIEF = 20;

/** A kind of request to a server that runs, and what has been measured of it. */
interface Slice {
  readonly series: { readonly cpu: number[]; readonly rate: number[] };
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
      .map((name) => ({ server: serverKey(server), request: name, cpu: [], rate: [] })),
  }));
  const amounts = new Map<RequestName, number>();
  for (let from = 0; from < rounds; from += ROUNDS_PER_PROCESS) {
    const to = Math.min(from + ROUNDS_PER_PROCESS, rounds);
    process.stderr.write(`${platform}: round ${to} of ${rounds}, ${servers.length} processes\n`);
    const children: Child[] = [];
    try {
      const slices: Slice[] = [];
      for (const { server, series } of all) slices.push(...(await start(server, series, children)));
      if (amounts.size === 0) await calibrate(slices, names, brief, seconds, amounts);
      if (!brief) await measureRound(slices, names, amounts, 0, WARM_UP_TURNS, () => undefined);
      for (let round = from; round < to; round++) {
        await measureRound(slices, names, amounts, round, TURNS, ({ series }, cpu, rate) => {
          series.cpu.push(cpu);
          series.rate.push(rate);
        });
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
  series: readonly { readonly request: RequestName; readonly cpu: number[]; readonly rate: number[] }[],
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
      await sendLoad(slice.port, slice.request, trial);
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
  count: number,
  note: (slice: Slice, cpu: number, rate: number) => void,
): Promise<void> {
  for (const name of names) {
    const amount = amounts.get(name) ?? BRIEF;
    const turns = new Map(
      slices
        .filter((slice) => slice.name === name)
        .map((slice) => [slice, { cpu: [] as number[], rate: [] as number[] }]),
    );
    for (let turn = 0; turn < count; turn++) {
      for (const [slice, values] of rotated([...turns], round * TURNS + turn)) {
        await sendLoad(slice.port, slice.request, Math.min(RUN_UP, amount));
        const { cpu, rate } = await measureTurn(slice, amount);
        values.cpu.push(cpu);
        values.rate.push(rate);
      }
    }
    for (const [slice, { cpu, rate }] of turns) note(slice, median(cpu), median(rate));
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
