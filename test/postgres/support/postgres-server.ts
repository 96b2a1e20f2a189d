import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { freePorts } from '../../support/sample.js';

/** Found by `test/run.js`. */
const PROGRAM = process.env['POSTGRES_PATH'] ?? 'postgres';

/** What makes the folder of a server is beside it. */
const INITDB = PROGRAM.includes('/') ? join(dirname(realpathSync(PROGRAM)), 'initdb') : 'initdb';

/** Another process may take a port between the moment when it is found free and that when PostgreSQL asks for it. */
const ATTEMPTS = 5;

/** Nothing of it has to outlive the machine, and its messages are read. */
const SETTINGS = {
  fsync: 'off',
  lc_messages: 'C',
  listen_addresses: '127.0.0.1',
  log_destination: 'stderr',
  logging_collector: 'off',
  max_connections: '60',
  shared_buffers: '16MB',
};

/** A PostgreSQL of its own on a free port of loopback, with its files in a temporary folder. */
export class PostgresServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'nestjs-cors-postgres-'));
  readonly #data = join(this.#folder, 'data');
  #process: ChildProcess | undefined;
  #port = 0;
  #databases = 0;

  static async start(): Promise<PostgresServer> {
    const server = new PostgresServer();
    try {
      server.#initialize();
      for (let attempt = 1; ; attempt++) {
        [server.#port] = (await freePorts(1)) as [number];
        try {
          await server.start();
          return server;
        } catch (error) {
          if (attempt === ATTEMPTS) throw error;
        }
      }
    } catch (error) {
      await server.stop();
      throw error;
    }
  }

  get port(): number {
    return this.#port;
  }

  /** Makes an empty database, and returns its URL. */
  async createDatabase(): Promise<string> {
    const name = `database_${++this.#databases}`;
    await this.run(this.#url('postgres'), `CREATE DATABASE ${name}`);
    return this.#url(name);
  }

  /** What somebody does with `psql`, over a connection of its own. */
  async run(url: string, sql: string, values: readonly unknown[] = []): Promise<readonly object[]> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      const { rows } = await client.query<object>(sql, [...values]);
      return rows;
    } finally {
      await client.end();
    }
  }

  /** Starts it, also again, on the same port. */
  async start(): Promise<void> {
    const settings = { ...SETTINGS, port: this.#port, unix_socket_directories: this.#folder };
    const started = spawn(
      PROGRAM,
      ['-D', this.#data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...asUser(), cwd: this.#folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    this.#process = started;
    let output = '';
    await new Promise<void>((resolve, reject) => {
      started.on('error', reject);
      started.on('exit', () => reject(new Error(`${PROGRAM} ended before it was ready.\n${output}`)));
      started.stderr?.on('data', (chunk: Buffer) => {
        output += String(chunk);
        if (output.includes('ready to accept connections')) resolve();
      });
    });
  }

  /** Ends it, and its connections. By default as a crash does, without a word. */
  async kill(signal: NodeJS.Signals = 'SIGQUIT'): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  }

  /** Ends it, and removes its files. */
  async stop(): Promise<void> {
    await this.kill();
    // Processes of its own may be writing there for a moment longer.
    for (let attempt = 1; attempt < ATTEMPTS; attempt++) {
      try {
        rmSync(this.#folder, { recursive: true, force: true });
        return;
      } catch {
        await sleep(attempt * 50);
      }
    }
  }

  #url(database: string): string {
    return `postgresql://cors@127.0.0.1:${this.#port}/${database}`;
  }

  #initialize(): void {
    const { uid, gid } = asUser();
    if (uid !== undefined && gid !== undefined) chownSync(this.#folder, uid, gid);
    const { status, stdout, stderr, error } = spawnSync(
      INITDB,
      ['-D', this.#data, '--username=cors', '--auth=trust', '--encoding=UTF8', '--locale=C', '--no-sync'],
      { ...asUser(), cwd: this.#folder, encoding: 'utf8' },
    );
    if (status !== 0) throw new Error(`${INITDB} failed.\n${stdout}${stderr}`, { cause: error });
  }
}

/** PostgreSQL refuses to be run by root. */
function asUser(): Pick<SpawnOptions, 'uid' | 'gid'> {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = idsOf('postgres') ?? idsOf('nobody') ?? [];
  if (uid === undefined || gid === undefined) throw new Error('There is no user to run PostgreSQL as.');
  return { uid, gid };
}

function idsOf(user: string): readonly [uid: number, gid: number] | undefined {
  const [uid, gid] = ['-u', '-g'].map((option) => {
    const { status, stdout } = spawnSync('id', [option, user], { encoding: 'utf8' });
    return status === 0 ? Number(stdout) : undefined;
  });
  return uid === undefined || gid === undefined ? undefined : [uid, gid];
}
