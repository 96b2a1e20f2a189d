import { fileURLToPath } from 'node:url';
import { sendLoad } from '../http/load.js';
import { Child } from '../support/child.js';
import { packageRoot } from '../support/dist.js';
import type { BenchOptions } from '../support/options.js';
import { exactOrigin } from '../support/origins.js';
import { median } from '../support/statistics.js';
import { QUESTIONS, type ListCost, type ListTask, type Question, type StartCost } from './process.js';

/** Medians of the rounds, for one build. */
export interface ListResult {
  /** `here`, or `baseline`, the build that it is held against. */
  readonly build: string;
  readonly origins: number;
  readonly rounds: number;
  /**
   * CPU time in milliseconds, of `add` and `remove` in microseconds for each origin, while there is nothing else to do; what
   * a build cannot do is missing.
   */
  readonly cpu: Partial<Record<Question, number>>;
  /** The longest that the event loop stood still under load, in milliseconds: the median of the rounds, and the worst. */
  readonly pause: Partial<Record<Question, { readonly median: number; readonly most: number }>>;
  /** Live memory for each origin, in bytes, strings that the caller holds not counted. */
  readonly bytes: number;
}

const ORIGINS = 1_000_000;
const BRIEF_ORIGINS = 50_000;
const PROGRAM = new URL('process.js', import.meta.url);
const FLAGS: readonly string[] = ['--expose-gc', '--max-old-space-size=8192'];

/** In milliseconds: nobody may wait so long, even where nothing else is judged. */
const LONGEST_PAUSE = 250;

/** Requests that are sent at once, again and again as long as something is measured. */
const REQUESTS = 20;

const UNDER_LOAD = ['update', 'add', 'remove'] as const;

interface Round {
  readonly start: StartCost;
  readonly alone: Partial<Record<Question, ListCost>>;
  readonly underLoad: Partial<Record<Question, ListCost>>;
}

/**
 * Measures what long lists cost: the start, an update with one origin more, and origins that come and go, while the app is
 * under load. One process for each build and round, in turn.
 *
 * @throws Error if in a brief run the event loop stands still for longer than {@link LONGEST_PAUSE} but at start
 */
export async function runLists({ brief, rounds, baseline }: BenchOptions): Promise<readonly ListResult[]> {
  const origins = brief ? BRIEF_ORIGINS : ORIGINS;
  const roots = new Map([['here', fileURLToPath(packageRoot())]]);
  if (baseline !== undefined) roots.set('baseline', baseline);
  const found = new Map<string, Round[]>([...roots.keys()].map((build) => [build, []]));
  for (let round = 0; round < rounds; round++) {
    for (const [build, root] of roots) {
      process.stderr.write(`lists: round ${round + 1} of ${rounds}, ${origins} origins, ${build}\n`);
      found.get(build)?.push(await measureRound({ root, origins }));
    }
  }
  const results = [...found].map(([build, all]) => summarize(build, origins, all));
  const [{ pause }] = results as [ListResult];
  const longest = Math.max(...UNDER_LOAD.map((one) => pause[one]?.most ?? 0));
  if (brief && longest > LONGEST_PAUSE) {
    throw new Error(`The event loop stood still for ${longest.toFixed(0)} ms with ${origins} origins.`);
  }
  return results;
}

async function measureRound(task: ListTask): Promise<Round> {
  const child = Child.start(PROGRAM, task, FLAGS);
  try {
    await child.answer();
    const start = await child.ask<StartCost>('start');
    const alone = await askAll(child);
    const load = keepLoading(start.port);
    const underLoad = await askAll(child);
    await load.stop();
    return { start, alone: { ...alone, start }, underLoad: { ...underLoad, start } };
  } finally {
    await child.stop();
  }
}

async function askAll(child: Child): Promise<Partial<Record<Question, ListCost>>> {
  const costs: Partial<Record<Question, ListCost>> = {};
  for (const question of UNDER_LOAD) {
    const cost = await child.ask<ListCost | null>(question);
    if (cost !== null) costs[question] = cost;
  }
  return costs;
}

/** Sends requests until it is stopped; those of one origin, which is there all the time. */
function keepLoading(port: number): { stop(): Promise<void> } {
  const state = { isOver: false };
  const request = {
    method: 'GET',
    path: '/nowhere',
    headers: { origin: exactOrigin(0) },
    status: 404,
    cors: { 'access-control-allow-origin': exactOrigin(0), vary: 'Origin' },
  } as const;
  const load = (async () => {
    while (!state.isOver) await sendLoad(port, request, REQUESTS);
  })();
  return {
    stop: async () => {
      state.isOver = true;
      await load;
    },
  };
}

function summarize(build: string, origins: number, rounds: readonly Round[]): ListResult {
  const of = (question: Question, part: keyof ListCost): readonly number[] =>
    rounds.flatMap(({ alone, underLoad }) => (part === 'cpu' ? alone : underLoad)[question]?.[part] ?? []);
  const known = QUESTIONS.filter((question) => of(question, 'cpu').length > 0);
  return {
    build,
    origins,
    rounds: rounds.length,
    cpu: Object.fromEntries(known.map((question) => [question, median(of(question, 'cpu'))])),
    pause: Object.fromEntries(
      known.map((question) => [
        question,
        { median: median(of(question, 'pause')), most: Math.max(...of(question, 'pause')) },
      ]),
    ),
    bytes: median(rounds.map(({ start }) => start.bytes)),
  };
}
