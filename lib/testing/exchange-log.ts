import type { Departs } from './departures.js';
import type { Exchange, ExchangeResponse } from './exchange.js';
import { FetchError } from './fetch-error.js';
import { HeaderList, type Header } from './header-list.js';
import type { Network } from './network.js';
import { wireHeaders, type WireHeaderFacts } from './wire-headers.js';
import { send, type WireResponse } from './wire.js';

const SECTION = 'HTTP-network fetch';

/** What no header value has that Node sends (RFC 9110, 5.5). */
const UNSENDABLE = /[^\t\u0020-\u007e\u0080-\u00ff]/;

/** Sends the requests of one fetch, and keeps what was really sent. */
export class ExchangeLog {
  /** In order. */
  readonly exchanges: Exchange[] = [];

  /**
   * @param signal - ends whatever is under way
   * @param departs - whether the engine does it in a way of its own
   */
  constructor(
    private readonly network: Network,
    private readonly signal: AbortSignal,
    private readonly departs: Departs,
  ) {}

  /**
   * Sends one request.
   *
   * @see Fetch, "HTTP-network fetch"
   * @throws FetchError if there is no response
   * @throws Error if nothing is known to serve the URL
   */
  async send(kind: Exchange['kind'], facts: WireHeaderFacts): Promise<WireResponse> {
    if (this.signal.aborted) throw this.noResponse();
    const { method, body } = facts;
    const url = facts.urls.at(-1) as URL;
    const endpoint = this.network.endpoint(url);
    const headers = wireHeaders(facts, this.departs);
    refuseUnsendable(headers);
    const note = (response: ExchangeResponse | undefined): void => {
      this.exchanges.push({
        kind,
        method,
        url: withoutFragment(url),
        headers: new HeaderList(headers),
        response,
      });
    };
    try {
      const response = await send(
        endpoint,
        { method, url, headers, body, signal: this.signal },
        this.departs,
      );
      note({ status: response.status, headers: response.headers });
      return response;
    } catch (error) {
      note(undefined);
      throw this.noResponse(error as NodeJS.ErrnoException);
    }
  }

  private noResponse(error?: NodeJS.ErrnoException): FetchError {
    return this.signal.aborted
      ? new FetchError('network', 'aborted', 'the request was aborted', SECTION)
      : // Where a name has several addresses, the error stands for several, and has no message.
        connectionFailed(`there was no response: ${error?.message || error?.code}`);
  }
}

/**
 * Browsers send any byte but NUL, LF and CR in a header value. Node's client does not, and its server takes none of the
 * others from anybody: it answers 400, which no page on another origin can read.
 *
 * @throws FetchError before anything is sent
 */
function refuseUnsendable(headers: readonly Header[]): void {
  for (const [name, value] of headers) {
    if (UNSENDABLE.test(value)) {
      throw connectionFailed(`Node sends no control characters, and ${name} has one in its value`);
    }
  }
}

function connectionFailed(message: string): FetchError {
  return new FetchError('network', 'connection-failed', message, SECTION);
}

/** A URL without its fragment, which is never sent. */
export function withoutFragment(url: URL): string {
  const shown = new URL(url);
  shown.hash = '';
  return shown.href;
}
