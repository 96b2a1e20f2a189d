import type { Done, NestMajor } from './nest-major.js';

/** Nest 11: routes are registered as they are declared, and nobody reads what a request hook returns. */
export const NEST_11: NestMajor = {
  inOrder: (routes) => routes,

  // No adapter says so by itself, and Fastify's router takes the route that is the most specific.
  isOrderSensitive: (adapter) => adapter.getType() !== 'fastify',

  runRequestHook: (_adapter, run, done) => void runOnce(run, done),
};

/**
 * Runs a hook that may call `done` once, and passes on what it throws.
 *
 * @returns what it has returned, if anything, and its `done`
 */
export function runOnce(
  run: (done: Done) => unknown,
  done: Done,
): { readonly result: unknown; readonly once: Done } {
  let isDone = false;
  const once: Done = (error) => {
    if (isDone) return;
    isDone = true;
    done(error);
  };
  try {
    return { result: run(once), once };
  } catch (error) {
    once(error as Error);
    return { result: undefined, once };
  }
}
