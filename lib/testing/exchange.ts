import type { HeaderList } from './header-list.js';

/** A request that was really sent, and what came back. */
export interface Exchange {
  /** Whether it is a CORS-preflight request, or one that script has made. */
  readonly kind: 'preflight' | 'request';
  /** As it was sent: `OPTIONS` for a preflight. */
  readonly method: string;
  /** As the page sees it: with the origin's name, not with the address that it is served at. */
  readonly url: string;
  /** As they were sent, in order. */
  readonly headers: HeaderList;
  /** `undefined` if none came. */
  readonly response: ExchangeResponse | undefined;
}

/** A response as it came over the wire, whatever script may see of it. */
export interface ExchangeResponse {
  readonly status: number;
  /** As they arrived, in order. */
  readonly headers: HeaderList;
}
