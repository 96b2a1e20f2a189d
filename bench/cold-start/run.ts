import { fileURLToPath } from 'node:url';
import { Child } from '../support/child.js';
import { packageRoot } from '../support/dist.js';
import type { BenchOptions, Platform } from '../support/options.js';
import { differences, median, rotated } from '../support/statistics.js';
import type { ColdStart, ColdStartJob, Cost } from './process.js';

/** `bare` has no CORS. */
export type ColdVariant = 'bare' | 'enableCors' | 'nestjs-cors';

/** What one variant adds to the start of an app that has Nest and its platform loaded; medians of the rounds. */
export interface ColdStartResult {
  readonly platform: Platform;
  /** A variant, or `nestjs-cors, before`: that of the baseline. */
  readonly variant: string;
  readonly rounds: number;
  /** By the import alone. `undefined` where nothing is imported before the app is created. */
  readonly imported: Cost | undefined;
  /** By the import and all else, until the app listens: beside the bare app. */
  readonly listening: Cost;
  /** The same of this version over that of the baseline, where both have been measured. */
  readonly toBaseline: { readonly imported: Cost; readonly listening: Cost } | undefined;
}

/** One kind of start. */
interface Candidate {
  readonly name: string;
  readonly bare: string;
  readonly variant: ColdVariant;
  readonly folder: string;
}

const PROGRAM = new URL('process.js', import.meta.url);
/** The maps would be read with the files that have some. */
const FLAGS = ['--expose-gc', '--no-enable-source-maps'];

const OURS = 'nestjs-cors';
const BASELINE = 'nestjs-cors, before';

/** Measures starts, each in a process of its own: of every candidate one in each round, in another order each time. */
export async function runColdStart(options: BenchOptions): Promise<readonly ColdStartResult[]> {
  const results: ColdStartResult[] = [];
  for (const platform of options.platforms) results.push(...(await measurePlatform(platform, options)));
  return results;
}

async function measurePlatform(
  platform: Platform,
  { rounds, baseline, brief }: BenchOptions,
): Promise<readonly ColdStartResult[]> {
  const candidates = candidatesOf(baseline);
  const found = new Map<string, ColdStart[]>(candidates.map(({ name }) => [name, []]));
  process.stderr.write(`cold-start: ${platform}, ${rounds} rounds\n`);
  // The first round finds files that nobody has read yet.
  for (let round = brief ? 0 : -1; round < rounds; round++) {
    for (const { name, variant, folder } of rotated(candidates, Math.max(round, 0))) {
      const started = await start({ platform, variant, folder });
      if (round >= 0) found.get(name)?.push(started);
    }
  }
  const costs = candidates.map((candidate) => ({
    ...candidate,
    ...costOf(found.get(candidate.name) ?? [], found.get(candidate.bare) ?? []),
  }));
  const before = costs.find(({ name }) => name === BASELINE);
  return costs
    .filter(({ variant }) => variant !== 'bare')
    .map(({ name, variant, imported, listening }) => ({
      platform,
      variant: name,
      rounds,
      imported: variant === OURS ? imported : undefined,
      listening,
      toBaseline: before && {
        imported: share(imported, before.imported),
        listening: share(listening, before.listening),
      },
    }))
    .map((result) => (result.variant === OURS ? result : { ...result, toBaseline: undefined }));
}

/** What is compared; the baseline is compared with a bare app on its own copy of Nest. */
function candidatesOf(baseline: string | undefined): readonly Candidate[] {
  const folder = fileURLToPath(packageRoot());
  const own = (['bare', 'enableCors', OURS] as const).map((variant) => ({
    name: variant,
    bare: 'bare',
    variant,
    folder,
  }));
  if (baseline === undefined) return own;
  const bare = 'bare, before';
  return [
    ...own,
    { name: bare, bare, variant: 'bare', folder: baseline },
    { name: BASELINE, bare, variant: OURS, folder: baseline },
  ];
}

function costOf(starts: readonly ColdStart[], bare: readonly ColdStart[]): ColdStart {
  const listening = (cost: keyof Cost): number =>
    median(
      differences(
        starts.map((one) => one.listening[cost]),
        bare.map((one) => one.listening[cost]),
      ),
    );
  const imported = (cost: keyof Cost): number => median(starts.map((one) => one.imported[cost]));
  return {
    imported: { cpu: imported('cpu'), heap: imported('heap') },
    listening: { cpu: listening('cpu'), heap: listening('heap') },
  };
}

function share(ours: Cost, baseline: Cost): Cost {
  return { cpu: ours.cpu / baseline.cpu, heap: ours.heap / baseline.heap };
}

async function start(task: ColdStartJob): Promise<ColdStart> {
  const child = Child.start(PROGRAM, task, FLAGS);
  try {
    return await child.answer<ColdStart>();
  } finally {
    await child.stop();
  }
}
