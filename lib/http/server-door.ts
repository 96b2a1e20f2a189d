import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RawResponse, HookOutcome } from './request-hook.js';

/** What stands at the door of an HTTP server: it says what becomes of whatever comes in. */
export interface Door {
  readonly request: (request: IncomingMessage, response: RawResponse) => HookOutcome;
  /** A request to change the protocol: a WebSocket handshake. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex) => HookOutcome;
  /** Something behind the door has failed while a request waited. */
  readonly failed: (error: unknown) => void;
}

type Emit = (event: string | symbol, ...args: unknown[]) => boolean;

/** The servers that have a door. */
const doors = new WeakSet<object>();

/**
 * Puts a door in front of all listeners of an HTTP server, whenever they were or will be added. The app's framework is one
 * of them; socket.io, for its polling requests, and health checks put others in front of it.
 *
 * It stands in `emit`, because a listener cannot stay the first: libraries take all others away and call them themselves.
 */
export function guardServer(server: Server, door: Door): void {
  if (doors.has(server)) return;
  doors.add(server);
  const { emit } = server as { readonly emit: Emit };
  server.emit = function (
    this: Server,
    event: string | symbol,
    request?: unknown,
    second?: unknown,
    ...others: unknown[]
  ): boolean {
    const isRequest = event === 'request' || event === 'checkContinue' || event === 'checkExpectation';
    if (!isRequest && event !== 'upgrade') return emit.call(this, event, request, second, ...others);
    const outcome = isRequest
      ? door.request(request as IncomingMessage, second as RawResponse)
      : door.upgrade(request as IncomingMessage, second as Duplex);
    if (outcome === 'continue') return emit.call(this, event, request, second, ...others);
    if (outcome === 'answered') return true;
    outcome.then(
      (settled) => {
        if (settled === 'continue') emit.call(this, event, request, second, ...others);
      },
      (error: unknown) => {
        door.failed(error);
        (second as Duplex | RawResponse).destroy();
      },
    );
    return true;
  } as Server['emit'];
}
