import { readFileSync } from 'node:fs';
import { text as textOf } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { withParts } from '../late-part.js';
import { CliError } from './cli-error.js';
import { migrate } from './migrate/migrate.js';

/** What a command works with. */
export interface Surroundings {
  /** The working folder. */
  readonly folder: string;
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  /** Takes what the command prints, and what it has to say besides. */
  readonly print: (text: string) => void;
  readonly complain: (line: string) => void;
}

const USAGE = `Usage: nestjs-cors <command>

  migrate [file]   reads the options of app.enableCors(), of cors or of @fastify/cors in a source file,
                   or in standard input, and prints CorsModule.forRoot(…) for them

  -h, --help       shows this
`;

/** Exit codes. */
const DONE = 0;
const WRONG_USE = 2;

/**
 * Runs a command.
 *
 * @param args - what stands behind the program's name
 * @returns the exit code
 */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    const { values, positionals } = parse(args);
    const [command, ...operands] = positionals;
    if (values.help === true) surroundings.print(USAGE);
    else if (command === 'migrate') surroundings.print(await runMigrate(operands, surroundings));
    else
      throw new CliError(
        `${command === undefined ? 'a command is missing' : `there is no command ${command}`}: see nestjs-cors --help`,
      );
    return DONE;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    surroundings.complain(`nestjs-cors: ${error.message}`);
    return WRONG_USE;
  }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    throw new CliError(`${(error as Error).message.split(/[.\n]/, 1)[0]}: see nestjs-cors --help`);
  }
}

async function runMigrate(
  [file, ...others]: readonly string[],
  { folder, stdin }: Surroundings,
): Promise<string> {
  if (others.length > 0) throw new CliError('migrate takes one file: see nestjs-cors --help');
  if (file === undefined && stdin.isTTY === true) {
    throw new CliError('migrate takes a file, or a source on standard input: see nestjs-cors --help');
  }
  const text = file === undefined || file === '-' ? await textOf(stdin) : readText(file);
  return withParts(() => migrate(text, file ?? 'standard input', folder));
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new CliError(
      `${file}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`}`,
    );
  }
}
