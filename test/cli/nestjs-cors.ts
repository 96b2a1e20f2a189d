import { Readable } from 'node:stream';
import { run } from '../../lib/cli/command-line.js';

/** What has become of a run of the program. */
export interface Outcome {
  readonly code: number;
  readonly printed: string;
  readonly complaints: readonly string[];
}

/** Runs the program in this process. */
export async function nestjsCors(args: readonly string[], stdin = '', isTTY = false): Promise<Outcome> {
  const printed: string[] = [];
  const complaints: string[] = [];
  const code = await run(args, {
    folder: process.cwd(),
    stdin: Object.assign(Readable.from([stdin]), { isTTY }),
    print: (text) => printed.push(text),
    complain: (line) => complaints.push(line),
  });
  return { code, printed: printed.join(''), complaints };
}
