import { createRequire } from 'node:module';
import { text as textOf } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { withParts } from '../late-part.js';
import { CliError } from './cli-error.js';
import { diff, FORMATS, type Format } from './manifest/diff.js';
import { explain } from './manifest/explain.js';
import { migrate } from './migrate/migrate.js';
import { readText } from './read-text.js';

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

  diff <old.json> <new.json>
                   says what has changed between two manifests of expectManifest() or CorsService.manifest()
                   --format text|json|markdown
                   exit code 1: a page may do more than before, or it cannot be told

  explain <manifest.json> --from <origin> <method> <path>
                   says what a manifest says of a request, without the app
                   --credentials       the script sends cookies
                   --header <name>     the script sets this request header; as often as there are some
                   --api-version <v>   the version that the request asks for by a header or media type
                   --host <host>       the host that the request is for
                   --engine <name>     standard, chromium, firefox or webkit: says what it makes of the answer, too
                   exit code 1: the page may not, or only the app can tell

  -h, --help       shows this
  -v, --version    shows which version this is

  Exit code 2: the command is wrong, or a file cannot be read
`;

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
  format: { type: 'string' },
  from: { type: 'string' },
  credentials: { type: 'boolean' },
  header: { type: 'string', multiple: true },
  'api-version': { type: 'string' },
  host: { type: 'string' },
  engine: { type: 'string' },
} as const;

type Options = ReturnType<typeof parse>['values'];

/** What a command has come to. */
interface Outcome {
  readonly code: number;
  readonly text: string;
}

interface Command {
  /** The options that it takes. */
  readonly options: readonly (keyof Options)[];
  readonly run: (
    operands: readonly string[],
    options: Options,
    surroundings: Surroundings,
  ) => Outcome | Promise<Outcome>;
}

const COMMANDS: Readonly<Record<string, Command>> = {
  migrate: { options: [], run: runMigrate },
  diff: { options: ['format'], run: runDiff },
  explain: { options: ['from', 'credentials', 'header', 'api-version', 'host', 'engine'], run: runExplain },
};

/** Exit codes. */
const DONE = 0;
const NOT_SO = 1;
const WRONG_USE = 2;

/**
 * Runs a command.
 *
 * @param args - what stands behind the program's name
 * @returns the exit code
 */
export async function run(args: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    const { code, text } = await outcomeOf(args, surroundings);
    surroundings.print(text);
    return code;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    surroundings.complain(`nestjs-cors: ${error.message}`);
    return WRONG_USE;
  }
}

async function outcomeOf(args: readonly string[], surroundings: Surroundings): Promise<Outcome> {
  const { values, positionals } = parse(args);
  const [name, ...operands] = positionals;
  if (values.help === true) return { code: DONE, text: USAGE };
  if (values.version === true) return { code: DONE, text: `${ownVersion()}\n` };
  if (name === undefined) throw wrongUse('a command is missing');
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) throw wrongUse(`there is no command ${name}`);
  const given = Object.keys(values) as (keyof Options)[];
  const unknown = given.find((option) => !command.options.includes(option));
  if (unknown !== undefined) throw wrongUse(`${name} takes no option --${unknown}`);
  return command.run(operands, values, surroundings);
}

function ownVersion(): string {
  const require = createRequire(import.meta.url);
  return (require('nestjs-cors/package.json') as { readonly version: string }).version;
}

function wrongUse(message: string): CliError {
  return new CliError(`${message}: see nestjs-cors --help`);
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], allowPositionals: true, options: OPTIONS });
  } catch (error) {
    throw wrongUse((error as Error).message.split(/[.\n]/, 1)[0] as string);
  }
}

function runDiff(operands: readonly string[], { format = 'text' }: Options): Outcome {
  const [before, after, ...others] = operands;
  if (before === undefined || after === undefined || others.length > 0) {
    throw wrongUse('diff takes two files');
  }
  if (!isFormat(format))
    throw wrongUse(`--format takes ${Object.keys(FORMATS).join(', ')}, and not ${format}`);
  const { isWider, text } = diff(before, after, format);
  return { code: isWider ? NOT_SO : DONE, text };
}

function isFormat(format: string): format is Format {
  return Object.hasOwn(FORMATS, format);
}

async function runExplain(operands: readonly string[], options: Options): Promise<Outcome> {
  const [file, method, path, ...others] = operands;
  const { from } = options;
  if (file === undefined || method === undefined || path === undefined || others.length > 0) {
    throw wrongUse('explain takes a file, a method and a path');
  }
  if (from === undefined)
    throw wrongUse('explain takes the origin of a page, --from https://shop.example.com');
  const { allowed, text } = await withParts(() =>
    explain(file, {
      from,
      method,
      path,
      headers: options.header ?? [],
      credentials: options.credentials ?? false,
      version: options['api-version'],
      host: options.host,
      engine: options.engine,
    }),
  );
  return { code: allowed ? DONE : NOT_SO, text };
}

async function runMigrate(
  [file, ...others]: readonly string[],
  _options: Options,
  { folder, stdin }: Surroundings,
): Promise<Outcome> {
  if (others.length > 0) throw wrongUse('migrate takes one file');
  if (file === undefined && stdin.isTTY === true) {
    throw wrongUse('migrate takes a file, or a source on standard input');
  }
  const text = file === undefined || file === '-' ? await textOf(stdin) : readText(file);
  return { code: DONE, text: await withParts(() => migrate(text, file ?? 'standard input', folder)) };
}
