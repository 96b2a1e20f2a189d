import { createApp } from '../http/app.js';
import type { Server } from '../http/setups.js';
import { job, reply, serve } from '../support/child.js';

/** What one start took. */
export interface Start {
  /** From the creation of the app until it listens, in milliseconds. What is imported by then is not in it. */
  readonly time: number;
  /** The live heap of the app that listens, in bytes. */
  readonly heap: number;
}

/*
 * One start of an app: of one process each, since a second start in the same process would be faster.
 */

serve(async () => {
  const server = job<Server>();
  // What a variant imports is loaded by a small app of the same kind; it is the same for any number of routes.
  const small = await createApp({
    ...server,
    setup: { ...server.setup, routes: 2, origins: { exact: 1, patterns: 0 } },
  });
  await small.init();
  await small.close();

  const heapBefore = liveHeap();
  const before = performance.now();
  const app = await createApp(server);
  await app.listen(0, '127.0.0.1');
  const time = performance.now() - before;
  reply({ time, heap: liveHeap() - heapBefore } satisfies Start);
});

function liveHeap(): number {
  gc?.();
  gc?.();
  return process.memoryUsage().heapUsed;
}
