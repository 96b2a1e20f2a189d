import type { ServerResponse } from 'node:http';
import type { PreflightAnswer } from '../protocol/header-fields.js';
import type { PlatformRequest } from '../routing/route-matcher.js';
import { Exchange } from './exchange.js';
import type { HookContext } from './hook-context.js';
import { preflightAnswer } from './preflight.js';
import { seal, type SealableResponse } from './seal.js';

/** What becomes of a request in the hook: it goes on, it has been answered, or that is not known yet. */
export type HookOutcome = 'continue' | 'answered' | Promise<'continue' | 'answered'>;

/** A response of Node's, as far as it is touched. */
export interface RawResponse extends SealableResponse, Pick<ServerResponse, 'destroy' | 'once'> {
  end(): unknown;
}

/**
 * What happens to a request before anything else does: a preflight is answered, any other request gets its response
 * sealed. It waits only where the origin has to be asked of a source that is itself asynchronous.
 */
export function onRequest(
  request: PlatformRequest,
  response: RawResponse,
  context: HookContext,
): HookOutcome {
  const answer = preflightAnswer(request, context);
  if (answer === undefined) return goOn(request, response, context);
  if (answer instanceof Promise) return answer.then((settled) => send(response, settled));
  return send(response, answer);
}

function goOn(request: PlatformRequest, response: RawResponse, context: HookContext): HookOutcome {
  const exchange = beginExchange(request, response, context);
  if (!context.governance.asks || exchange.origin === undefined) return 'continue';
  const policy = exchange.policy();
  const asking = policy === undefined ? undefined : exchange.ask(policy);
  return asking === undefined ? 'continue' : asking.then(() => 'continue');
}

/** Begins the exchange of a request, with the policies that are in force now, and seals its response. */
export function beginExchange(
  request: PlatformRequest,
  response: RawResponse,
  { governance, matcher }: HookContext,
): Exchange {
  const exchange = new Exchange(request, originOf(request), governance, matcher);
  seal(response, exchange);
  return exchange;
}

function originOf({ headers }: PlatformRequest): string | undefined {
  const origin = headers['origin'];
  return typeof origin === 'string' || origin === undefined ? origin : origin.join(', ');
}

function send(response: RawResponse, { status, fields }: PreflightAnswer): 'answered' {
  response.writeHead(status, fields);
  response.end();
  return 'answered';
}
