import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** What a program is started with, instead of Node itself: a command, and its arguments in front of Node's own. */
export interface Launcher {
  readonly command: string;
  readonly args: readonly string[];
}

const NODE: Launcher = { command: process.execPath, args: [] };

/** What goes wrong in a child must not look like a slow one. */
export interface Failure {
  readonly failure: string;
}

/**
 * A process of its own for what is measured: nothing else has warmed up its compiler or filled its heap, and its CPU
 * time is its own. Parent and child take turns: one message, one answer.
 */
export class Child {
  private constructor(private readonly process: ChildProcess) {}

  /**
   * Starts a program of the bench.
   *
   * @param program - its compiled file
   * @param task - what it is to do, read there with {@link job}
   * @param flags - for Node
   * @param launcher - what runs Node
   */
  static start(
    program: URL,
    task: unknown,
    flags: readonly string[] = [],
    { command, args }: Launcher = NODE,
  ): Child {
    return new Child(
      fork(fileURLToPath(program), [JSON.stringify(task)], {
        execPath: command,
        execArgv: [...args, '--enable-source-maps', ...flags],
        env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '' },
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      }),
    );
  }

  /** The id of the process. */
  get pid(): number {
    return this.process.pid as number;
  }

  /** The child's next message. */
  async answer<T>(): Promise<T> {
    const done = new AbortController();
    const { signal } = done;
    try {
      const message = await Promise.race([this.message<T>(signal), this.death(signal)]);
      if (typeof message === 'object' && message !== null && 'failure' in message)
        throw new Error(message.failure);
      return message;
    } finally {
      done.abort();
    }
  }

  /** Asks, and waits for the answer. */
  async ask<T>(question: string): Promise<T> {
    const answer = this.answer<T>();
    this.process.send(question);
    return answer;
  }

  /** Ends the process, and waits until it is gone. */
  async stop(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    const gone = once(this.process, 'exit');
    this.process.kill('SIGKILL');
    await gone;
  }

  private async message<T>(signal: AbortSignal): Promise<T | Failure> {
    const [message] = (await once(this.process, 'message', { signal })) as [T | Failure];
    return message;
  }

  private async death(signal: AbortSignal): Promise<never> {
    const [code, killer] = (await once(this.process, 'exit', { signal })) as [number | null, string | null];
    throw new Error(`A process of the bench ended by itself: ${killer ?? String(code)}`);
  }
}

/** Runs a program that gives one answer. */
export async function runChild<T>(program: URL, task: unknown, flags: readonly string[] = []): Promise<T> {
  const child = Child.start(program, task, flags);
  try {
    return await child.answer<T>();
  } finally {
    await child.stop();
  }
}

/** In a child: what it is to do. */
export function job<T>(): T {
  return JSON.parse(process.argv[2] ?? 'null') as T;
}

/** In a child: answers the parent. */
export function reply(message: unknown): void {
  process.send?.(message);
}

/** In a child: runs its program, and tells the parent if it fails. */
export function serve(program: () => Promise<void>): void {
  program().catch((error: unknown) => {
    reply({ failure: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  });
}
