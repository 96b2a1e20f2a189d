import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Server } from '../http/setups.js';
import { InstructionCounter } from '../instructions/callgrind.js';
import { Child } from '../support/child.js';
import type { Question } from './process.js';

/** What one start took. */
export interface Start {
  /** From the creation of the app until it listens, in milliseconds. What is imported by then is not in it. */
  readonly time: number;
  /** The live heap of the app that listens, in bytes. */
  readonly heap: number;
}

const PROGRAM = new URL('process.js', import.meta.url);
const FLAGS: readonly string[] = ['--expose-gc', '--max-old-space-size=8192'];

/** Starts an app once. */
export async function start(server: Server): Promise<Start> {
  const child = Child.start(PROGRAM, server, FLAGS);
  try {
    await child.answer();
    const time = await ask<number>(child, 'start');
    return { time, heap: await ask<number>(child, 'heap') };
  } finally {
    await child.stop();
  }
}

/**
 * Counts the instructions that one start of an app executes, those of the compilers and the collector among them.
 *
 * @param baseline - another checkout whose nestjs-cors and Nest are taken, where it and its bench are compiled
 */
export async function countStart(server: Server, baseline?: string): Promise<number> {
  const counter = await InstructionCounter.create();
  const program =
    baseline === undefined ? PROGRAM : pathToFileURL(join(baseline, 'bench/dist/start-up/process.js'));
  const child = Child.start(program, server, [...FLAGS, '--single-threaded'], counter.launcher);
  try {
    await child.answer();
    return await counter.count(child.pid, async () => {
      await ask(child, 'start');
    });
  } finally {
    await child.stop();
    await counter.remove();
  }
}

function ask<T>(child: Child, question: Question): Promise<T> {
  return child.ask<T>(question);
}
