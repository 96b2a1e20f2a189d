import { BASE, type Server, type Variant } from '../http/setups.js';
import { runChild } from '../support/child.js';
import type { BenchOptions, Platform } from '../support/options.js';
import { differences, median, rotated, spread, type Spread } from '../support/statistics.js';
import type { Start } from './process.js';

/** Starts of one variant with so many routes, all of them with a policy of their own. */
export interface StartResult {
  readonly platform: Platform;
  readonly variant: Variant;
  readonly routes: number;
  /** In milliseconds. */
  readonly time: Spread;
  /** What it adds to `bare`, in milliseconds. */
  readonly addedTime: AddedTime;
  /** In bytes. */
  readonly heap: number;
  readonly addedHeap: number;
}

/** What a variant adds to the time of a start. */
export interface AddedTime {
  /**
   * Between the least disturbed starts of both: the figure to judge by. Starts run on several threads, and on a machine
   * that does other things some take twice as long, which the median of a few differences does not settle.
   */
  readonly least: number;
  /** The median of the rounds. */
  readonly median: number;
}

/** All that is measured of the start. */
export interface StartSummary {
  readonly starts: readonly StartResult[];
  /** By platform, how much each further route adds between one number of routes and the next, in microseconds. */
  readonly perRoute: readonly {
    readonly platform: Platform;
    readonly routes: string;
    readonly micros: number;
  }[];
  /** How much memory an exact origin takes in an app that allows many. */
  readonly bytesPerOrigin: readonly {
    readonly variant: Variant;
    readonly origins: number;
    readonly bytes: number;
  }[];
}

const ROUTES: readonly number[] = [10, 200, 2000];
const BRIEF_ROUTES: readonly number[] = [10, 50];
const ORIGINS = 1_000_000;
const BRIEF_ORIGINS = 10_000;
const VARIANTS = ['bare', 'enableCors', 'nestjs-cors'] as const;
const FLAGS: readonly string[] = ['--expose-gc', '--max-old-space-size=8192'];

/** Measures how long apps take to start, and how large they are. */
export async function runStartUp(options: BenchOptions): Promise<StartSummary> {
  const routes = options.brief ? BRIEF_ROUTES : ROUTES;
  const starts: StartResult[] = [];
  for (const platform of options.platforms) {
    for (const count of routes) starts.push(...(await measureStarts(platform, count, options.rounds)));
  }
  return {
    starts,
    perRoute: options.platforms.flatMap((platform) => perRoute(platform, starts)),
    bytesPerOrigin: await measureOrigins(options),
  };
}

/** As many starts of each variant as rounds, in another order each time. */
async function measureStarts(
  platform: Platform,
  routes: number,
  rounds: number,
): Promise<readonly StartResult[]> {
  const found = new Map<Variant, Start[]>(VARIANTS.map((variant) => [variant, []]));
  process.stderr.write(`start-up: ${platform}, ${routes} routes, ${rounds} rounds\n`);
  for (let round = 0; round < rounds; round++) {
    for (const variant of rotated(VARIANTS, round)) {
      const setup = { ...BASE, place: variant === 'nestjs-cors' ? 'route' : 'module', routes } as const;
      found.get(variant)?.push(await start({ platform, variant, setup }));
    }
  }
  const bare = found.get('bare') ?? [];
  return [...found].map(([variant, starts]) => ({
    platform,
    variant,
    routes,
    time: spread(starts.map(({ time }) => time)),
    addedTime: added(
      starts.map(({ time }) => time),
      bare.map(({ time }) => time),
    ),
    heap: median(starts.map(({ heap }) => heap)),
    addedHeap: median(
      differences(
        starts.map(({ heap }) => heap),
        bare.map(({ heap }) => heap),
      ),
    ),
  }));
}

function added(times: readonly number[], bare: readonly number[]): AddedTime {
  return { least: Math.min(...times) - Math.min(...bare), median: median(differences(times, bare)) };
}

function start(server: Server): Promise<Start> {
  return runChild<Start>(new URL('process.js', import.meta.url), server, FLAGS);
}

function perRoute(platform: Platform, starts: readonly StartResult[]): StartSummary['perRoute'] {
  const ours = starts.filter((one) => one.platform === platform && one.variant === 'nestjs-cors');
  const [first] = ours;
  const last = ours.at(-1);
  if (first === undefined || last === undefined) return [];
  const slope = (from: StartResult, to: StartResult) => ({
    platform,
    routes: `${from.routes} to ${to.routes}`,
    micros: ((to.addedTime.least - from.addedTime.least) * 1000) / (to.routes - from.routes),
  });
  const steps = ours.slice(1).map((to, index) => slope(ours[index] as StartResult, to));
  return steps.length > 1 ? [...steps, slope(first, last)] : steps;
}

/** The memory of an app with very many origins, less that of one with a single origin. */
async function measureOrigins({
  brief,
  rounds,
  platforms,
}: BenchOptions): Promise<StartSummary['bytesPerOrigin']> {
  const [platform = 'fastify'] = platforms;
  const origins = brief ? BRIEF_ORIGINS : ORIGINS;
  const results: { variant: Variant; origins: number; bytes: number }[] = [];
  for (const variant of ['enableCors', 'nestjs-cors'] as const) {
    process.stderr.write(`start-up: ${variant}, ${origins} origins\n`);
    const bytes: number[] = [];
    for (let round = 0; round < Math.min(rounds, 3); round++) {
      const heapWith = async (exact: number): Promise<number> =>
        (await start({ platform, variant, setup: { ...BASE, origins: { exact, patterns: 0 } } })).heap;
      bytes.push(((await heapWith(origins)) - (await heapWith(1))) / (origins - 1));
    }
    results.push({ variant, origins, bytes: median(bytes) });
  }
  return results;
}
