import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Order, ReplicaTask, Report } from './replica.js';

const program = new URL('replica.ts', import.meta.url);
const compiler = new URL('../../support/typescript.mjs', import.meta.url).href;

/** What a page gets: the status, and `Access-Control-Allow-Origin` if it may read the response. */
export interface Answer {
  readonly status: number;
  readonly acao: string | undefined;
  readonly headers: IncomingHttpHeaders;
  /** When the request was sent and when the answer was there, in milliseconds of `performance.now()`. */
  readonly sentAt: number;
  readonly at: number;
}

/** A replica: an app in a process of its own. */
export class Replica {
  readonly #agent = new Agent({ keepAlive: true });
  readonly #process: ChildProcess;
  readonly #listening: Promise<Report>;
  #port = 0;
  readonly #ended: Promise<readonly [code: number | null, signal: string | null]>;
  #output = '';

  /** Starts it. It is there for orders and requests once it is {@link ready}. */
  constructor(task: ReplicaTask | object, source = program) {
    this.#process = fork(fileURLToPath(source), [JSON.stringify(task)], {
      execArgv: ['--import', compiler],
      env: { ...process.env, NODE_OPTIONS: '', NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on('data', (chunk: Buffer) => (this.#output += String(chunk)));
    this.#ended = once(this.#process, 'exit') as Promise<[number | null, string | null]>;
    this.#listening = this.#report();
  }

  /** Fulfilled when its app listens. */
  async ready(): Promise<void> {
    const { port = 0 } = await this.#listening;
    this.#port = port;
  }

  /** All that it has written so far. */
  get output(): string {
    return this.#output;
  }

  /** Whether it still runs. */
  get alive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  /** Has it change the set of origins. */
  order(...order: Order): Promise<boolean | undefined> {
    return this.call(...order);
  }

  /** Has it do what its program knows, and says what came of it. */
  async call<T>(...order: readonly unknown[]): Promise<T> {
    const report = this.#report();
    this.#process.send(order);
    const { result, failure } = await report;
    if (failure !== undefined) throw new Error(failure);
    return result as T;
  }

  /** Sends a request from a page of the origin. */
  ask(origin: string, path = '/partners', { method = 'GET', ...others } = {}): Promise<Answer> {
    const sentAt = performance.now();
    return new Promise((resolve, reject) => {
      const request = httpRequest(
        {
          host: '127.0.0.1',
          port: this.#port,
          method,
          path,
          headers: { origin, ...others },
          agent: this.#agent,
        },
        (response) => {
          const { statusCode = 0, headers } = response;
          const acao = headers['access-control-allow-origin'];
          response.on('error', reject);
          response.on('end', () =>
            resolve({ status: statusCode, acao, headers, sentAt, at: performance.now() }),
          );
          response.resume();
        },
      );
      request.on('error', reject);
      request.end();
    });
  }

  /** Lets go of it, and says how it ended: by itself, if it closes all that it has opened. */
  async close(): Promise<{ readonly code: number | null; readonly signal: string | null }> {
    this.#agent.destroy();
    if (this.#process.connected) this.#process.disconnect();
    const [code, signal] = await this.#ended;
    return { code, signal };
  }

  /** Lets it hang until {@link resume}. */
  pause(): void {
    this.#process.kill('SIGSTOP');
  }

  resume(): void {
    this.#process.kill('SIGCONT');
  }

  /** Ends it. */
  async kill(): Promise<void> {
    this.#agent.destroy();
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  /** Its next message. */
  async #report(): Promise<Report> {
    const done = new AbortController();
    try {
      const died = this.#ended.then(() => {
        throw new Error(`A replica ended by itself.\n${this.#output}`);
      });
      const [message] = (await Promise.race([
        once(this.#process, 'message', { signal: done.signal }),
        died,
      ])) as [Report];
      return message;
    } finally {
      done.abort();
    }
  }
}
