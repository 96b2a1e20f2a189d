/*
 * `npm test`: builds the library if it has changed since, then runs Jest over all suites, with coverage.
 *
 *   npm test                          everything; coverage below the thresholds fails
 *   npm test -- test/protocol -t Vary what Jest is told, without coverage
 *
 * CHROMIUM_PATH          the Chromium for the suites under test/browser; found in the usual places if unset
 * CORS_REQUIRE_BROWSER=1 fails without one, instead of leaving those suites out
 * FIREFOX_PATH           the Firefox for test/browser/table and half of test/browser/csrf.test.ts; found in the usual places
 *                        if unset
 * CORS_REQUIRE_FIREFOX=1 fails without one, instead of leaving these out
 * WEBKIT_DRIVER_PATH, XVFB_PATH
 *                        the WebKitWebDriver of WebKitGTK for test/browser/table, and the Xvfb that it is shown on; found in
 *                        the usual places if unset
 * CORS_REQUIRE_WEBKIT=1  fails without one of them, instead of leaving that out
 * REDIS_SERVER_PATH      the redis-server for the suites under test/redis; found in the usual places if unset
 * CORS_REQUIRE_REDIS=1   fails without one, instead of leaving those suites out
 * POSTGRES_PATH          the postgres for the suites under test/postgres; found in the usual places if unset
 * CORS_REQUIRE_POSTGRES=1 fails without one, instead of leaving those suites out
 * NGINX_PATH, HAPROXY_PATH, APACHE_PATH, VARNISHD_PATH, SQUID_PATH
 *                        the proxies for the suites under test/proxies; found in the usual places if unset
 * CORS_REQUIRE_PROXIES=1 fails without one, instead of leaving its suite out
 * VALKEY_SERVER_PATH     the valkey-server for some of them once more; found in the usual places if unset
 * CORS_REQUIRE_VALKEY=1  fails without one, instead of leaving those out
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');

/** What the build depends on. The suites that start a process or pack the library use `dist`. */
const BUILD_INPUTS = [
  'lib',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'nest-cli.json',
  'rollup.config.js',
];

/** The programs that some suites need, and that not every machine has. */
const PROGRAMS = [
  {
    name: 'Chromium',
    package: 'chromium',
    suites: 'test/browser/',
    parts: [],
    path: 'CHROMIUM_PATH',
    required: 'CORS_REQUIRE_BROWSER',
    places: ['/usr/bin/chromium', '/usr/bin/chromium-browser', ...inPath('google-chrome')],
  },
  {
    name: 'Firefox',
    package: 'firefox-esr',
    suites: 'test/browser/table/firefox.test.ts',
    // These look for the program themselves.
    parts: ['test/browser/csrf.test.ts, the half in Firefox'],
    path: 'FIREFOX_PATH',
    required: 'CORS_REQUIRE_FIREFOX',
    places: ['/usr/bin/firefox', '/usr/bin/firefox-esr', ...inPath('firefox')],
  },
  {
    name: 'WebKitWebDriver',
    package: 'webkit2gtk-driver',
    suites: 'test/browser/table/webkit.test.ts',
    parts: [],
    path: 'WEBKIT_DRIVER_PATH',
    required: 'CORS_REQUIRE_WEBKIT',
    places: ['/usr/bin/WebKitWebDriver', ...inPath('WebKitWebDriver')],
  },
  {
    name: 'Xvfb',
    package: 'xvfb',
    suites: 'test/browser/table/webkit.test.ts',
    parts: [],
    path: 'XVFB_PATH',
    required: 'CORS_REQUIRE_WEBKIT',
    places: ['/usr/bin/Xvfb', ...inPath('Xvfb')],
  },
  {
    name: 'redis-server',
    package: 'redis-server',
    suites: 'test/redis/',
    // These look for the program themselves.
    parts: ['test/browser/tenants.test.ts, the half on Redis'],
    path: 'REDIS_SERVER_PATH',
    required: 'CORS_REQUIRE_REDIS',
    places: ['/usr/bin/redis-server', ...inPath('redis-server')],
  },
  {
    name: 'PostgreSQL',
    package: 'postgresql',
    suites: 'test/postgres/',
    // These look for the program themselves.
    parts: ['test/browser/database.test.ts, the half on PostgreSQL'],
    path: 'POSTGRES_PATH',
    required: 'CORS_REQUIRE_POSTGRES',
    places: [...inPostgresFolders(), ...inPath('postgres')],
  },
  {
    name: 'valkey-server',
    package: 'valkey-server',
    suites: undefined,
    parts: ['test/redis/, what is said of Valkey: it is NOT TESTED in this run'],
    path: 'VALKEY_SERVER_PATH',
    required: 'CORS_REQUIRE_VALKEY',
    places: ['/usr/bin/valkey-server', ...inPath('valkey-server')],
  },
  proxy('nginx', 'nginx', 'nginx', 'NGINX_PATH'),
  proxy('HAProxy', 'haproxy', 'haproxy', 'HAPROXY_PATH'),
  proxy('Apache', 'apache2', 'apache', 'APACHE_PATH'),
  proxy('Varnish', 'varnish', 'varnish', 'VARNISHD_PATH', 'varnishd'),
  proxy('Squid', 'squid', 'squid', 'SQUID_PATH'),
];

process.exitCode = main(process.argv.slice(2));

function main(args) {
  const missing = PROGRAMS.filter((program) => find(program) === undefined);
  const required = missing.filter((program) => process.env[program.required] === '1');
  for (const program of required)
    say([...howToGet(program), `${program.required}=1 says that this is a failure.`]);
  if (required.length > 0) return 1;
  const code = buildIfStale();
  if (code !== 0) return code;

  missing.forEach(sayWhatIsLeftOut);
  const found = PROGRAMS.map((program) => [program.path, find(program)]).filter(([, path]) => path);
  const result = run(process.execPath, ['--experimental-vm-modules', jest, ...jestArguments(args, missing)], {
    env: { ...process.env, ...Object.fromEntries(found) },
  });
  missing.forEach(sayWhatIsLeftOut);
  return result;
}

/** The thresholds are those of the whole; a part of the suites cannot reach them. */
function jestArguments(args, missing) {
  const whole = args.every((arg) => arg.startsWith('-') && !arg.startsWith('--coverage'));
  return [
    '-c',
    join(root, 'test/jest.config.js'),
    ...(whole ? ['--coverage'] : []),
    ...args,
    // Last, because it would take names of suites behind it for its own.
    ...missing.flatMap(({ suites }) =>
      suites === undefined ? [] : ['--testPathIgnorePatterns', `<rootDir>/${suites}`],
    ),
  ];
}

/** The path of a program, if there is one. Whoever names a path means that one, also where it is wrong. */
function find({ path, places }) {
  const named = process.env[path];
  return (named ? [named] : places).find(isExecutable);
}

/** Debian has them where users who are not root do not look. */
function proxy(name, debian, suite, path, program = debian) {
  return {
    name,
    package: debian,
    suites: `test/proxies/${suite}.test.ts`,
    parts: [],
    path,
    required: 'CORS_REQUIRE_PROXIES',
    places: [`/usr/sbin/${program}`, ...inPath(program)],
  };
}

function inPath(name) {
  return (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name));
}

/** Debian has the programs of each version in a folder of its own, and the server's not in the path. */
function inPostgresFolders() {
  const folder = '/usr/lib/postgresql';
  const versions = existsSync(folder) ? readdirSync(folder) : [];
  return versions
    .toSorted((one, other) => Number(other) - Number(one))
    .map((version) => join(folder, version, 'bin/postgres'));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function sayWhatIsLeftOut(program) {
  const suites = program.suites === undefined ? [] : suitesIn(program.suites).map((name) => `  ${name}`);
  const parts = program.parts.map((part) => `  ${part}`);
  say([...howToGet(program), 'Left out of this run:', ...suites, ...parts]);
}

/** The suites in a folder, or the one that is named. */
function suitesIn(path) {
  if (path.endsWith('.test.ts')) return [path];
  const names = readdirSync(join(root, path), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.test.ts')).map((name) => `${path}${name}`);
}

function howToGet({ name, package: debian, path }) {
  const named = process.env[path];
  const where = named ? `${path} is ${named}, which is no program.` : `There is no ${name} here.`;
  return [where, `Install one (apt-get install ${debian}), or name it in ${path}.`, ''];
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
