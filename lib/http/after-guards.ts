import type { ExecutionContext } from '@nestjs/common';
import type { Exchange } from './exchange.js';
import { exchangeOf, type SealableResponse } from './seal.js';

/**
 * Decides, once the guards have run, whether a request may go on to its handler. At once `true` for all whose policy does
 * not wait for the guards, and for contexts other than HTTP.
 */
export function decideAfterGuards(context: ExecutionContext): boolean | Promise<boolean> {
  const exchange = context.getType() === 'http' ? exchangeIn(context) : undefined;
  const policy = exchange?.origin === undefined ? undefined : exchange.policy();
  if (exchange === undefined || policy?.origin.afterGuards !== true) return true;
  const asking = exchange.askAfterGuards(policy, context);
  return asking === undefined ? exchange.mayPass(policy) : asking.then(() => exchange.mayPass(policy));
}

/** The exchange that the guard has pinned; `undefined` in a context that only has the type of an HTTP one. */
function exchangeIn(context: ExecutionContext): Exchange | undefined {
  const response = context.getArgByIndex<Partial<FastifyReply & SealableResponse> | null | undefined>(1);
  if (typeof response !== 'object' || response === null) return undefined;
  return exchangeOf((response.raw ?? response) as SealableResponse);
}

/** A reply of Fastify, as far as it is touched. */
interface FastifyReply {
  readonly raw: SealableResponse;
}
