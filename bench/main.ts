import { runColdStart } from './cold-start/run.js';
import { runCore } from './core/run.js';
import { runHttp } from './http/run.js';
import { hasValgrind } from './instructions/callgrind.js';
import { runInstructions } from './instructions/run.js';
import { drawCharts } from './report/chart.js';
import { costTable } from './report/cost-table.js';
import { load, resultsFolder, save, type Results } from './report/results.js';
import {
  coldStartTable,
  coreTables,
  httpTable,
  instructionTable,
  ownTable,
  startTables,
  targetTable,
} from './report/tables.js';
import { targets, verdictOn } from './report/targets.js';
import { runLists } from './lists/run.js';
import { listTable } from './report/list-table.js';
import { runStartUp } from './start-up/run.js';
import { describeMachine, machineLine } from './support/machine.js';
import { readOptions, USAGE, type BenchOptions } from './support/options.js';

/*
 * `npm run bench`: measures the library beside what users would pick instead, and prints what came out.
 *
 * Each program writes its results to a file in `bench/results`, so that one can be run again without the others. The
 * report is made of all that is there.
 */

try {
  const options = readOptions(process.argv.slice(2));
  const folder = resultsFolder(options.brief);
  if (!options.report) await measure(options, folder);
  // A run of single cases has been printed, and is no result.
  if (options.only === undefined) await report(await load(folder), folder, !options.brief);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  process.exitCode = 1;
}

async function measure(options: BenchOptions, folder: URL): Promise<void> {
  const machine = describeMachine();
  const isOn = (program: BenchOptions['programs'][number]): boolean => options.programs.includes(program);
  if (isOn('http')) {
    for (const platform of options.platforms) {
      const results = await runHttp(platform, options);
      if (options.only === undefined) await save(folder, `http-${platform}`, { machine, results });
      else say(`${platform} over HTTP`, httpTable(results), ownTable(results));
    }
  }
  if (isOn('instructions') && canCount(options)) {
    // Under Valgrind each server takes half a minute to start, and one platform shows that it works.
    for (const platform of options.brief ? options.platforms.slice(0, 1) : options.platforms) {
      const results = await runInstructions(platform, options);
      if (options.only === undefined) await save(folder, `instructions-${platform}`, { machine, results });
      else say(`${platform}, instructions`, instructionTable(results), ownTable(results));
    }
  }
  if (options.only !== undefined) return;
  if (isOn('core')) await save(folder, 'core', { machine, results: await runCore(options.brief) });
  if (isOn('start-up')) await save(folder, 'start-up', { machine, results: await runStartUp(options) });
  if (isOn('cold-start')) await save(folder, 'cold-start', { machine, results: await runColdStart(options) });
  if (isOn('lists')) await save(folder, 'lists', { machine, results: await runLists(options) });
}

/**
 * Whether instructions can be counted, which nothing else depends on.
 *
 * @throws Error if they can't, and nothing else was asked for
 */
function canCount({ programs }: BenchOptions): boolean {
  if (hasValgrind()) return true;
  const missing = 'Instructions are counted by Valgrind, which is not installed here.';
  if (programs.length === 1) throw new Error(missing);
  process.stderr.write(`${missing} They are left out.\n`);
  return false;
}

async function report(results: Results, folder: URL, judged: boolean): Promise<void> {
  for (const name of ['http-fastify', 'http-express'] as const) {
    const saved = results[name];
    if (saved === undefined) continue;
    const { rounds, resolution, isOnOneCore } = saved.results;
    const apart =
      resolution === undefined ? '' : ` Two bare apps are up to ${resolution.toFixed(1)} µs apart.`;
    say(
      `${name}: ${rounds} rounds, server and client on ${isOnOneCore ? 'one core' : 'any cores'}.${apart}`,
      machineLine(saved.machine),
      httpTable(saved.results),
      ownTable(saved.results),
    );
  }
  for (const name of ['instructions-fastify', 'instructions-express'] as const) {
    const saved = results[name];
    if (saved === undefined) continue;
    const { resolution } = saved.results;
    const apart = resolution === undefined ? '' : `, two bare apps up to ${resolution.toFixed(0)} apart`;
    say(
      `${name}: executed for a request, outside of the kernel${apart}`,
      machineLine(saved.machine),
      instructionTable(saved.results),
      ownTable(saved.results),
    );
  }
  say('For docs/costs.md', costTable(results));
  const { core, 'start-up': starts, 'cold-start': coldStarts, lists } = results;
  if (core) say('core', machineLine(core.machine), ...coreTables(core.results));
  if (starts) say('start-up', machineLine(starts.machine), ...startTables(starts.results));
  if (coldStarts) say('cold-start', machineLine(coldStarts.machine), coldStartTable(coldStarts.results));
  if (lists) say('lists', machineLine(lists.machine), listTable(lists.results));
  const drawn = await drawCharts(folder, results);
  const all = targets(results);
  say('Numbers to reach', targetTable(all, judged));
  const failed = all.filter((target) => verdictOn(target) === 'fail').length;
  say(
    judged
      ? `${failed} of ${all.length} numbers not reached.`
      : 'A brief run only shows that everything works: its numbers mean nothing.',
    `Results and charts (${drawn.join(', ')}) are in ${folder.pathname.split('/').slice(-3).join('/')}`,
  );
}

function say(...parts: readonly string[]): void {
  process.stdout.write(`${parts.join('\n\n')}\n\n`);
}
