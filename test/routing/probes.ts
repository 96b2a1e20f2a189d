import { Agent, request as httpRequest } from 'node:http';
import { applyDecorators } from '@nestjs/common';
import { AllowOrigin, Preflight } from '../../lib/index.js';

/** The one origin that every policy of these tests allows, so that each response shows which policy it is. */
export const PROBE_ORIGIN = 'https://probe.example';

/** The number of the policy of responses that belong to no route, see {@link numbered}. */
export const DEFAULT_POLICY = 1;

let last = 100;

/** A policy's fields that tell it from all others: on a response, on an approved preflight, and by what it approves. */
export function numbered(id: number): {
  readonly exposedHeaders: `x-policy-${number}`;
  readonly allowedHeaders: `x-ask-${number}`;
  readonly maxAge: number;
} {
  return { exposedHeaders: `x-policy-${id}`, allowedHeaders: `x-ask-${id}`, maxAge: id };
}

/** The module's default in these tests. Any method is approved, so that the policy shows on every preflight. */
export const DEFAULT_OPTIONS = { origin: PROBE_ORIGIN, methods: '*', ...numbered(DEFAULT_POLICY) } as const;

/** Gives a handler, or a controller, a policy that no other has. */
export function Numbered(): ClassDecorator & MethodDecorator {
  const { exposedHeaders, allowedHeaders, maxAge } = numbered(++last);
  return applyDecorators(
    AllowOrigin(PROBE_ORIGIN, { exposedHeaders }),
    Preflight({ allowedHeaders, maxAge }),
  );
}

/** What a response shows. */
export interface Probed {
  readonly status: number;
  /** The number of the policy, `undefined` if the response shows none. */
  readonly policy: number | undefined;
  /** Whether the page may read it. */
  readonly allowed: boolean;
  readonly body: string;
}

/** A request of a test. */
export interface Probe {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends requests over real HTTP on connections that stay open. */
export class Prober {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 32 });

  constructor(private readonly port: number) {}

  /** Sends the actual request; its response shows the policy in `Access-Control-Expose-Headers`. */
  async actual({ method, url, headers }: Probe): Promise<Probed> {
    const { status, shown, body } = await this.send(method, url, { origin: PROBE_ORIGIN, ...headers });
    return {
      status,
      policy: numberIn(shown('access-control-expose-headers')),
      allowed: shown('access-control-allow-origin') === PROBE_ORIGIN,
      body,
    };
  }

  /** Sends the preflight for a request; an approval shows the policy in `Access-Control-Max-Age`. */
  async preflight({ method, url, headers }: Probe, asked?: string): Promise<Probed> {
    const { status, shown, body } = await this.send('OPTIONS', url, {
      origin: PROBE_ORIGIN,
      'access-control-request-method': method,
      ...(asked !== undefined && { 'access-control-request-headers': asked }),
      ...headers,
    });
    return {
      status,
      policy: numberIn(shown('access-control-max-age')),
      allowed: shown('access-control-allow-origin') === PROBE_ORIGIN,
      body,
    };
  }

  close(): void {
    this.agent.destroy();
  }

  private send(
    method: string,
    path: string,
    headers: Record<string, string>,
  ): Promise<{ status: number; shown: (name: string) => string | undefined; body: string }> {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.port, agent: this.agent, method, path, headers };
      const request = httpRequest(options, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const shown = (name: string): string | undefined => response.headers[name]?.toString();
          resolve({ status: response.statusCode ?? 0, shown, body: Buffer.concat(chunks).toString() });
        });
      });
      request.on('error', (error) =>
        reject(new Error(`${method} ${path}: ${error.message}`, { cause: error })),
      );
      request.end();
    });
  }
}

function numberIn(value: string | undefined): number | undefined {
  const digits = value?.match(/\d+$/)?.[0];
  return digits === undefined ? undefined : Number(digits);
}

/** Runs a task for each item, some at a time. */
export async function concurrently<T>(
  items: readonly T[],
  task: (item: T) => Promise<void>,
  workers = 24,
): Promise<void> {
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < items.length) await task(items[next++] as T);
  };
  await Promise.all(Array.from({ length: workers }, work));
}
