/** What the naive cache is told of its times. */
export interface NaiveOptions {
  readonly ttl: number;
  readonly negativeTtl: number;
  readonly timeout: number;
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
}

/** What the source will do with a question: how long it takes, and what it then says; `undefined` is a failure. */
export interface Fate {
  readonly latency: number;
  readonly answer: boolean | undefined;
}

/** A question to the source. */
interface Question extends Fate {
  readonly origin: string;
  readonly tenant: string;
  readonly at: number;
}

/** What has happened, in order. */
type Event = { readonly asked: Question } | { readonly invalidated: string | undefined; readonly at: number };

/** What a request gets: a verdict or `refused`, and when. */
export interface Outcome {
  readonly verdict: boolean | 'refused';
  readonly at: number;
}

/**
 * What `cachedOrigins` has to do, said as plainly as can be: the whole history is kept, and each verdict is looked for
 * in it. Nothing is forgotten but what was invalidated.
 */
export class NaiveCache {
  readonly #events: Event[] = [];

  constructor(private readonly options: NaiveOptions) {}

  /** How many questions there were. */
  get questions(): number {
    return this.#events.filter((event) => 'asked' in event).length;
  }

  invalidate(origin: string | undefined, now: number): void {
    this.#events.push({ invalidated: origin, at: now });
  }

  /** @param fate - what becomes of a question that is asked now */
  ask(origin: string, tenant: string, now: number, fate: Fate): Outcome {
    const kept = this.#keptAt(origin, tenant, (answeredAt) => answeredAt <= now);
    const age = kept === undefined ? Infinity : this.#staleAt(kept, now);
    if (kept !== undefined && age < 0) return { verdict: kept.answer as boolean, at: now };
    let question = this.#joinable(origin, tenant, now);
    if (question === undefined) {
      question = { origin, tenant, at: now, ...fate };
      this.#events.push({ asked: question });
    }
    if (kept !== undefined && age < this.options.staleWhileRevalidate) {
      return { verdict: kept.answer as boolean, at: now };
    }
    const asked = question;
    const at = this.#endOf(asked);
    const isInTime = asked.at + asked.latency === at;
    return isInTime && asked.answer !== undefined
      ? { verdict: asked.answer, at }
      : { verdict: 'refused', at };
  }

  /** What is given in place of a failure; to be asked at that time, because it depends on what has happened since. */
  standIn(origin: string, tenant: string, at: number): boolean | 'refused' {
    // Of what happens at one instant, what was asked for first happens first: nothing that comes then comes before.
    const kept = this.#keptAt(origin, tenant, (answeredAt) => answeredAt < at);
    return kept !== undefined && this.#staleAt(kept, at) < this.options.staleIfError
      ? (kept.answer as boolean)
      : 'refused';
  }

  #staleAt({ at, answer }: Question, now: number): number {
    return now - at - (answer === true ? this.options.ttl : this.options.negativeTtl);
  }

  #endOf({ at, latency }: Question): number {
    return at + Math.min(latency, this.options.timeout);
  }

  /** The last question for which there is an answer that holds. */
  #keptAt(origin: string, tenant: string, isThere: (answeredAt: number) => boolean): Question | undefined {
    return this.#events
      .flatMap((event, index) =>
        'asked' in event &&
        event.asked.origin === origin &&
        event.asked.tenant === tenant &&
        event.asked.answer !== undefined &&
        isThere(event.asked.at + event.asked.latency) &&
        !this.#isInvalidated(event.asked, index)
          ? [event.asked]
          : [],
      )
      .at(-1);
  }

  #joinable(origin: string, tenant: string, now: number): Question | undefined {
    return this.#events
      .flatMap((event, index) =>
        'asked' in event &&
        event.asked.origin === origin &&
        event.asked.tenant === tenant &&
        this.#endOf(event.asked) > now &&
        !this.#isInvalidated(event.asked, index)
          ? [event.asked]
          : [],
      )
      .at(-1);
  }

  /** Whether something was invalidated after a question that makes its answer worthless. */
  #isInvalidated(question: Question, index: number): boolean {
    const answeredAt = question.at + question.latency;
    return this.#events.slice(index + 1).some((event) => {
      if (!('invalidated' in event)) return false;
      if (event.invalidated === undefined || event.invalidated === question.origin) return true;
      // A question whose time is up is held by nobody but the source: it falls with any other.
      return event.at >= this.#endOf(question) && event.at < answeredAt;
    });
  }
}
