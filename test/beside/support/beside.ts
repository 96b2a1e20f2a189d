import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from '@jest/globals';
import type { CorsModuleOptions } from 'nestjs-cors';
import type { Platform } from '../../support/apps.js';
import type { Answer, Started, Task } from './messages.js';

const compiler = new URL('../../support/typescript.mjs', import.meta.url).href;
const host = fileURLToPath(new URL('host.ts', import.meta.url));

/** A running app of the other process. */
export interface BesideApp {
  readonly port: number;
  /** What of the app has run since the last call: see `ran()` of the fixtures. */
  ran(): Promise<readonly string[]>;
  /** What tracing has recorded since the last call. */
  spans(): Promise<readonly string[]>;
  /** What the app has warned of since the last call. */
  log(): Promise<readonly string[]>;
}

/** The process in which the apps of a suite run, one after the other. */
export class Host {
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private child: ChildProcess | undefined;
  private output = '';
  private last = 0;

  /** @param imports - files of `apps/` that the process loads before all else, as `node --import` does */
  constructor(private readonly imports: readonly string[] = []) {}

  /** Starts an app, in place of the one before. Rejects with the error of an app that does not start. */
  async start(fixture: string, platform: Platform, cors: CorsModuleOptions | undefined): Promise<BesideApp> {
    await this.order({ task: 'close' });
    const { port } = (await this.order({ task: 'start', fixture, platform, cors })) as Started;
    const take = (task: 'ran' | 'spans' | 'log') => this.order({ task }) as Promise<readonly string[]>;
    return { port, ran: () => take('ran'), spans: () => take('spans'), log: () => take('log') };
  }

  /** Ends the process. Should this never be called, it ends with the one that started it. */
  async end(): Promise<void> {
    if (this.child?.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await exit;
  }

  private order(task: Task): Promise<unknown> {
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, (answer) => {
        if ('error' in answer) reject(new Error(answer.error));
        else resolve(answer.value);
      });
      (this.child ??= this.spawn()).send({ id, ...task });
    });
  }

  private spawn(): ChildProcess {
    const first = [
      compiler,
      ...this.imports.map((name) => new URL(`../apps/${name}.ts`, import.meta.url).href),
    ];
    const child = fork(host, {
      execArgv: first.flatMap((url) => ['--import', url]),
      // Jest's own flags and a developer's are not meant for the app.
      env: { ...process.env, NODE_OPTIONS: '', NODE_ENV: 'test' },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => (this.output += String(chunk)));
    }
    child.on('message', (answer: Answer) => this.settle(answer));
    child.on('exit', (code, signal) => {
      const error = `The process of the apps ended with ${signal ?? code}.\n${this.output}`;
      for (const id of this.waiting.keys()) this.settle({ id, error });
    });
    return child;
  }

  private settle(answer: Answer): void {
    this.waiting.get(answer.id)?.(answer);
    this.waiting.delete(answer.id);
  }
}

/** A host that ends with the suite in which it is made. */
export function hostOfSuite(imports?: readonly string[]): Host {
  const made = new Host(imports);
  afterAll(() => made.end());
  return made;
}

/** An app that is there for all tests of a `describe`. */
export function startBefore(
  made: Host,
  fixture: string,
  platform: Platform,
  cors: CorsModuleOptions | undefined,
): BesideApp {
  let app: BesideApp | undefined;
  beforeAll(async () => void (app = await made.start(fixture, platform, cors)));
  const started = (): BesideApp => {
    if (app === undefined) throw new Error('The app runs in tests alone.');
    return app;
  };
  return {
    get port() {
      return started().port;
    },
    ran: () => started().ran(),
    spans: () => started().spans(),
    log: () => started().log(),
  };
}
