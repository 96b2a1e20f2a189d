import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Where this process may run, as Linux tells. */
const STATUS = '/proc/self/status';

/**
 * Runs something on one core with all processes that it starts, each until it has nothing more to do. A server then gets
 * its requests in batches, as under load, and finds its caches as it has left them. On cores of their own, the client is
 * woken by each answer or finds it by itself, depending on which of the two happens to be faster, and the server pays
 * several microseconds for a wake-up: about what is to be measured.
 *
 * Uses `taskset` and `chrt`, which all but the smallest Linux systems have.
 *
 * @param run - is told whether it is on one core. Where that can't be had it is not, and what it measures is noisier.
 */
export async function onOneCore<T>(run: (isOnOneCore: boolean) => Promise<T>): Promise<T> {
  const cores = allowedCores();
  // The last one, because the first has most of the system's interrupts.
  const core = /\d+$/.exec(cores ?? '')?.[0];
  if (cores === undefined || core === undefined) return run(false);
  try {
    return await run(moveTo(core) && schedule('--batch'));
  } finally {
    schedule('--other');
    moveTo(cores);
  }
}

/** Such as `0-3,6`; `undefined` if they can't be known. */
function allowedCores(): string | undefined {
  try {
    return /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync(STATUS, 'utf8'))?.[1];
  } catch {
    return undefined;
  }
}

function moveTo(cores: string): boolean {
  return succeeds('taskset', ['--all-tasks', '--cpu-list', '--pid', cores, String(process.pid)]);
}

function schedule(policy: '--batch' | '--other'): boolean {
  return succeeds('chrt', ['--all-tasks', policy, '--pid', '0', String(process.pid)]);
}

function succeeds(command: string, args: readonly string[]): boolean {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}
