/** The runtime's own, also where a test has since put another in its place, which would never come. */
const { setImmediate } = globalThis;

/** The runtime's clock. Node loads it when it is asked for, and goes through a getter each time that it is. */
let clock: typeof performance | undefined;

/**
 * Work that others need not wait for: it yields wherever it may be interrupted. Between two of these places it takes a
 * fraction of a millisecond.
 */
export type Sliced<T> = Generator<void, T, void>;

/** How long one slice may take, in milliseconds. Requests that come in meanwhile wait so long. */
const SLICE = 4;

/**
 * Elements of a list that are worked on between two places to stop, by a function of its own: of a loop in a generator, V8
 * makes far worse code.
 */
export const ELEMENTS_AT_ONCE = 1024;

/** Does the work in one go, while all others wait: when an app starts, there are none. */
export function atOnce<T>(work: Sliced<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}

/**
 * When this turn of the event loop has had its slice; `undefined` before there is one. Shared, since many short pieces of
 * work, each of which waits for the one before, are one turn as well.
 */
let sliceEnd: number | undefined;

/** Does the work in slices, between which the event loop does whatever else there is to do. */
export async function inSlices<T>(work: Sliced<T>): Promise<T> {
  for (;;) {
    sliceEnd ??= beginTurn();
    while (now() < sliceEnd) {
      const step = work.next();
      if (step.done === true) return step.value;
    }
    // oxlint-disable-next-line no-await-in-loop -- one slice after the other is the point
    await nextTurn();
    sliceEnd = undefined;
  }
}

function beginTurn(): number {
  setImmediate(() => {
    sliceEnd = undefined;
  });
  return now() + SLICE;
}

function now(): number {
  return (clock ??= performance).now();
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
