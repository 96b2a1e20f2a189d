/** What a {@link SourceCall} is about. */
export interface SourceQuestion {
  readonly origin: string;
  /** Asks the source. */
  readonly ask: () => unknown;
  /** How long requests wait for the answer, in milliseconds. */
  readonly timeout: number;
  /** Which invalidations lie before the question. */
  readonly epoch: number;
  /** Called once, when the source has answered or failed or its time is up. */
  readonly ended: () => void;
  /** Says something in place of a source that has failed or not answered in time; throws if there is nothing to say. */
  readonly standIn: (error: unknown) => boolean;
}

/**
 * One question to a source, which any number of requests may wait for. The source cannot be interrupted: what it says
 * when its time is up may still be of use.
 */
export class SourceCall {
  readonly origin: string;
  readonly askedAt = performance.now();
  /** Which invalidations leave its answer valid. */
  epoch: number;
  /** What the source says, whenever it says it. */
  readonly answer: Promise<boolean>;
  readonly #verdict: Promise<boolean>;
  readonly #timer: NodeJS.Timeout;
  #isAwaited = false;
  #isLate = false;

  constructor({ origin, ask, timeout, epoch, ended, standIn }: SourceQuestion) {
    this.origin = origin;
    this.epoch = epoch;
    this.answer = answerOf(ask);
    let refuse: (error: Error) => void;
    const timeUp = new Promise<never>((_, reject) => {
      refuse = reject;
    });
    this.#timer = setTimeout(() => {
      this.#isLate = true;
      refuse(new Error(`it did not answer within ${timeout} ms`));
    }, timeout);
    // A process with nothing else to do does not wait for what nobody waits for.
    this.#timer.unref();
    this.#verdict = Promise.race([this.answer, timeUp])
      .finally(() => {
        clearTimeout(this.#timer);
        ended();
      })
      .catch(standIn);
    // Nor is it an unhandled rejection.
    this.#verdict.catch(() => {});
  }

  /** Whether a request waits. */
  get isAwaited(): boolean {
    return this.#isAwaited;
  }

  /** Whether the time was up before the source answered. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** Waits for the answer, or what stands in for it. */
  wait(): Promise<boolean> {
    this.#isAwaited = true;
    this.#timer.ref();
    return this.#verdict;
  }
}

async function answerOf(ask: () => unknown): Promise<boolean> {
  const answer: unknown = await ask();
  if (typeof answer !== 'boolean') throw new TypeError(`it answered ${typeof answer}, no boolean`);
  return answer;
}
