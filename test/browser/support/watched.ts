import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

/** How long a program may take to be ready, in milliseconds. */
const PATIENCE = 45_000;

/** Runs a program that ends with its standard input: a suite that takes too long is killed, and has no chance to end anything. */
const WATCHED = 'exec 5<&0; (cat <&5 >/dev/null; kill -KILL -$$) & exec "$@" 5<&- </dev/null';

/** A program that runs until it is ended. */
export interface Watched {
  /** What the program has said to show that it is ready. */
  readonly ready: string;
  /** Ends it, with all that it has started. */
  end(): Promise<void>;
}

/** How a program is started. */
export interface WatchedOptions {
  readonly args: readonly string[];
  /** What it says, on its standard output or error, when it is ready; the first group is {@link Watched.ready}. */
  readonly says: RegExp;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts a program, and waits until it says that it is ready.
 *
 * @throws if it ends before, or says nothing of the kind for too long; with all that it has said
 */
export async function startWatched(program: string, options: WatchedOptions): Promise<Watched> {
  const child = spawn('/bin/sh', ['-c', WATCHED, 'sh', program, ...options.args], {
    // A group of its own, so that its children end with it.
    detached: true,
    stdio: 'pipe',
    env: { ...process.env, ...options.env },
  });
  try {
    return { ready: await readinessOf(child, program, options.says), end: () => end(child) };
  } catch (error) {
    await end(child);
    throw error;
  }
}

/** A folder that is the owner's own, and taken away with all that is in it when it ends. */
export function temporaryFolder(): { readonly path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'nestjs-cors-browser-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true, maxRetries: 10 }) };
}

function readinessOf(child: ChildProcess, program: string, says: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = '';
    const fail = (what: string): void => reject(new Error(`${program} ${what}.\n${said}`));
    const timer = setTimeout(() => fail(`is not ready after ${PATIENCE} ms`), PATIENCE);
    child.once('error', reject);
    child.once('exit', () => fail('ended before it was ready'));
    for (const stream of [child.stdout, child.stderr] as Readable[]) {
      stream.on('data', (chunk: Buffer) => {
        said += String(chunk);
        const [, found] = says.exec(said) ?? [];
        if (found === undefined) return;
        clearTimeout(timer);
        // It is read on, so that the program is never held up, and kept no longer.
        said = '';
        resolve(found);
      });
    }
  });
}

async function end(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined) return;
  const hasEnded = child.exitCode !== null || child.signalCode !== null;
  const closed = hasEnded ? undefined : once(child, 'close');
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of them have ended.
  }
  await closed;
}
