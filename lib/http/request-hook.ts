import type { ServerResponse } from 'node:http';
import type { Policy } from '../policy/policy.js';
import type { PreflightAnswer } from '../protocol/header-fields.js';
import type { PlatformRequest } from '../routing/route-matcher.js';
import { Exchange } from './exchange.js';
import type { HookContext } from './hook-context.js';
import { preflightAnswer } from './preflight.js';
import { logRefusal, writeRefusal } from './refusal.js';
import { breakSeal, exchangeOf, seal, showFields, type SealableResponse } from './seal.js';
import { hasLostOrigin } from './same-origin.js';
import { refuseAll } from './walls.js';

/** What becomes of a request in the hook: it goes on, it has been answered, or that is not known yet. */
export type HookOutcome = 'continue' | 'answered' | Promise<'continue' | 'answered'>;

/** A response of Node's, as far as it is touched. */
export interface RawResponse extends SealableResponse, Pick<ServerResponse, 'destroy' | 'once'> {}

/**
 * What happens to a request before anything else does: a preflight is answered, the response to any other request is
 * sealed, and what a policy refuses for sure is refused. It waits only where the origin has to be asked of a source that
 * is itself asynchronous.
 */
export function onRequest(
  request: PlatformRequest,
  response: RawResponse,
  context: HookContext,
): HookOutcome {
  return onPreflight(request, response, context) ?? goOn(beginExchange(request, response, context), response);
}

/** Answers a preflight; `undefined` if the request is none, or is the app's own business. */
export function onPreflight(
  request: PlatformRequest,
  response: RawResponse,
  context: HookContext,
): HookOutcome | undefined {
  const answer = preflightAnswer(request, context);
  return answer && answerWith(answer, response);
}

/**
 * What happens when an actual request comes in at the server and somebody may answer it in front of the platform's own
 * hook: what a policy refuses for sure is refused.
 */
export function onEntry(exchange: Exchange, response: RawResponse): HookOutcome {
  const { request, context } = exchange;
  exchange.request = context.view(request);
  // Where versions share a path, the platform's hook may know more.
  exchange.stage = exchange.candidates().length === 1 ? 'decided' : 'sealed';
  return goOn(exchange, response);
}

/**
 * What happens when the platform's own hook gets a request: all of it, or what has not been done yet when the request came
 * in at the server.
 */
export function onArrival(
  request: PlatformRequest,
  response: RawResponse,
  context: HookContext,
): HookOutcome {
  const begun = exchangeOf(response);
  // No server of ours has handed it out, and perhaps none has.
  if (begun === undefined) showFields(response);
  // A request that is sent round again begins anew, and so does one that an app gets which is mounted in another.
  if (begun?.context.instance !== context.instance || begun.stage === 'arrived') {
    return onRequest(request, response, context);
  }
  // Whoever stands in front may have sent it elsewhere, and so may Fastify's `rewriteUrl`.
  const isDecided = begun.stage === 'decided' && begun.url === request.url;
  begun.arrive(request);
  if (isDecided) return 'continue';
  return onPreflight(request, response, begun.context) ?? goOn(begun, response);
}

function answerWith(answer: PreflightAnswer | Promise<PreflightAnswer>, response: RawResponse): HookOutcome {
  if (answer instanceof Promise) return answer.then((settled) => send(response, settled));
  return send(response, answer);
}

function goOn(exchange: Exchange, response: RawResponse): HookOutcome {
  const { governance, mounts } = exchange.context;
  if (!governance.intervenes) return 'continue';
  if (exchange.origin === undefined && !isKeptOutWithoutOrigin(exchange)) return 'continue';
  if (mounts.cover(exchange.url)) return 'continue';
  const candidates = exchange.candidates();
  const [policy] = candidates;
  if (policy === undefined) return 'continue';
  if (candidates.length > 1) {
    // Which of them it is, the guard finds out; what none of them lets through need not get there.
    return refuseAll(candidates, exchange.request.method, (one) => mayLetIn(one, exchange))
      ? refuse(exchange, response)
      : 'continue';
  }
  const asking = exchange.ask(policy);
  return asking === undefined
    ? pass(exchange, response, policy)
    : asking.then(() => pass(exchange, response, policy));
}

function pass(exchange: Exchange, response: RawResponse, policy: Policy): 'continue' | 'answered' {
  return policy.enforce !== false && exchange.isRefused(policy) ? refuse(exchange, response) : 'continue';
}

/** What has to be asked may let it in. */
function mayLetIn(policy: Policy, exchange: Exchange): boolean {
  return (exchange.origin !== undefined && policy.origin.asked.length > 0) || exchange.mayPass(policy);
}

/** Whether a request without `Origin` is one of those that some policy keeps out. */
export function isKeptOutWithoutOrigin({ request, context }: Exchange): boolean {
  return context.governance.enforces !== false && hasLostOrigin(request);
}

function refuse(exchange: Exchange, response: RawResponse): 'answered' {
  logRefusal(exchange);
  writeRefusal(response, exchange.request.method);
  return 'answered';
}

/** Begins the exchange of a request, with the policies that are in force now, and seals its response. */
export function beginExchange(
  request: PlatformRequest,
  response: RawResponse,
  context: HookContext,
): Exchange {
  const exchange = createExchange(request, context);
  seal(response, exchange);
  return exchange;
}

/** The exchange of a request whose answer is not sealed. */
export function createExchange(request: PlatformRequest, context: HookContext): Exchange {
  return new Exchange(request, originOf(request), context);
}

function originOf({ headers }: PlatformRequest): string | undefined {
  const origin = headers['origin'];
  return typeof origin === 'string' || origin === undefined ? origin : origin.join(', ');
}

/** The fields of an answer to a preflight are the policy's already. */
function send(response: RawResponse, { status, fields }: PreflightAnswer): 'answered' {
  breakSeal(response);
  response.writeHead(status, fields);
  response.end();
  return 'answered';
}
