import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { format, resolveConfig } from 'prettier';
import type { ColdStartResult } from '../cold-start/run.js';
import type { CoreSummary } from '../core/run.js';
import type { HttpRun } from '../http/run.js';
import type { HttpSummary } from '../http/summary.js';
import type { ListResult } from '../lists/run.js';
import type { StartSummary } from '../start-up/run.js';
import { packageRoot } from '../support/dist.js';
import type { Machine } from '../support/machine.js';

/** The results of each program, each in a file of its own with what they depend on. */
export interface Results {
  readonly 'http-fastify'?: Saved<HttpRun>;
  readonly 'http-express'?: Saved<HttpRun>;
  readonly 'instructions-fastify'?: Saved<HttpSummary>;
  readonly 'instructions-express'?: Saved<HttpSummary>;
  readonly core?: Saved<CoreSummary>;
  readonly 'start-up'?: Saved<StartSummary>;
  readonly 'cold-start'?: Saved<readonly ColdStartResult[]>;
  readonly lists?: Saved<readonly ListResult[]>;
}

export type ResultName = keyof Results;

export interface Saved<T> {
  readonly machine: Machine;
  readonly results: T;
}

const NAMES: readonly ResultName[] = [
  'http-fastify',
  'http-express',
  'instructions-fastify',
  'instructions-express',
  'core',
  'start-up',
  'cold-start',
  'lists',
];

/** Where results are: those of brief runs elsewhere, since they say nothing of the library. */
export function resultsFolder(brief: boolean): URL {
  return new URL(brief ? 'bench/dist/results/' : 'bench/results/', packageRoot());
}

/** Writes the results of one program. */
export async function save<N extends ResultName>(folder: URL, name: N, results: Results[N]): Promise<void> {
  const file = new URL(`${name}.json`, folder);
  const config = (await resolveConfig(file)) ?? {};
  await mkdir(folder, { recursive: true });
  await writeFile(file, await format(JSON.stringify(results), { ...config, parser: 'json' }));
}

/** Reads all results that there are. */
export async function load(folder: URL): Promise<Results> {
  const found = await Promise.all(
    NAMES.map(async (name) => ({ [name]: await read(new URL(`${name}.json`, folder)) })),
  );
  return Object.assign({}, ...found) as Results;
}

async function read(file: URL): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
