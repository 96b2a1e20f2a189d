import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis, type RedisOptions } from 'ioredis';

/** Found by `test/run.js`; Debian's package puts it into the path. */
const PROGRAM = process.env['REDIS_SERVER_PATH'] ?? 'redis-server';

/** Options of a client; these types do not want to see an optional `replyMapping`. */
export type ClientOptions = Omit<RedisOptions, 'replyMapping'>;

/** Another process may take a port between the moment when it is found free and that when Redis asks for it. */
const ATTEMPTS = 5;

/** What a server is to be, beside a server. */
export interface ServerOptions {
  /** The program; Redis if none is named. */
  readonly program?: string | undefined;
  /** More of what it is started with. */
  readonly settings?: readonly string[];
  /** What a Sentinel is to watch: the lines of its file, to which it adds what it has found out. */
  readonly sentinel?: readonly string[];
}

/**
 * A Redis of its own on a free port of loopback, which keeps nothing on disk: what is killed and started again has
 * forgotten everything.
 */
export class RedisServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'nestjs-cors-redis-'));
  readonly #clients: Redis[] = [];
  #process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    readonly options: ServerOptions,
  ) {}

  static async start(options: ServerOptions = {}): Promise<RedisServer> {
    for (let attempt = 1; ; attempt++) {
      const server = new RedisServer(await freePort(), options);
      try {
        await server.#launch();
        return server;
      } catch (error) {
        await server.stop();
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  /** Starts it again, on the same port: somebody else's connection may have that for a moment. */
  async start(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#launch();
      } catch (error) {
        if (attempt === ATTEMPTS) throw error;
        await sleep(attempt * 100);
      }
    }
  }

  async #launch(): Promise<void> {
    const { port } = this;
    const { program = PROGRAM, settings = [], sentinel } = this.options;
    const place = ['--port', String(port), '--bind', '127.0.0.1', '--dir', this.#folder];
    const kind = sentinel ? [this.#file(sentinel), '--sentinel'] : ['--save', '', '--appendonly', 'no'];
    const started = spawn(program, [...kind, ...place, ...settings], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = started;
    let output = '';
    await new Promise<void>((resolve, reject) => {
      started.on('error', reject);
      started.on('exit', () => reject(new Error(`${program} ended before it was ready.\n${output}`)));
      started.stdout.on('data', (chunk: Buffer) => {
        output += String(chunk);
        if (/Ready to accept connections|Sentinel ID is/.test(output)) resolve();
      });
    });
  }

  #file(lines: readonly string[]): string {
    const path = join(this.#folder, 'sentinel.conf');
    writeFileSync(path, lines.join('\n'));
    return path;
  }

  /** A client of its own, closed with the server. */
  client(options: ClientOptions = {}): Redis {
    const client = new Redis({ host: '127.0.0.1', port: this.port, disconnectTimeout: 50, ...options });
    // Losing Redis is part of the tests, and ioredis would write about it on the console.
    client.on('error', () => {});
    this.#clients.push(client);
    return client;
  }

  /** Ends it without a chance to say goodbye. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  /** Lets it hang: connections stay open, and nothing is answered, until {@link resume}. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  /** Ends it, and all clients. */
  async stop(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** A port of loopback that nobody had a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
