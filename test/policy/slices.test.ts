import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { inSlices, type Sliced } from '../../lib/policy/slices.js';

/** Work of so many milliseconds, which may be interrupted after each of them. */
function* work(milliseconds: number): Sliced<string> {
  for (let done = 0; done < milliseconds; done++) {
    const end = performance.now() + 1;
    while (performance.now() < end);
    yield;
  }
  return 'done';
}

/** Counts the turns of the event loop until something is over. */
async function turnsUntil(over: Promise<unknown>): Promise<number> {
  const state = { isOver: false };
  const settled = over.finally(() => {
    state.isOver = true;
  });
  let turns = 0;
  while (!state.isOver) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
    turns++;
  }
  await settled;
  return turns;
}

describe('work in slices', () => {
  afterEach(() => void jest.useRealTimers());

  it('gives what it comes to, and lets others have their turns', async () => {
    const long = inSlices(work(40));
    expect(await turnsUntil(long)).toBeGreaterThan(4);
    expect(await long).toBe('done');
  });

  // Each of them was short enough not to wait, so that thousands in a row were one long turn.
  it('lets others have their turns where many short pieces follow each other', async () => {
    const many = async (): Promise<void> => {
      for (let piece = 0; piece < 40; piece++) await inSlices(work(1));
    };
    expect(await turnsUntil(many())).toBeGreaterThan(4);
  });

  it('comes to its end where a test has put other timers in place, and after it', async () => {
    jest.useFakeTimers({ doNotFake: ['performance'] });
    expect(await inSlices(work(10))).toBe('done');
    jest.useRealTimers();
    expect(await inSlices(work(10))).toBe('done');
  });

  it('is over with what it throws', async () => {
    function* failing(): Sliced<void> {
      yield;
      throw new Error('no');
    }
    await expect(inSlices(failing())).rejects.toThrow('no');
  });
});
