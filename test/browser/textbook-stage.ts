import { expect } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startOnFreePorts, type PlacedSample, type SampleBuild } from '../support/sample.js';
import { startWhole } from '../support/started.js';
import { readExercise, type ShownExchange, type ShownExercise } from './textbook-lesson.js';
import { openWitness, type Witness, type Witnessed } from './textbook-witness.js';

/** A sample that runs, and what stands between it and the browser. */
export interface Stage extends PlacedSample {
  readonly witness: Witness;
  close(): Promise<void>;
}

/** An exercise as its page shows it, and what the witness saw. */
export interface WitnessedExercise extends ShownExercise {
  readonly seen: readonly Witnessed[];
}

/** Starts the textbook on free ports. */
export async function startStage(build: SampleBuild, env: NodeJS.ProcessEnv = {}): Promise<Stage> {
  return await startWhole(async (own, close) => {
    const placed = await own(startOnFreePorts(build, '02-textbook', env), ({ sample }) => sample.stop());
    const witness = await own(openWitness(placed.port), (opened) => opened.close());
    return { ...placed, witness, close };
  });
}

/** Reads an exercise, and makes sure that what it shows is what the witness saw. */
export async function readWitnessed(page: Page, id: string, { witness }: Stage): Promise<WitnessedExercise> {
  const exercise = await readExercise(page, id);
  const seen = witness.exchangesOf(exercise.call);
  // Embedded resources are asked for all at once; else the order is the same.
  expect(exercise.exchanges.map(shownLineOf).toSorted()).toEqual(seen.map(lineOf).toSorted());
  for (const shown of exercise.exchanges) {
    const actual = seen.filter((exchange) => lineOf(exchange) === shownLineOf(shown)).map(textsOf);
    expect(actual).toContainEqual({
      sent: expect.objectContaining(fieldsOf(shown.sent)),
      answered: expect.objectContaining(fieldsOf(shown.answered)),
    });
    expect(shown.why).not.toContain('otherwise');
  }
  return { ...exercise, seen };
}

/** Of an exchange, the request line without the mark, and the status. */
export function lineOf({ method, url, status }: Witnessed): string {
  return `${method} ${url.split('?')[0]} → ${status}`;
}

/** The fields of a response that belong to the CORS protocol, and its `Vary`. */
export function corsFields({ answered }: Witnessed): object {
  return Object.fromEntries(
    Object.entries(answered).filter(([name]) => name === 'vary' || name.startsWith('access-control-')),
  );
}

function shownLineOf({ sent, answered }: ShownExchange): string {
  return `${sent[0]} ${answered[0]}`;
}

/** The header fields among the lines that a page shows. */
function fieldsOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(lines.slice(1).map((line) => line.split(/: (.*)/s, 2) as [string, string]));
}

/** The header fields of an exchange, as text. */
function textsOf({ sent, answered }: Witnessed): object {
  const texts = (fields: object): object =>
    Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]));
  return { sent: texts(sent), answered: texts(answered) };
}
