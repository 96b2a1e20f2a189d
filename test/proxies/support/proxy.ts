import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { send, type WireResponse } from '../../support/http.js';
import { A, OWN } from './app.js';
import { freePorts } from '../../support/sample.js';

/** A program that stands in front of the app, and how it is made to. */
export interface Proxy {
  /** As the page has it in its tables. */
  readonly name: string;
  /** Found by `test/run.js`; Debian has it where users who are not root do not look. */
  readonly program: string;
  /** The least that makes it a proxy with a cache, all else as it is by default. */
  readonly least: string;
  /** The name of its configuration on the page. */
  readonly page: string;
  /** What an app that is down has the page add to it, if that can be done: the name on the page, and where it goes. */
  readonly down?: {
    readonly page: string;
    readonly into: (configuration: string, addition: string) => string;
  };
  /** What stands in configurations, and what takes its place. */
  readonly places: (setting: Setting) => readonly (readonly [written: string, used: string])[];
  /** How it is started, so that it stays in the foreground and writes nowhere but into its folder. */
  readonly command: (configuration: string, setting: Setting) => Command;
  /** What it does with {@link least}, and with what the page says. */
  readonly byDefault: Behaviour;
  readonly asThePageSays: Behaviour;
  /** What else the page says of it: what is changed in the page's configuration, and what it does then. */
  readonly changed?: {
    readonly named: string;
    readonly change: (configuration: string) => string;
    readonly behaviour: Behaviour;
  };
}

/** What proxies do differently. The page has it in its tables, in these words. */
export interface Behaviour {
  /** The `Host` that the app sees. */
  readonly host: 'kept' | "the upstream's";
  /** The `X-Forwarded-Host` that the app sees; the outer one is what the client has sent as its `Host`. */
  readonly forwardedHost: "the client's own" | "the client's own, then the outer" | 'the outer' | 'none';
  /** Whether it lets handshakes of WebSockets through. */
  readonly webSockets: 'yes' | 'no';
  /** Whether it stores responses that vary on `Origin`. */
  readonly variants: 'yes' | 'no';
  /** Whether it stores responses that say nothing of caching. */
  readonly unsaid: 'yes' | 'no' | 'with an ETag';
  /** Whether it asks the app with `If-None-Match` once what it has is stale. */
  readonly revalidates: 'yes' | 'no';
  /** Who answers 304 where it has the response: itself, with the fields of CORS and `Vary` or without, or the app. */
  readonly notModified: NotModified;
  /** Whether an origin stays allowed after it was withdrawn, while what it was once sent is revalidated. */
  readonly withdrawn: 'yes' | 'no';
  /** The `Vary` of what it answers when the app is down. */
  readonly failureVary?: string;
}

export type NotModified = 'whole' | 'bare' | "the app's" | "the app's to requests with Origin, else bare";

/** A configuration with the ports and folders of a test. What is to be replaced has to be there. */
export function filledIn({ name, places }: Proxy, configuration: string, setting: Setting): string {
  return places(setting).reduce((text, [written, used]) => {
    if (!text.includes(written))
      throw new Error(`The configuration of ${name} has no "${written}":\n${text}`);
    return text.replaceAll(written, used);
  }, configuration);
}

/** What a configuration is filled in with. */
export interface Setting {
  /** Where it listens, on loopback. */
  readonly port: number;
  /** Where the app listens, on loopback. */
  readonly appPort: number;
  /** For all that it writes. */
  readonly folder: string;
}

export interface Command {
  readonly files: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

/** Whether an answer to GET /ready, which an allowed origin asks for, is one that no other process gives. */
export type IsReady = (answer: WireResponse) => boolean;

/** Whether programs that give up the rights of root have to be kept from it, or write into folders of others. */
export const IS_ROOT = process.getuid?.() === 0;

/** Another process may take a port between the moment when it is found free and that when the proxy asks for it. */
const ATTEMPTS = 5;

/** How long a start and an end may take, in milliseconds. Varnish calls a compiler. */
const PATIENCE = 30_000;

/** Runs a program that ends with its standard input: a suite that takes too long is killed, and has no chance to end anything. */
const WATCHED = 'exec 3<&0; (cat <&3 >/dev/null; kill -TERM -$$) & exec "$@" 3<&- </dev/null';

/** A proxy that runs in the foreground, on a free port of loopback, in a folder of its own. */
export class RunningProxy {
  readonly #folder = mkdtempSync(join(tmpdir(), 'nestjs-cors-proxy-'));
  #process: ChildProcess | undefined;
  #output = '';

  private constructor(readonly port: number) {}

  /**
   * Starts it in front of an app.
   *
   * @param configuration - as it is written, with its own ports and folders
   * @param isReady - tells it from another process that has taken its port
   */
  static async start(
    proxy: Proxy,
    configuration: string,
    appPort: number,
    isReady: IsReady,
  ): Promise<RunningProxy> {
    for (let attempt = 1; ; attempt++) {
      const [port] = (await freePorts(1)) as [number];
      const running = new RunningProxy(port);
      try {
        await running.#launch(proxy, configuration, appPort, isReady);
        return running;
      } catch (error) {
        await running.stop();
        if (attempt === ATTEMPTS) throw error;
      }
    }
  }

  async #launch(proxy: Proxy, configuration: string, appPort: number, isReady: IsReady): Promise<void> {
    const setting: Setting = { port: this.port, appPort, folder: this.#folder };
    const { files, args } = proxy.command(filledIn(proxy, configuration, setting), setting);
    // Apache and Squid give up the rights of root before they write there.
    if (IS_ROOT) chmodSync(this.#folder, 0o755);
    const cache = join(this.#folder, 'cache');
    mkdirSync(cache);
    if (IS_ROOT) chmodSync(cache, 0o777);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.#folder, name), text);
    const started = spawn('/bin/sh', ['-c', WATCHED, 'sh', proxy.program, ...args], {
      cwd: this.#folder,
      // A group of its own, so that its children end with it.
      detached: true,
      stdio: 'pipe',
    });
    this.#process = started;
    started.on('error', (error) => (this.#output += error.message));
    started.stdout.on('data', (chunk: Buffer) => (this.#output += String(chunk)));
    started.stderr.on('data', (chunk: Buffer) => (this.#output += String(chunk)));
    const end = performance.now() + PATIENCE;
    while (!(await this.#answers(isReady))) {
      const ended = started.pid === undefined || hasEnded(started);
      if (ended || performance.now() > end)
        throw new Error(
          `${proxy.program} ${ended ? 'ended before it was' : 'is not'} ready.\n${this.#output}`,
        );
      await sleep(20);
    }
  }

  async #answers(isReady: IsReady): Promise<boolean> {
    try {
      return isReady(
        await send(this.port, { path: '/ready', headers: { host: new URL(OWN).host, origin: A } }),
      );
    } catch {
      return false;
    }
  }

  /** Ends it with all its children, and takes away what it has written. */
  async stop(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    if (child?.pid !== undefined) {
      const { pid } = child;
      const exit = hasEnded(child) ? undefined : once(child, 'exit');
      signal(pid, 'SIGTERM');
      const late = setTimeout(() => signal(pid, 'SIGKILL'), PATIENCE / 3);
      await exit;
      clearTimeout(late);
      // Whatever it has left.
      signal(pid, 'SIGKILL');
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Sends a signal to a process and its children, if there are any. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name);
  } catch {
    // All of them have ended.
  }
}
