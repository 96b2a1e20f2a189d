/** How long one thing may take to end, in milliseconds. Less than what a suite has for all of them. */
const PATIENCE = 20_000;

/**
 * Takes charge of something that runs until it is ended.
 *
 * @param starting - it, or what resolves with it
 * @param end - ends it
 * @returns it
 */
export type Own = <T>(starting: T | Promise<T>, end: (started: T) => unknown) => Promise<T>;

/**
 * What was started together, and is ended together: the last one first, each of them even if another can't be ended, and
 * also what starts when all else has ended already.
 */
export class Started {
  readonly #ends: (() => Promise<void>)[] = [];
  #isOver = false;

  /** @param patience - how long one thing may take to end, in milliseconds */
  constructor(private readonly patience = PATIENCE) {}

  /** @see Own */
  readonly own: Own = async (starting, end) => {
    const started = Promise.resolve(starting);
    if (this.#isOver) {
      await endOf(started, end);
      throw new Error('All else had ended when this was started, so it was ended, too.');
    }
    this.#ends.push(() => endOf(started, end));
    return await started;
  };

  /**
   * Ends everything.
   *
   * @throws the first error of one that can't be ended, once the others are
   */
  readonly end = async (): Promise<void> => {
    this.#isOver = true;
    const errors: unknown[] = [];
    // One after the other: what was started later may need what was started before.
    for (const end of this.#ends.splice(0).toReversed()) {
      await this.#inTime(end()).catch((error: unknown) => errors.push(error));
    }
    if (errors.length > 0) throw errors[0];
  };

  /** Does not wait for ever. What comes later still ends. */
  async #inTime(ending: Promise<void>): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const message = `Something that was started has not ended within ${this.patience} ms.`;
      timer = setTimeout(() => reject(new Error(message)), this.patience);
    });
    await Promise.race([ending, late]).finally(() => clearTimeout(timer));
  }
}

/**
 * For what is made of parts: if one of them doesn't start, those that have are ended.
 *
 * @param start - starts the parts; is given what takes charge of each, and what ends them all
 */
export async function startWhole<T>(start: (own: Own, end: () => Promise<void>) => Promise<T>): Promise<T> {
  const started = new Started();
  try {
    return await start(started.own, started.end);
  } catch (error) {
    // What counts is the error that came first.
    await started.end().catch(() => undefined);
    throw error;
  }
}

async function endOf<T>(starting: Promise<T>, end: (started: T) => unknown): Promise<void> {
  let started: T;
  try {
    started = await starting;
  } catch {
    // Whoever has started it has the error, and there is nothing to end.
    return;
  }
  await end(started);
}
