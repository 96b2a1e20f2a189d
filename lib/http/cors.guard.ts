import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Policy } from '../policy/policy.js';
import type { PlatformRequest } from '../routing/route-matcher.js';
import type { Handler } from '../routing/nest-internals.js';
import type { Exchange } from './exchange.js';
import type { HookContext } from './hook-context.js';
import { beginExchange, isKeptOutWithoutOrigin } from './request-hook.js';
import { exchangeOf } from './seal.js';

/**
 * The first of all guards. It alone knows which handler of which class Nest is about to call, so it pins that route's
 * policy to the request; and where a policy says `enforce`, it refuses with 403.
 */
export class CorsGuard implements CanActivate {
  /**
   * @param owner - the module's engine
   * @param current - the policies in force, `undefined` until the app has started
   */
  constructor(
    private readonly owner: object,
    private readonly current: () => HookContext | undefined,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    // GraphQL, WebSocket and RPC contexts have other things where an HTTP context has its response.
    if (context.getType() !== 'http') return true;
    const exchange = this.exchangeIn(context);
    if (exchange === undefined) return true;
    exchange.pin(exchange.context.table.routesOf(context.getClass(), context.getHandler() as Handler));
    if (exchange.origin === undefined && !isKeptOutWithoutOrigin(exchange)) return true;
    const policy = exchange.policy();
    if (policy === undefined || (policy.enforce === false && policy.origin.asked.length === 0)) return true;
    const asking = exchange.ask(policy);
    return asking === undefined ? mayPass(exchange, policy) : asking.then(() => mayPass(exchange, policy));
  }

  /** The request's exchange. Should somebody have thrown the request hook out, the guard begins it. */
  private exchangeIn(context: ExecutionContext): Exchange | undefined {
    const current = this.current();
    // Not `switchToHttp()`, which makes three closures for every request.
    const response = context.getArgByIndex<object | null | undefined>(1);
    if (current === undefined || typeof response !== 'object' || response === null) return undefined;
    const raw = current.platform.rawResponse(response);
    if (typeof raw !== 'object' || raw === null) return undefined;
    const begun = exchangeOf(raw);
    if (begun?.context.owner === this.owner) return begun;
    // A context of type `http` may have anything for its response: Nest gives that type as well to handlers that a
    // library calls through `ExternalContextCreator`, with arguments of its own.
    if (typeof raw.writeHead !== 'function') return undefined;
    return beginExchange(context.getArgByIndex<PlatformRequest>(0), raw, current);
  }
}

function mayPass(exchange: Exchange, policy: Policy): boolean {
  return policy.enforce === false || !exchange.isRefused(policy);
}
