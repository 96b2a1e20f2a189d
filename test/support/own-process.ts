import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const compiler = new URL('typescript.mjs', import.meta.url).href;

/**
 * What a program prints, as JSON, that is a process of its own and has `gc()`. For what is measured: a process of Jest
 * holds the modules of all suites before, a gigabyte of them, through which every collection of garbage goes.
 *
 * @param program its source
 * @param task what it finds in its first argument, as JSON
 */
export async function inOwnProcess<Result>(program: URL, task: object = {}): Promise<Result> {
  const { stdout } = await run(
    process.execPath,
    ['--expose-gc', '--import', compiler, fileURLToPath(program), JSON.stringify(task)],
    { env: { ...process.env, NODE_OPTIONS: '' } },
  );
  return JSON.parse(stdout) as Result;
}
