/*
 * `npm test`: builds the library if it has changed since, then runs Jest over all suites, with coverage.
 *
 *   npm test                          everything; coverage below the thresholds fails
 *   npm test -- test/protocol -t Vary what Jest is told, without coverage
 *
 * CHROMIUM_PATH          the Chromium for the suites under test/browser; found in the usual places if unset
 * CORS_REQUIRE_BROWSER=1 fails without one, instead of leaving those suites out
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');

/** What the build depends on. The suites that start a process or pack the library use `dist`. */
const BUILD_INPUTS = ['lib', 'package.json', 'tsconfig.json', 'tsconfig.build.json', 'nest-cli.json'];

const CHROMIUM_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  ...(process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'google-chrome')),
];

process.exitCode = main(process.argv.slice(2));

function main(args) {
  const chromium = findChromium();
  const leftOut = chromium === undefined ? browserSuites() : [];
  if (leftOut.length > 0 && process.env.CORS_REQUIRE_BROWSER === '1') {
    say([...missing(), 'CORS_REQUIRE_BROWSER=1 says that this is a failure.']);
    return 1;
  }
  const code = buildIfStale();
  if (code !== 0) return code;

  const warning = [...missing(), 'Left out of this run:', ...leftOut.map((suite) => `  ${suite}`)];
  if (leftOut.length > 0) say(warning);
  const result = run(process.execPath, ['--experimental-vm-modules', jest, ...jestArguments(args, leftOut)], {
    env: { ...process.env, ...(chromium !== undefined && { CHROMIUM_PATH: chromium }) },
  });
  if (leftOut.length > 0) say(warning);
  return result;
}

/** The thresholds are those of the whole; a part of the suites cannot reach them. */
function jestArguments(args, leftOut) {
  const whole = args.every((arg) => arg.startsWith('-') && !arg.startsWith('--coverage'));
  return [
    '-c',
    join(root, 'test/jest.config.js'),
    ...(whole ? ['--coverage'] : []),
    ...args,
    // Last, because it would take names of suites behind it for its own.
    ...(leftOut.length > 0 ? ['--testPathIgnorePatterns', '<rootDir>/test/browser/'] : []),
  ];
}

/** The path of a Chromium, if there is one. A wrong CHROMIUM_PATH is none: whoever set it meant that one. */
function findChromium() {
  const named = process.env.CHROMIUM_PATH;
  return (named ? [named] : CHROMIUM_PLACES).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function browserSuites() {
  const names = readdirSync(join(root, 'test/browser'), { recursive: true });
  return names.filter((name) => name.endsWith('.test.ts')).map((name) => join('test/browser', name));
}

function missing() {
  const named = process.env.CHROMIUM_PATH;
  const where = named ? `CHROMIUM_PATH is ${named}, which is no program.` : 'There is no Chromium here.';
  return [where, 'Install one (apt-get install chromium), or name it in CHROMIUM_PATH.', ''];
}

/** Builds unless `dist` is newer than all it is made from. A failed build leaves no `dist` to be taken for a good one. */
function buildIfStale() {
  const built = join(root, 'dist/index.js');
  if (newest([built]) > newest(BUILD_INPUTS.map((path) => join(root, path)))) return 0;
  const code = run('npm run build', [], { shell: true });
  if (code !== 0) rmSync(join(root, 'dist'), { recursive: true, force: true });
  return code;
}

/** The time of the last change to any of the paths or to what they hold; 0 for what is not there. */
function newest(paths) {
  let time = 0;
  for (const path of paths) {
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) continue;
    const inside = stats.isDirectory() ? newest(readdirSync(path).map((name) => join(path, name))) : 0;
    time = Math.max(time, stats.mtimeMs, inside);
  }
  return time;
}

/** Runs a command in the foreground and gives its exit code; 1 if a signal ended it. */
function run(command, args, options) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) throw error;
  return status ?? 1;
}

function say(lines) {
  const width = Math.max(...lines.map((line) => line.length));
  const edge = '*'.repeat(width + 4);
  const framed = lines.map((line) => `* ${line.padEnd(width)} *`);
  process.stderr.write(`\n${[edge, ...framed, edge].join('\n')}\n\n`);
}
