import type { IncomingMessage } from 'node:http';
import type { ComposedPolicy } from '../policy/policy-composer.js';
import type { Policy } from '../policy/policy.js';
import type { Arrival, Governance, Ruling } from '../routing/governance.js';
import type { CorsRoute } from '../routing/cors-route.js';
import type { PlatformRequest } from '../routing/route-matcher.js';
import type { Gateway } from './gateway.js';
import type { HookContext } from './hook-context.js';
import { beside } from './beside-routes.js';
import { createExchange, onRequest } from './request-hook.js';
import type { Door } from './server-door.js';
import { onUpgrade } from './upgrade.js';

/**
 * The door of a server with gateways. What they take comes under one policy each, and under its wall, whether it says `enforce`
 * or not: WebSockets have no CORS of their own, so that a server which only leaves out fields lets everybody in.
 *
 * @param gateways - of the server
 * @param door - of what they do not take
 * @param contextOf - what is in force for what a gateway takes; `undefined` until there is something
 */
export function gatewayDoor(
  gateways: readonly Gateway[],
  door: Door,
  contextOf: (gateway: Gateway) => HookContext | undefined,
): Door {
  const contextFor = (raw: IncomingMessage, isHandshake: boolean): HookContext | undefined => {
    const gateway = gatewayOf(gateways, raw as unknown as PlatformRequest, isHandshake);
    return gateway && contextOf(gateway);
  };
  return {
    request: (raw, response) => {
      const context = contextFor(raw, false);
      if (context === undefined) return door.request(raw, response);
      return onRequest(seenBy(context, raw), response, context);
    },
    upgrade: (raw, socket) => {
      const context = contextFor(raw, true);
      if (context === undefined) return door.upgrade(raw, socket);
      return onUpgrade(createExchange(seenBy(context, raw), context), socket);
    },
    failed: door.failed,
  };
}

/**
 * The gateway that takes a request.
 *
 * @param isHandshake - whether it is one to change the protocol
 */
export function gatewayOf(
  gateways: readonly Gateway[],
  request: PlatformRequest,
  isHandshake: boolean,
): Gateway | undefined {
  for (const gateway of gateways) {
    if ((isHandshake || gateway.polls) && gateway.takes(request)) return gateway;
  }
  return undefined;
}

/** A request as the platform would show it, with its host. */
function seenBy({ view, instance }: HookContext, raw: IncomingMessage): PlatformRequest {
  const request = view(raw as unknown as PlatformRequest);
  // Express shows the host to those only who get its own request.
  if (request.host === undefined) Object.setPrototypeOf(request, (instance as { request: object }).request);
  return request;
}

/** What is in force at a gateway: what is in force in its app, without routes, and with one policy. */
export function gatewayContext(context: HookContext, path: string): HookContext {
  return { ...beside(context), governance: walledOff(context.governance, path) };
}

/**
 * The policies of an app, where all that comes in is a gateway's. The policy of its path counts; where that of the path that is
 * asked for is another one, nobody is let in: servers of WebSockets read paths in ways of their own, and take what only begins
 * with theirs.
 */
function walledOff(governance: Governance, path: string): Governance {
  const own = governance.rulingAt({ path });
  const wall = walled(own);
  const closed = governance.closed(own.place, true, true);
  const rulingOf = (_route: CorsRoute | undefined, arrival: Arrival): Ruling =>
    arrival.path === path || governance.rulingAt(arrival).policy === own.policy ? wall : closed;
  return Object.create(governance, {
    enforces: { value: true },
    intervenes: { value: true },
    rulingOf: { value: rulingOf },
    policyOf: { value: (...of: Parameters<typeof rulingOf>) => rulingOf(...of).policy },
  }) as Governance;
}

/** A ruling with `enforce`, also in fields to come; an unmanaged path is left alone. */
function walled(ruling: Ruling): Ruling {
  const { policy, governed } = ruling;
  if (policy === undefined) return ruling;
  return { ...ruling, policy: walledPolicy(policy), governed: governed && walledReport(governed) };
}

function walledPolicy(policy: Policy): Policy {
  return Object.freeze({ ...policy, enforce: true, varies: !policy.origin.any });
}

function walledReport(governed: ComposedPolicy): ComposedPolicy {
  const { reported } = governed;
  if (reported === undefined) return governed;
  const policy = { value: walledPolicy(reported.policy) };
  return Object.create(governed, {
    reported: { value: Object.create(reported, { policy }) as ComposedPolicy },
  }) as ComposedPolicy;
}
