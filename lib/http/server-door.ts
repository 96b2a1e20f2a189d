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

type Emit = (event: string | symbol, ...args: readonly unknown[]) => boolean;

/** Whether an event of a server hands out a request to be answered. @see Node, "Event: 'checkContinue'" */
export function isRequest(event: string | symbol): boolean {
  return event === 'request' || isExpectation(event);
}

function isExpectation(event: string | symbol): boolean {
  return event === 'checkContinue' || event === 'checkExpectation';
}

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
  const goOn = (outcome: HookOutcome, stream: Duplex | RawResponse, emitIt: () => boolean): boolean => {
    if (outcome === 'answered') return true;
    if (outcome === 'continue') return emitIt();
    outcome.then(
      (settled) => settled === 'answered' || emitIt(),
      (error: unknown) => {
        door.failed(error);
        stream.destroy();
      },
    );
    return true;
  };
  const emitOther = function (this: Server, event: string | symbol, ...args: readonly unknown[]): boolean {
    const emitIt = (): boolean => emit.call(this, event, ...args);
    if (event === 'upgrade') {
      const [request, socket] = args as readonly [IncomingMessage, Duplex];
      return goOn(door.upgrade(request, socket), socket, emitIt);
    }
    if (isExpectation(event)) {
      const [request, response] = args as readonly [IncomingMessage, RawResponse];
      return goOn(door.request(request, response), response, emitIt);
    }
    return emitIt();
  };
  server.emit = function (
    this: Server,
    event: string | symbol,
    request: IncomingMessage,
    response: RawResponse,
  ): boolean {
    // Not a rest parameter, which would be a list for every request.
    if (event !== 'request') return emitOther.apply(this, arguments as unknown as Parameters<Emit>);
    const outcome = door.request(request, response);
    // Nearly always, and so without a closure.
    if (outcome === 'continue') return emit.call(this, event, request, response);
    return goOn(outcome, response, () => emit.call(this, event, request, response));
  } as Server['emit'];
}
