import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer, type AddressInfo } from 'node:net';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { send } from './http.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const endWithParent = new URL('end-with-parent.mjs', import.meta.url).href;
const nest = createRequire(import.meta.url).resolve('@nestjs/cli/bin/nest.js');

/** A build of the samples that no other suite, and no developer, is using. */
export interface SampleBuild {
  readonly folder: string;
  remove(): void;
}

/** A sample in a process of its own. */
export interface RunningSample {
  /** What it has printed so far. */
  readonly output: string;
  /** The URLs that it printed, by the word before each: `API`, `Allowed page`, `Refused page`. */
  readonly urls: Readonly<Record<string, string>>;
  /** Sends a signal and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<Ended>;
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly errors: string;
}

/**
 * Builds the samples as `npm run build:sample` does, but into a folder of its own. It lies inside the package, because
 * only there does `nestjs-cors` mean the package itself.
 */
export function buildSamples(): SampleBuild {
  mkdirSync(join(root, 'dist-sample'), { recursive: true });
  const folder = mkdtempSync(join(root, 'dist-sample/test-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const tsConfigPath = writeJson(join(folder, 'tsconfig.json'), {
    extends: '../../sample/tsconfig.json',
    compilerOptions: { outDir: 'out' },
    include: ['../../sample'],
  });
  const config = JSON.parse(readFileSync(join(root, 'sample/nest-cli.json'), 'utf8')) as {
    compilerOptions: object;
  };
  const configPath = writeJson(join(folder, 'nest-cli.json'), {
    ...config,
    compilerOptions: { ...config.compilerOptions, tsConfigPath },
  });
  const { status, stdout, stderr } = spawnSync(process.execPath, [nest, 'build', '-c', configPath], {
    cwd: root,
    encoding: 'utf8',
  });
  if (status !== 0) {
    remove();
    throw new Error(`The samples do not build.\n${stdout}${stderr}`);
  }
  return { folder: join(folder, 'out'), remove };
}

/** The variables that samples read: a developer's own are not meant for the tests. */
const VARIABLES = new Set([
  'PORT',
  'ALLOWED_PORT',
  'REFUSED_PORT',
  'PAGES_PORT',
  'FOO_ORIGIN',
  'BAR_ORIGIN',
  'REDIS_URL',
  'DATABASE_URL',
  'CORS_FILE',
  'CORS_ORIGINS',
  'CORS_CREDENTIALS',
  'CORS_MAX_AGE',
]);

/** How long a sample may take until it is ready, in milliseconds: less than what a suite has to start. */
const PATIENCE = 40_000;

/**
 * Starts a sample on free ports, or on those that it is told, and waits until it has said where it is. One that doesn't
 * say so is ended, and so is one whose suite is killed.
 */
export async function startSample(
  { folder }: SampleBuild,
  name: string,
  env: NodeJS.ProcessEnv = {},
  patience = PATIENCE,
): Promise<RunningSample> {
  const inherited = Object.entries(process.env).filter(([variable]) => !VARIABLES.has(variable));
  const child = spawn(process.execPath, ['--import', endWithParent, join(folder, name, 'main.js')], {
    env: { ...Object.fromEntries(inherited), ...env },
  });
  const ended = once(child, 'exit') as Promise<[Ended['code'], Ended['signal']]>;
  const impatience = setTimeout(() => child.kill('SIGKILL'), patience);
  let output = '';
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += String(chunk)));
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += String(chunk);
      if (output.includes('Ctrl+C')) resolve();
    });
    void ended.then(() => reject(new Error(`${name} ended before it was ready.\n${output}${errors}`)));
  }).finally(() => clearTimeout(impatience));
  return {
    get output() {
      return output;
    },
    urls: Object.fromEntries(
      [...output.matchAll(/^ *(?:The )?(\S.*?) +(http:\S+)/gm)].map(([, word, url]) => [word, url]),
    ),
    stop: async (signal = 'SIGTERM') => {
      child.kill(signal);
      const [code, by] = await ended;
      return { code, signal: by, errors };
    },
  };
}

/** A sample, and the ports that were chosen for it. */
export interface PlacedSample {
  readonly sample: RunningSample;
  readonly port: number;
  readonly pagesPort: number;
}

/**
 * Starts a sample on ports that it has to know beforehand, as `PORT` and `PAGES_PORT`. Until it listens, they are anybody's:
 * if one is taken in the meantime, others are tried.
 */
export async function startOnFreePorts(
  build: SampleBuild,
  name: string,
  env: NodeJS.ProcessEnv = {},
  tries = 5,
): Promise<PlacedSample> {
  const [port, pagesPort] = (await freePorts(2)) as [number, number];
  try {
    const ports = { PORT: `${port}`, PAGES_PORT: `${pagesPort}` };
    return { sample: await startSample(build, name, { ...ports, ...env }), port, pagesPort };
  } catch (error) {
    if (tries === 1 || !String(error).includes('EADDRINUSE')) throw error;
    return await startOnFreePorts(build, name, env, tries - 1);
  }
}

/** Opens each URL that a sample has printed, as somebody would who has read it, and gives those that nothing is at. */
export async function deadLinksOf({ urls }: RunningSample): Promise<readonly string[]> {
  const statuses = await Promise.all(
    Object.values(urls).map(async (url) => {
      const { host, port, pathname, search } = new URL(url);
      const { status } = await send(Number(port), { path: `${pathname}${search}`, headers: { host } });
      return { url, status };
    }),
  );
  return statuses.filter(({ status }) => status === 404 || status >= 500).map(({ url }) => url);
}

/** Ports that are free now. Samples that are to listen on some are better started with {@link startOnFreePorts}. */
export async function freePorts(count: number): Promise<readonly number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}

/** Opens a connection and sends nothing, as browsers do ahead of time. */
function openConnection(url: string): Promise<{ readonly closed: Promise<void> }> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const closed = new Promise<void>((end) => socket.on('close', () => end()));
    socket.on('error', reject);
    socket.on('connect', () => resolve({ closed }));
  });
}

/**
 * Ends a sample while connections to all its servers are open that nobody uses, as browsers leave them. Waits until they
 * are closed as well.
 */
export async function endWhileConnected(sample: RunningSample, signal: NodeJS.Signals): Promise<Ended> {
  const ports = new Map(Object.values(sample.urls).map((url) => [new URL(url).port, url]));
  const unused = await Promise.all(Array.from(ports.values(), openConnection));
  const ended = await sample.stop(signal);
  for (const { closed } of unused) await closed;
  return ended;
}

function writeJson(path: string, value: object): string {
  writeFileSync(path, JSON.stringify(value));
  return relative(root, path);
}
