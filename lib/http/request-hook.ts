import type { Policy } from '../policy/policy.js';
import { answerPreflight, PREFLIGHT_VARY, type PreflightAnswer } from '../protocol/header-fields.js';
import { addVary } from '../protocol/vary.js';
import { decideOrigin, decidePreflight, type PreflightFacts } from '../protocol/verdict.js';
import type { Governance } from '../routing/governance.js';
import { requestPath } from '../routing/request-path.js';
import type { PlatformRequest, RouteMatcher } from '../routing/route-matcher.js';
import { askSources } from './ask-sources.js';
import { AskedRequest } from './asked-request.js';
import { Exchange } from './exchange.js';
import { seal, type SealableResponse } from './seal.js';

/** What the request hook needs; read anew for every request, so that the policies can change while the app runs. */
export interface HookContext {
  readonly governance: Governance;
  readonly matcher: RouteMatcher;
}

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
  const facts = preflightFacts(request);
  const answer = facts === undefined ? undefined : answerTo(request, facts, context);
  if (answer === undefined) return goOn(request, response, context);
  if (answer instanceof Promise) return answer.then((settled) => send(response, settled));
  return send(response, answer);
}

/**
 * A preflight is OPTIONS with `Origin` and `Access-Control-Request-Method`, and nothing less.
 *
 * @see Fetch, "HTTP requests": "CORS-preflight request"
 */
function preflightFacts({ method, headers }: PlatformRequest): PreflightFacts | undefined {
  if (method !== 'OPTIONS') return undefined;
  const origin = headers['origin'];
  const requested = headers['access-control-request-method'];
  if (typeof origin !== 'string' || typeof requested !== 'string') return undefined;
  const asked = headers['access-control-request-headers'];
  return { origin, method: requested, headers: typeof asked === 'string' ? asked : asked?.join(',') };
}

function goOn(request: PlatformRequest, response: PlatformResponse, context: HookContext): HookOutcome {
  const exchange = beginExchange(request, response, context);
  if (!context.governance.asks || exchange.origin === undefined) return 'continue';
  const policy = exchange.policy();
  const asking = policy === undefined ? undefined : askFor(exchange, policy);
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

/** Asks the sources of a policy, if that is still to be done; a promise if a source is asynchronous. */
export function askFor(exchange: Exchange, policy: Policy): Promise<void> | undefined {
  if (!exchange.isUndecided(policy)) return undefined;
  const view = new AskedRequest(exchange.request, exchange.request.method, false);
  const answer = askSources(policy.origin.asked, exchange.origin as string, view);
  if (typeof answer !== 'boolean') {
    return answer.then((allowed) => exchange.decide(policy, allowed, view.headersRead));
  }
  exchange.decide(policy, answer, view.headersRead);
  return undefined;
}

/** The answer to a preflight, `undefined` where it is the app's own business. */
function answerTo(
  request: PlatformRequest,
  facts: PreflightFacts,
  context: HookContext,
): PreflightAnswer | Promise<PreflightAnswer> | undefined {
  const policies = targetPolicies(request, facts.method, context);
  return policies.length === 0 ? undefined : firstApproval(policies, 0, request, facts);
}

/** The policies of the target; several where versions share a path. */
function targetPolicies(
  request: PlatformRequest,
  method: string,
  { governance, matcher }: HookContext,
): readonly Policy[] {
  const path = requestPath(request.originalUrl);
  if (path === undefined) return [];
  const routes = matcher.targetsOf(request, method);
  const policies =
    routes.length === 0
      ? [governance.paths.policyFor(path)]
      : routes.map((route) => governance.policies[route.index]);
  return policies.filter((policy) => policy !== undefined);
}

/** The answer of the first policy that approves all of the preflight; a refusal if none does. */
function firstApproval(
  policies: readonly Policy[],
  index: number,
  request: PlatformRequest,
  facts: PreflightFacts,
): PreflightAnswer | Promise<PreflightAnswer> {
  const policy = policies[index] as Policy;
  const isLast = index === policies.length - 1;
  const reason = decideOrigin(policy, facts.origin);
  const next = (decided: typeof reason, headersRead: readonly string[]) => {
    const verdict = decidePreflight(policy, facts, decided);
    if (verdict.reason !== 'preflight-approved' && !isLast)
      return firstApproval(policies, index + 1, request, facts);
    return answerPreflight(policy, facts, verdict, addVary(PREFLIGHT_VARY, headersRead.join(', ')) as string);
  };
  if (reason !== 'origin-undecided') return next(reason, []);
  const view = new AskedRequest(request, facts.method, true);
  const decide = (allowed: boolean) =>
    next(allowed ? 'origin-allowed' : 'origin-not-allowed', view.headersRead);
  const answer = askSources(policy.origin.asked, facts.origin, view);
  return typeof answer === 'boolean' ? decide(answer) : answer.then(decide);
}

function send(response: PlatformResponse, { status, fields }: PreflightAnswer): 'answered' {
  response.hijack?.();
  const raw = rawResponse(response);
  raw.writeHead(status, fields);
  raw.end();
  return 'answered';
}
