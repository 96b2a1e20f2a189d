import type { INestApplication } from '@nestjs/common';
import { createApp } from '../http/app.js';
import type { Server } from '../http/setups.js';
import { job, reply, serve } from '../support/child.js';

/** What the parent asks for, in this order. */
export type Question = 'start' | 'heap';

/*
 * One start of an app: of one process each, since a second start in the same process would be faster. It says when it
 * is ready to be asked.
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
  const apps: INestApplication[] = [];
  /** How long it takes from the creation of the app until it listens, in milliseconds. */
  const start = async (): Promise<number> => {
    const before = performance.now();
    const app = await createApp(server);
    apps.push(app);
    await app.listen(0, '127.0.0.1');
    return performance.now() - before;
  };
  process.on('message', (question: Question) => {
    serve(async () => {
      reply(question === 'start' ? await start() : liveHeap() - heapBefore);
    });
  });
  reply('ready');
});

function liveHeap(): number {
  gc?.();
  gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  // The characters of packed origins are no part of the heap.
  return heapUsed + arrayBuffers;
}
