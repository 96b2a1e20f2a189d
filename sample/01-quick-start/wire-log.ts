import type { IncomingMessage, OutgoingHttpHeaders, Server, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';

/** A request and its response, as far as they concern the lesson. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly origin: string | undefined;
  readonly requestedMethod: string | undefined;
  readonly requestedHeaders: string | undefined;
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
}

const MOST_CALLS = 500;

/**
 * Keeps what the server was sent and what it answered, preflights included, which no Nest handler ever sees. Pages mark
 * their requests with `?call=…`.
 */
@Injectable()
export class WireLog {
  private readonly calls = new Map<string, Exchange[]>();

  exchangesOf(call: string): readonly Exchange[] {
    return this.calls.get(call) ?? [];
  }

  /** Listens before anybody else does, so that it sees a response's headers as they leave. */
  watch(server: Server): void {
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      const call = /[?&]call=([\w-]+)/.exec(request.url ?? '')?.[1];
      if (call === undefined) return;
      const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
      response.writeHead = (status: number, ...rest: unknown[]) => {
        const given = rest.at(-1) as OutgoingHttpHeaders | undefined;
        this.keep(call, exchangeOf(request, status, { ...response.getHeaders(), ...given }));
        return writeHead(status, ...rest);
      };
    });
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
  { method, url, headers }: IncomingMessage,
  status: number,
  sent: OutgoingHttpHeaders,
): Exchange {
  return {
    method: method ?? '',
    path: url?.split('?')[0] ?? '',
    origin: headers['origin'],
    requestedMethod: headers['access-control-request-method'],
    requestedHeaders: headers['access-control-request-headers'],
    status,
    headers: Object.fromEntries(Object.entries(sent).map(([name, value]) => [name.toLowerCase(), value])),
  };
}
