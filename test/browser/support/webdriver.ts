import { setTimeout as sleep } from 'node:timers/promises';

/*
 * The little of WebDriver that the tests need, over plain HTTP.
 *
 * @see WebDriver, "Endpoints"
 */

/** How long a driver may take to listen, and to answer, in milliseconds. */
const PATIENCE = 45_000;

/** A browser that a driver has started. */
export interface Session {
  /** The name and the version that the browser gives of itself. */
  readonly version: string;
  /** Goes to a document, and waits until it is loaded. */
  goTo(url: string): Promise<void>;
  /** Runs a function in the document. It sees nothing of where it stands here, and its argument and result are JSON. */
  run<A, R>(script: (argument: A) => Promise<R>, argument: A): Promise<R>;
  /** Ends the browser. */
  end(): Promise<void>;
}

/** Has the driver that listens on a port of this machine start a browser with these capabilities. */
export async function openSession(
  port: number,
  capabilities: Readonly<Record<string, unknown>>,
): Promise<Session> {
  const deadline = performance.now() + PATIENCE;
  while (!(await isReady(port))) {
    if (performance.now() > deadline) throw new Error(`No driver listens on port ${port}.`);
    await sleep(20);
  }
  const opened = await call(port, 'POST', '/session', { capabilities: { alwaysMatch: capabilities } });
  const { sessionId, capabilities: given } = opened as {
    readonly sessionId: string;
    readonly capabilities: { readonly browserName: string; readonly browserVersion: string };
  };
  const path = `/session/${sessionId}`;
  await call(port, 'POST', `${path}/timeouts`, { script: PATIENCE, pageLoad: PATIENCE });
  return {
    version: `${given.browserName} ${given.browserVersion}`,
    goTo: async (url) => void (await call(port, 'POST', `${path}/url`, { url })),
    run: async <A, R>(script: (argument: A) => Promise<R>, argument: A) =>
      (await call(port, 'POST', `${path}/execute/async`, {
        script: `const [argument, done] = arguments; (${String(script)})(argument).then(done);`,
        args: [argument],
      })) as R,
    end: async () => void (await call(port, 'DELETE', path)),
  };
}

async function isReady(port: number): Promise<boolean> {
  try {
    const { ready } = (await call(port, 'GET', '/status')) as { readonly ready: boolean };
    return ready;
  } catch {
    return false;
  }
}

/** @throws with what the driver says, if it says anything but that it has succeeded */
async function call(port: number, method: string, path: string, body?: object): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    method,
    signal: AbortSignal.timeout(PATIENCE),
    ...(body && { body: JSON.stringify(body) }),
  });
  const { value } = (await response.json()) as { readonly value: unknown };
  if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(value)}`);
  return value;
}
