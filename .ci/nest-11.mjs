/*
 * Runs the suites against Nest 11, on the Node.js that runs this: in a copy of the project that has the same lock file, but
 * for the packages that are listed in nest-11.json. What takes a browser or a proxy, measures or compiles has been run with
 * Nest 12.
 *
 *   node .ci/nest-11.mjs                         in a folder of its own, which is removed afterwards
 *   node .ci/nest-11.mjs --oldest test/e2e       the oldest Nest 11 in the range, and only these suites
 *   node .ci/nest-11.mjs --in /tmp/nest-11 …     in this folder, which stays; what is installed there is used again
 *   node .ci/nest-11.mjs --in … --install        only installs what is needed there
 *
 * All else is given to Jest. `dist` has to be built: some suites start it, and it is what would be published.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath, URL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { packages, oldest } = JSON.parse(readFileSync(new URL('nest-11.json', import.meta.url), 'utf8'));

/** What is copied: all that the suites read. */
const COPIED = [
  'lib',
  'dist',
  'sample',
  'test',
  'docs',
  'README.md',
  '.swcrc',
  'nest-cli.json',
  'tsconfig.json',
  'tsconfig.build.json',
];

/**
 * The suites that measure, or are about browsers, or the caches of proxies. And those that compile the sources, which are compiled with the types of Nest 12;
 * how those of 11 get on with the library, check-nest-11-app.mjs finds out.
 */
const LEFT_OUT = [
  'bench',
  'browser',
  'proxies',
  'e2e/load.test.ts',
  'http/seal.memory.test.ts',
  'docs',
  'types',
];

process.exitCode = main(process.argv.slice(2));

function main(args) {
  const isOldest = take(args, '--oldest', 1).length > 0;
  const [, folder] = take(args, '--in', 2);
  const isInstall = take(args, '--install', 1).length > 0;
  const copy = folder === undefined ? mkdtempSync(join(tmpdir(), 'nest-11-')) : resolve(folder);
  try {
    install(copy, isOldest ? { ...packages, ...oldest } : packages);
    if (isInstall) return 0;
    for (const path of COPIED) {
      rmSync(join(copy, path), { recursive: true, force: true });
      cpSync(join(root, path), join(copy, path), { recursive: true, preserveTimestamps: true });
    }
    // Not to be built again, from sources that do not compile with the types of Nest 11.
    utimesSync(join(copy, 'dist/index.js'), new Date(), new Date());
    const ignored = LEFT_OUT.flatMap((path) => ['--testPathIgnorePatterns', `<rootDir>/test/${path}`]);
    return run(copy, process.execPath, ['test/run.js', '--coverage=false', ...args, ...ignored]);
  } finally {
    if (folder === undefined) rmSync(copy, { recursive: true, force: true });
  }
}

/** Installs the project's dependencies with other versions of some, unless that has been done there. */
function install(copy, versions) {
  const wanted = JSON.stringify({ versions, lock: readFileSync(join(root, 'package-lock.json'), 'utf8') });
  const note = join(copy, 'nest-11.json');
  if (existsSync(note) && readFileSync(note, 'utf8') === wanted) return;
  mkdirSync(copy, { recursive: true });
  for (const path of ['package.json', 'package-lock.json', '.npmrc'])
    cpSync(join(root, path), join(copy, path));
  // Some of the packages allow only for older versions of others than the suites use, and get on with them all the same.
  const options = ['--legacy-peer-deps', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];
  const exact = Object.entries(versions).map(([name, version]) => `${name}@${version}`);
  const code = run(copy, 'npm', [
    'install',
    '--save-dev',
    '--save-exact',
    '--loglevel=error',
    ...options,
    ...exact,
  ]);
  if (code !== 0) throw new Error('Nest 11 could not be installed');
  writeFileSync(note, wanted);
}

/** Takes an option, and what belongs to it, out of the arguments. */
function take(args, option, length) {
  const at = args.indexOf(option);
  return at === -1 ? [] : args.splice(at, length);
}

/** Runs a program in the foreground and gives its exit code; 1 if a signal ended it. */
function run(cwd, program, args) {
  const { status, error } = spawnSync(program, args, { cwd, stdio: 'inherit' });
  if (error) throw error;
  return status ?? 1;
}
