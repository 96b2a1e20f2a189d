import type { ReadableStream } from 'node:stream/web';
import type { EngineName, QuirkName } from '../engines/quirks.js';
import type { Departures, QuirkEffect } from './departures.js';
import type { Exchange } from './exchange.js';
import type { FetchFailure } from './fetch-failure.js';
import type { Header } from './header-list.js';

/** @see Fetch, Responses: "type" */
export type ResponseType = 'basic' | 'cors' | 'opaque' | 'opaqueredirect' | 'error';

/** Whether a preflight was needed, and whether the preflight cache knew the answer to it. */
export type PreflightUse = 'none' | 'cached' | 'sent';

/** What a result is made of. */
export interface FetchResultParts {
  readonly type: ResponseType;
  readonly engine: EngineName;
  readonly departures: Departures;
  readonly failure?: FetchFailure;
  readonly exchanges: readonly Exchange[];
  readonly preflight: PreflightUse;
  readonly status?: number;
  readonly redirected?: boolean;
  readonly url?: string;
  readonly headers?: readonly Header[];
  readonly body?: ReadableStream<Uint8Array> | undefined;
  readonly timingAllowed?: boolean;
}

/** What became of a `fetch()`: what script sees of it, and what happened behind its back. */
export class FetchResult {
  /** Whether script may read the response: it has the type `basic` or `cors`. Not so an opaque one. */
  readonly readable: boolean;
  /** Where and why it failed; `undefined` if it did not, so also with an opaque response. */
  readonly failure: FetchFailure | undefined;
  /** The requests that were really sent, in order: a preflight before its request, and one for each redirect. */
  readonly exchanges: readonly Exchange[];
  /** Whether a preflight was needed: `sent`, unless the preflight cache had the answer. */
  readonly preflight: PreflightUse;
  /** `error` if it failed: script's promise is rejected. */
  readonly type: ResponseType;
  /** 0 if script can't know it. */
  readonly status: number;
  /** Whether the status is one from 200 to 299. */
  readonly ok: boolean;
  /** Whether there was a redirect, as far as script can know it. */
  readonly redirected: boolean;
  /** Where the response came from, without a fragment; `''` if script can't know it. */
  readonly url: string;
  /** Only those that script may see. */
  readonly headers: Headers;
  /** Whether Resource Timing may show script the details of this fetch. @see Fetch, "TAO check" */
  readonly timingAllowed: boolean;
  /** The engine that has fetched. */
  readonly engine: EngineName;
  /** The quirks of the engine that have made a difference, in order: what the standard would have done otherwise. */
  readonly quirks: readonly QuirkEffect[];
  /** @internal The quirks that would have made a difference, had the engine had them. */
  readonly missedQuirks: ReadonlySet<QuirkName>;
  /** Reads as the one that script has. */
  readonly #response: Response;

  /** @internal Results are made by `page.fetch()`. */
  constructor(parts: FetchResultParts) {
    const { type, failure, exchanges, preflight, status = 0, redirected = false, url = '' } = parts;
    this.readable = type === 'basic' || type === 'cors';
    this.failure = failure;
    this.exchanges = Object.freeze([...exchanges]);
    this.preflight = preflight;
    this.type = type;
    this.status = status;
    this.ok = status >= 200 && status <= 299;
    this.redirected = redirected;
    this.url = url;
    this.headers = new Headers(parts.headers?.map(([name, value]) => [name, value]) ?? []);
    this.engine = parts.engine;
    this.quirks = Object.freeze([...parts.departures.effects]);
    this.missedQuirks = parts.departures.missed;
    this.timingAllowed = parts.timingAllowed ?? false;
    this.#response = new Response(parts.body ?? null);
  }

  /** The body as script can read it, as it arrives; `null` if there is none, or none that script may see. */
  get body(): ReadableStream<Uint8Array> | null {
    return this.#response.body;
  }

  /**
   * The whole body as text, decoded as UTF-8; `''` for an opaque response.
   *
   * @throws TypeError as script would get one, with the failure's message, if the fetch failed; or if the body has been
   *   read already
   */
  async text(): Promise<string> {
    return await this.#readable().text();
  }

  /** The whole body, parsed as JSON; otherwise as {@link text}. */
  async json(): Promise<unknown> {
    return await this.#readable().json();
  }

  /** The whole body as bytes; otherwise as {@link text}. */
  async bytes(): Promise<Uint8Array> {
    return new Uint8Array(await this.#readable().arrayBuffer());
  }

  #readable(): Response {
    if (this.failure !== undefined) throw new TypeError(`Failed to fetch: ${this.failure.message}`);
    return this.#response;
  }
}
