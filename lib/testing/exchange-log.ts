import type { Exchange, ExchangeResponse } from './exchange.js';
import { FetchError } from './fetch-error.js';
import { HeaderList } from './header-list.js';
import type { Network } from './network.js';
import { wireHeaders, type WireHeaderFacts } from './wire-headers.js';
import { send, type WireResponse } from './wire.js';

/** Sends the requests of one fetch, and keeps what was really sent. */
export class ExchangeLog {
  /** In order. */
  readonly exchanges: Exchange[] = [];

  /** @param signal - ends whatever is under way */
  constructor(
    private readonly network: Network,
    private readonly signal: AbortSignal,
  ) {}

  /**
   * Sends one request.
   *
   * @see Fetch, "HTTP-network fetch"
   * @throws FetchError if there is no response
   * @throws Error if nothing is known to serve the URL
   */
  async send(kind: Exchange['kind'], facts: WireHeaderFacts): Promise<WireResponse> {
    const { method, body } = facts;
    const url = facts.urls.at(-1) as URL;
    const endpoint = this.network.endpoint(url);
    const headers = wireHeaders(facts);
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
      const response = await send(endpoint, { method, url, headers, body, signal: this.signal });
      note({ status: response.status, headers: response.headers });
      return response;
    } catch (error) {
      note(undefined);
      throw this.noResponse(error as NodeJS.ErrnoException);
    }
  }

  private noResponse({ message, code }: NodeJS.ErrnoException): FetchError {
    const section = 'HTTP-network fetch';
    return this.signal.aborted
      ? new FetchError('network', 'aborted', 'the request was aborted', section)
      : // Where a name has several addresses, the error stands for several, and has no message.
        new FetchError('network', 'connection-failed', `there was no response: ${message || code}`, section);
  }
}

/** A URL without its fragment, which is never sent. */
export function withoutFragment(url: URL): string {
  const shown = new URL(url);
  shown.hash = '';
  return shown.href;
}
