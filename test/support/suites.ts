import { afterAll, afterEach } from '@jest/globals';
import { startApp } from './apps.js';
import { Started, type Own } from './started.js';

/*
 * What suites and tests start, and who ends it. Apart from the rest, since programs of their own start apps as well, and
 * have no Jest.
 */

/**
 * How long all of it may take to end, in milliseconds. Longer than a suite has for anything else: what is not ended in time
 * outlives the suite.
 */
const PATIENCE = 180_000;

/**
 * For a suite: what its `beforeAll` starts is ended after it, also where that has failed half-way, or has taken too long
 * and goes on behind the suite's back.
 *
 * @example
 * ```ts
 * const own = startedBySuite();
 * beforeAll(async () => {
 *   server = await own(startServer(), (started) => started.close());
 * });
 * ```
 */
export function startedBySuite(): Own {
  const started = new Started();
  afterAll(started.end, PATIENCE);
  return started.own;
}

/** For tests: what one of them starts is ended after it, whatever has become of the test. */
export function startedByTest(): Own {
  let started = new Started();
  afterEach(async () => {
    const ending = started;
    started = new Started();
    await ending.end();
  }, PATIENCE);
  return (starting, end) => started.own(starting, end);
}

/** {@link startApp}, for a suite: the apps are closed after it, whatever has become of its `beforeAll`. */
export function appsOfSuite(): typeof startApp {
  return closedBy(startedBySuite());
}

/** {@link startApp}, for tests: the apps of each are closed after it, whatever has become of it. */
export function appsOfTest(): typeof startApp {
  return closedBy(startedByTest());
}

function closedBy(own: Own): typeof startApp {
  return (...app) => own(startApp(...app), (running) => running.app.close());
}
