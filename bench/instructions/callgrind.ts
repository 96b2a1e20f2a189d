import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Launcher } from '../support/child.js';

const run = promisify(execFile);

/** What Valgrind writes when the process ends; each dump before that has a number behind the name. */
const FILE = 'counts';

/** Whether Valgrind is here, which counts the instructions. */
export function hasValgrind(): boolean {
  return spawnSync('callgrind_control', ['--version'], { stdio: 'ignore' }).status === 0;
}

/** Counts the instructions that a process executes, outside of the kernel. */
export class InstructionCounter {
  private constructor(private readonly folder: string) {}

  static async create(): Promise<InstructionCounter> {
    return new InstructionCounter(await mkdtemp(join(tmpdir(), 'nestjs-cors-bench-')));
  }

  /** What to start the process with. */
  get launcher(): Launcher {
    const out = `--callgrind-out-file=${join(this.folder, FILE)}`;
    return { command: 'valgrind', args: ['--quiet', '--tool=callgrind', out, process.execPath] };
  }

  /** How many instructions a process executes meanwhile. */
  async count(pid: number, meanwhile: () => Promise<void>): Promise<number> {
    await run('callgrind_control', ['--zero', String(pid)]);
    await meanwhile();
    await run('callgrind_control', ['--dump', String(pid)]);
    return this.takeDump();
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Each dump is a file of its own, with the sum of all its counts in one line. */
  private async takeDump(): Promise<number> {
    const names = (await readdir(this.folder)).filter((name) => name !== FILE);
    if (names.length !== 1) throw new Error(`one dump of Valgrind expected, not ${names.length}`);
    const dump = join(this.folder, String(names[0]));
    const summary = /^(?:summary|totals): (\d+)$/m.exec(await readFile(dump, 'latin1'))?.[1];
    if (summary === undefined) throw new Error(`no counts in ${dump}`);
    await rm(dump);
    return Number(summary);
  }
}
