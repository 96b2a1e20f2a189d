import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Policy } from '../policy/policy.js';
import type { RouteTable } from '../routing/route-table.js';
import type { PlatformRequest } from '../routing/route-matcher.js';
import type { Exchange } from './exchange.js';
import type { HookContext } from './hook-context.js';
import { beginExchange, rawResponse, type PlatformResponse } from './request-hook.js';
import { isSameOrigin } from './same-origin.js';
import { exchangeOf } from './seal.js';

/**
 * The first of all guards. It alone knows which handler of which class Nest is about to call, so it pins that route's
 * policy to the request; and where a policy says `enforce`, it refuses with 403.
 */
export class CorsGuard implements CanActivate {
  /**
   * @param routes - finds the route of a handler
   * @param current - the policies in force, `undefined` until the app has started
   */
  constructor(
    private readonly routes: RouteTable,
    private readonly current: () => HookContext | undefined,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    // GraphQL, WebSocket and RPC contexts have other things where an HTTP context has its response.
    if (context.getType() !== 'http') return true;
    const exchange = this.exchangeIn(context);
    if (exchange === undefined) return true;
    exchange.route = this.routes.routeOf(context.getClass(), context.getHandler()) ?? exchange.route;
    if (exchange.origin === undefined) return true;
    const policy = exchange.policy();
    if (policy === undefined || (!policy.enforce && policy.origin.asked.length === 0)) return true;
    const asking = exchange.ask(policy);
    return asking === undefined ? mayPass(exchange, policy) : asking.then(() => mayPass(exchange, policy));
  }

  /** The request's exchange. Should somebody have thrown the request hook out, the guard begins it. */
  private exchangeIn(context: ExecutionContext): Exchange | undefined {
    // Not `switchToHttp()`, which makes three closures for every request.
    const response = context.getArgByIndex<PlatformResponse | null | undefined>(1);
    if (!isResponse(response)) return undefined;
    const begun = exchangeOf(rawResponse(response));
    const current = this.current();
    if (current === undefined || begun?.belongsTo(current.matcher) === true) return begun;
    return beginExchange(context.getArgByIndex<PlatformRequest>(0), response, current);
  }
}

/**
 * Whether a context has a response. One of type `http` may have anything for it: it is the type that Nest gives as well
 * to handlers that a library calls through `ExternalContextCreator`, with arguments of its own.
 */
function isResponse(response: PlatformResponse | null | undefined): response is PlatformResponse {
  return (
    typeof response === 'object' &&
    response !== null &&
    typeof rawResponse(response)?.writeHead === 'function'
  );
}

function mayPass(exchange: Exchange, policy: Policy): boolean {
  return (
    !policy.enforce || exchange.isAllowed(policy) || isSameOrigin(exchange.request, exchange.origin as string)
  );
}
