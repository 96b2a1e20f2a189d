import type { Policy } from '../policy/policy.js';
import { answerPreflight, PREFLIGHT_VARY, type PreflightAnswer } from '../protocol/header-fields.js';
import { addVary } from '../protocol/vary.js';
import { decideOrigin, decidePreflight, type PreflightFacts } from '../protocol/verdict.js';
import { requestPath } from '../routing/request-path.js';
import type { PlatformRequest } from '../routing/route-matcher.js';
import { askSources } from './ask-sources.js';
import { AskedRequest } from './asked-request.js';
import type { HookContext } from './hook-context.js';

/** The answer to a preflight; `undefined` if the request is none, or is the app's own business. */
export function preflightAnswer(
  request: PlatformRequest,
  context: HookContext,
): PreflightAnswer | Promise<PreflightAnswer> | undefined {
  const facts = preflightFacts(request);
  if (facts === undefined) return undefined;
  const policies = targetPolicies(request, facts.method, context);
  return policies.length === 0 ? undefined : firstApproval(policies, 0, request, facts);
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

/**
 * The answer of the first policy that approves all of the preflight; a refusal if none does.
 *
 * @param asked - the view that sources have been asked with; one for all policies, because what a source has read for
 * one that refuses decides as well who answers
 */
function firstApproval(
  policies: readonly Policy[],
  index: number,
  request: PlatformRequest,
  facts: PreflightFacts,
  asked?: AskedRequest,
): PreflightAnswer | Promise<PreflightAnswer> {
  const policy = policies[index] as Policy;
  const isLast = index === policies.length - 1;
  const decided = (
    reason: ReturnType<typeof decideOrigin>,
    view = asked,
  ): ReturnType<typeof firstApproval> => {
    const verdict = decidePreflight(policy, facts, reason);
    if (verdict.reason !== 'preflight-approved' && !isLast) {
      return firstApproval(policies, index + 1, request, facts, view);
    }
    const vary = view === undefined ? PREFLIGHT_VARY : addVary(PREFLIGHT_VARY, view.headersRead.join(', '));
    return answerPreflight(policy, facts, verdict, vary as string);
  };
  const reason = decideOrigin(policy, facts.origin);
  if (reason !== 'origin-undecided') return decided(reason);
  const view = asked ?? new AskedRequest(request, facts.method, true);
  const answered = (allowed: boolean): ReturnType<typeof firstApproval> =>
    decided(allowed ? 'origin-allowed' : 'origin-not-allowed', view);
  const answer = askSources(policy.origin.asked, facts.origin, view);
  return typeof answer === 'boolean' ? answered(answer) : answer.then(answered);
}
