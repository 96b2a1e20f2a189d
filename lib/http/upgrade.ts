import type { Duplex } from 'node:stream';
import { announce, isHeard } from './announce.js';
import { DecidedUpgrade } from './decided.js';
import type { Exchange } from './exchange.js';
import { logRefusal, UPGRADE_REFUSAL } from './refusal.js';
import type { HookOutcome } from './request-hook.js';
import { namesForeignSite } from './same-origin.js';

/**
 * What happens to a request to change the protocol: where a policy says `enforce`, it is refused before any server of
 * WebSockets sees it. Any page may open a WebSocket, with the cookies of its visitor, and no CORS keeps it from that.
 * Its method is GET, but it is none that changes nothing: `'unsafe'` refuses it as well.
 *
 * Whoever serves it is no route of Nest: what counts is the entry of `routes` for the path, else the module's default. Nor is
 * it an app that is mounted in this one, which has no server.
 *
 * @see RFC 6455, section 10.2
 */
export function onUpgrade(exchange: Exchange, socket: Duplex): HookOutcome {
  if (exchange.origin === undefined && !namesForeignSite(exchange.request)) return 'continue';
  const outcome = decide(exchange, socket);
  // What has no Origin is no CORS request, whatever else it is.
  if (exchange.origin !== undefined && isHeard(exchange.context)) announceUpgrade(exchange, outcome);
  return outcome;
}

function announceUpgrade(exchange: Exchange, outcome: HookOutcome): void {
  if (outcome instanceof Promise) {
    void outcome.then((settled) => announceUpgrade(exchange, settled));
    return;
  }
  const target = { route: undefined, ruling: exchange.context.governance.rulingAt(exchange) };
  announce(new DecidedUpgrade(exchange, target, outcome === 'answered'));
}

function decide(exchange: Exchange, socket: Duplex): HookOutcome {
  const { governance } = exchange.context;
  if (governance.enforces === false) return 'continue';
  const policy = governance.policyAt(exchange);
  if (policy === undefined || policy.enforce === false) return 'continue';
  const asking = exchange.ask(policy);
  const settle = (): 'continue' | 'answered' =>
    exchange.mayPass(policy) ? 'continue' : refuse(exchange, socket);
  if (asking === undefined) return settle();
  // Nobody else listens to the socket while it waits.
  const onError = (): void => void socket.destroy();
  socket.on('error', onError);
  return asking.then(() => {
    socket.off('error', onError);
    return settle();
  });
}

function refuse(exchange: Exchange, socket: Duplex): 'answered' {
  logRefusal(exchange);
  socket.on('error', () => socket.destroy());
  socket.end(UPGRADE_REFUSAL, () => socket.destroy());
  return 'answered';
}
