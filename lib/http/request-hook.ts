import type { PreflightAnswer } from '../protocol/header-fields.js';
import type { PlatformRequest } from '../routing/route-matcher.js';
import { Exchange } from './exchange.js';
import type { HookContext } from './hook-context.js';
import { preflightAnswer } from './preflight.js';
import { seal, type SealableResponse } from './seal.js';

/** What becomes of a request in the hook: it goes on, it has been answered, or that is not known yet. */
export type HookOutcome = 'continue' | 'answered' | Promise<'continue' | 'answered'>;

/** A raw response, as far as the hook writes it. */
interface AnswerableResponse extends SealableResponse {
  end(): unknown;
}

/** A platform's response: Fastify's reply with the raw response in it, or on Express the raw response itself. */
export type PlatformResponse = AnswerableResponse & {
  readonly raw?: AnswerableResponse;
  /** Tells Fastify that the response is being written without it. */
  hijack?(): void;
};

/** The raw response of a platform's one. */
export function rawResponse(response: PlatformResponse): AnswerableResponse {
  return response.raw ?? response;
}

/**
 * What happens to a request before anything else does: a preflight is answered, any other request gets its response
 * sealed. It waits only where the origin has to be asked of a source that is itself asynchronous.
 */
export function onRequest(
  request: PlatformRequest,
  response: PlatformResponse,
  context: HookContext,
): HookOutcome {
  const answer = preflightAnswer(request, context);
  if (answer === undefined) return goOn(request, response, context);
  if (answer instanceof Promise) return answer.then((settled) => send(response, settled));
  return send(response, answer);
}

function goOn(request: PlatformRequest, response: PlatformResponse, context: HookContext): HookOutcome {
  const exchange = beginExchange(request, response, context);
  if (!context.governance.asks || exchange.origin === undefined) return 'continue';
  const policy = exchange.policy();
  const asking = policy === undefined ? undefined : exchange.ask(policy);
  return asking === undefined ? 'continue' : asking.then(() => 'continue');
}

/** Begins the exchange of a request, with the policies that are in force now, and seals its response. */
export function beginExchange(
  request: PlatformRequest,
  response: PlatformResponse,
  { governance, matcher }: HookContext,
): Exchange {
  const exchange = new Exchange(request, originOf(request), governance, matcher);
  seal(rawResponse(response), exchange);
  return exchange;
}

function originOf({ headers }: PlatformRequest): string | undefined {
  const origin = headers['origin'];
  return typeof origin === 'string' || origin === undefined ? origin : origin.join(', ');
}

function send(response: PlatformResponse, { status, fields }: PreflightAnswer): 'answered' {
  response.hijack?.();
  const raw = rawResponse(response);
  raw.writeHead(status, fields);
  raw.end();
  return 'answered';
}
