import type {
  IncomingHttpHeaders,
  IncomingMessage,
  OutgoingHttpHeaders,
  Server,
  ServerResponse,
} from 'node:http';
import { Injectable } from '@nestjs/common';

/** A request as it came in, and its response as it left. Header names are in lower case. */
export interface Exchange {
  readonly method: string;
  /** The request target, query included. */
  readonly url: string;
  readonly requestHeaders: IncomingHttpHeaders;
  readonly status: number;
  readonly responseHeaders: OutgoingHttpHeaders;
  /** `Controller#handler`, if one ran and has been noted. */
  readonly handler: string | undefined;
}

const MOST_CALLS = 500;

/**
 * Keeps what a server was sent and what it answered, preflights included, which no Nest handler ever sees. Pages mark
 * their requests with `?call=…`.
 */
@Injectable()
export class WireLog {
  private readonly calls = new Map<string, Exchange[]>();
  private readonly handlers = new WeakMap<IncomingMessage, string>();

  exchangesOf(call: string): readonly Exchange[] {
    return this.calls.get(call) ?? [];
  }

  /** Notes that a handler runs for a request. */
  noteHandler(request: IncomingMessage, handler: string): void {
    this.handlers.set(request, handler);
  }

  /**
   * Sees requests before anybody else does, and so responses as they leave: whoever replaces `writeHead` later calls what was
   * there before. CorsModule stands in `emit` of the server as well, once the app has been initialized.
   */
  watch(server: Server): void {
    if (server.listening) this.standInFront(server);
    else server.once('listening', () => this.standInFront(server));
  }

  private standInFront(server: Server): void {
    const { emit } = server as { readonly emit: (event: string | symbol, ...args: unknown[]) => boolean };
    server.emit = (event: string | symbol, ...args: unknown[]): boolean => {
      if (event === 'request') this.note(...(args as [IncomingMessage, ServerResponse]));
      return emit.call(server, event, ...args);
    };
  }

  private note(request: IncomingMessage, response: ServerResponse): void {
    const call = /[?&]call=([\w-]+)/.exec(request.url ?? '')?.[1];
    if (call === undefined) return;
    const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
    response.writeHead = (status: number, ...rest: unknown[]) => {
      const given = rest.find((argument) => typeof argument === 'object') as OutgoingHttpHeaders | undefined;
      const exchange = exchangeOf(request, status, { ...response.getHeaders(), ...given });
      this.keep(call, { ...exchange, handler: this.handlers.get(request) });
      return writeHead(status, ...rest);
    };
  }

  private keep(call: string, exchange: Exchange): void {
    this.calls.set(call, [...this.exchangesOf(call), exchange]);
    for (const oldest of this.calls.keys()) {
      if (this.calls.size <= MOST_CALLS) return;
      this.calls.delete(oldest);
    }
  }
}

function exchangeOf(
  { method = '', url = '', headers }: IncomingMessage,
  status: number,
  sent: OutgoingHttpHeaders,
): Omit<Exchange, 'handler'> {
  return {
    method,
    url,
    requestHeaders: headers,
    status,
    responseHeaders: Object.fromEntries(
      Object.entries(sent).map(([name, value]) => [name.toLowerCase(), value]),
    ),
  };
}
