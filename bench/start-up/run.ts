import { BASE, serverKey, type Server, type Variant } from '../http/setups.js';
import { hasValgrind } from '../instructions/callgrind.js';
import type { BenchOptions, Platform } from '../support/options.js';
import { eachInParallel } from '../support/parallel.js';
import { differences, median, rotated, spread, type Spread } from '../support/statistics.js';
import { routeCosts, type RouteCost, type StartCost } from './route-costs.js';
import { countStart, start, type Start } from './start.js';

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

/** Instructions that a start of one variant with so many routes executes; the least of several counts. */
export interface CountedStart {
  readonly platform: Platform;
  readonly variant: Variant;
  readonly routes: number;
  readonly instructions: number;
}

/** What each further route costs on one platform. */
export interface PlatformRouteCost extends RouteCost {
  readonly platform: Platform;
  /** The instructions that nestjs-cors adds over those that it adds at the baseline, where both have been counted. */
  readonly toBaseline?: number | undefined;
}

/** All that is measured of the start. */
export interface StartSummary {
  readonly starts: readonly StartResult[];
  readonly counted: readonly CountedStart[];
  /** What each further route costs. */
  readonly perRoute: readonly PlatformRouteCost[];
  /** How much memory an exact origin takes in an app that allows many. */
  readonly bytesPerOrigin: readonly {
    readonly variant: Variant;
    readonly origins: number;
    readonly bytes: number;
  }[];
}

const ROUTES: readonly number[] = [10, 200, 2000];
const BRIEF_ROUTES: readonly number[] = [10, 50];
const COUNTS = 3;
const ORIGINS = 1_000_000;
const BRIEF_ORIGINS = 10_000;
const VARIANTS = ['bare', 'enableCors', 'nestjs-cors'] as const;
const COUNTED_VARIANTS = ['bare', 'nestjs-cors'] as const;

/** Measures how long apps take to start, and how large they are. */
export async function runStartUp(options: BenchOptions): Promise<StartSummary> {
  const routes = options.brief ? BRIEF_ROUTES : ROUTES;
  const starts: StartResult[] = [];
  for (const platform of options.platforms) {
    for (const count of routes) starts.push(...(await measureStarts(platform, count, options.rounds)));
  }
  const counted = hasValgrind() ? await countStarts(...countsOf(options, routes)) : [];
  const before =
    hasValgrind() && options.baseline !== undefined
      ? await countStarts(...countsOf(options, routes), options.baseline)
      : [];
  const costs = (platform: Platform, counts: readonly CountedStart[]): readonly RouteCost[] =>
    routeCosts(startCosts(platform, routes, starts, counts));
  return {
    starts,
    counted,
    perRoute: options.platforms.flatMap((platform) => {
      const atBaseline = costs(platform, before);
      return costs(platform, counted).map((cost, index) => ({
        platform,
        ...cost,
        toBaseline: ratio(cost.instructions?.added, atBaseline[index]?.instructions?.added),
      }));
    }),
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
      found.get(variant)?.push(await start(serverOf(platform, variant, routes)));
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

function ratio(value: number | undefined, other: number | undefined): number | undefined {
  return value === undefined || other === undefined ? undefined : value / other;
}

/** With a policy on each route, where that is possible. */
function serverOf(platform: Platform, variant: Variant, routes: number): Server {
  return {
    platform,
    variant,
    setup: { ...BASE, place: variant === 'nestjs-cors' ? 'route' : 'module', routes },
  };
}

/** Under Valgrind a start takes half a minute; a brief run shows with the least app that it works. */
function countsOf(
  { brief, platforms }: BenchOptions,
  routes: readonly number[],
): [platforms: readonly Platform[], routes: readonly number[], times: number] {
  return brief ? [platforms.slice(0, 1), routes.slice(0, 1), 1] : [platforms, routes, COUNTS];
}

/** Several counts of each start, of which the least is taken. */
async function countStarts(
  platforms: readonly Platform[],
  routes: readonly number[],
  times: number,
  baseline?: string,
): Promise<readonly CountedStart[]> {
  const counted = platforms.flatMap((platform) =>
    routes.flatMap((count) =>
      COUNTED_VARIANTS.map((variant) => ({
        server: serverOf(platform, variant, count),
        counts: [] as number[],
      })),
    ),
  );
  const runs = Array.from({ length: times }, () => counted).flat();
  await eachInParallel(runs, async ({ server, counts }) => {
    const of = baseline === undefined ? '' : `, ${baseline}`;
    process.stderr.write(`start-up: ${server.platform}, instructions, ${serverKey(server)}${of}\n`);
    counts.push(await countStart(server, baseline));
  });
  return counted.map(({ server: { platform, variant, setup }, counts }) => ({
    platform,
    variant,
    routes: setup.routes,
    instructions: Math.min(...counts),
  }));
}

/** What starts of one platform cost, by the number of routes. */
function startCosts(
  platform: Platform,
  routes: readonly number[],
  starts: readonly StartResult[],
  counted: readonly CountedStart[],
): readonly StartCost[] {
  return routes.map((count) => {
    const isMeant = (one: CountedStart | StartResult): boolean =>
      one.platform === platform && one.routes === count;
    const timeOf = (variant: Variant): number =>
      starts.find((one) => isMeant(one) && one.variant === variant)?.time.min ?? Number.NaN;
    const [bare, ours] = COUNTED_VARIANTS.map(
      (variant) => counted.find((one) => isMeant(one) && one.variant === variant)?.instructions,
    );
    return {
      routes: count,
      time: { bare: timeOf('bare'), ours: timeOf('nestjs-cors'), control: timeOf('enableCors') },
      instructions: bare === undefined || ours === undefined ? undefined : { bare, ours },
    };
  });
}

function added(times: readonly number[], bare: readonly number[]): AddedTime {
  return { least: Math.min(...times) - Math.min(...bare), median: median(differences(times, bare)) };
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
