import { Agent } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { send, type WireResponse } from '../../support/http.js';

/** What a page got, and when it asked, in milliseconds of `performance.now()`. */
export interface Answer {
  readonly status: number;
  /** `Access-Control-Allow-Origin`, if the page may read the response. */
  readonly acao: string | undefined;
  readonly sentAt: number;
  readonly took: number;
}

/** A page that calls the API over and over again, until it is told to stop. */
export class Page {
  readonly answers: Answer[] = [];
  readonly #agent = new Agent({ keepAlive: true });
  readonly #closing = new AbortController();
  readonly #calling: Promise<void>;

  constructor(
    private readonly port: number,
    readonly origin: string,
    private readonly pause = 2,
  ) {
    this.#calling = this.#call();
  }

  /** When it sent the last request whose response it could read; the answer may have been held up by anything. */
  get lastAllowed(): number {
    return Math.max(0, ...this.answers.filter(({ acao }) => acao !== undefined).map(({ sentAt }) => sentAt));
  }

  /** Waits until the last answer is such a one. */
  async until(isSo: (answer: Answer) => boolean, patience = 10_000): Promise<Answer> {
    const end = performance.now() + patience;
    const from = this.answers.length;
    while (performance.now() < end) {
      const last = this.answers.slice(from).at(-1);
      if (last !== undefined && isSo(last)) return last;
      await sleep(2);
    }
    throw new Error(`The page still got ${JSON.stringify(this.answers.at(-1))}.`);
  }

  /** What no page of this origin may get: an error of the server, or somebody else's name. */
  get wrong(): readonly Answer[] {
    return this.answers.filter(
      ({ status, acao }) =>
        !(status === 200 && acao === this.origin) && !(status === 403 && acao === undefined),
    );
  }

  async stop(): Promise<void> {
    this.#closing.abort();
    await this.#calling.finally(() => this.#agent.destroy());
  }

  async #call(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const sentAt = performance.now();
      const response = await this.#ask();
      const acao = response.headers['access-control-allow-origin'];
      this.answers.push({ status: response.status, acao, sentAt, took: performance.now() - sentAt });
      await sleep(this.pause);
    }
  }

  #ask(): Promise<WireResponse> {
    return send(this.port, {
      path: '/customers/acme/orders',
      headers: { origin: this.origin },
      agent: this.#agent,
    });
  }
}
