import type { Policy } from '../policy/policy.js';
import {
  answerPreflight,
  PREFLIGHT_VARY,
  refusePreflight,
  type PreflightAnswer,
} from '../protocol/header-fields.js';
import { addVary } from '../protocol/vary.js';
import { REFUSED, type PreflightFacts } from '../protocol/verdict.js';
import type { Arrival } from '../routing/governance.js';
import type { CorsRoute } from '../routing/cors-route.js';
import { requestPath } from '../routing/request-path.js';
import type { PlatformRequest, RouteMatcher } from '../routing/route-matcher.js';
import { AskedRequest } from './asked-request.js';
import { announce, isHeard } from './announce.js';
import { DecidedPreflight } from './decided.js';
import { Asking, firstApproval, type PolicyVerdict } from './first-approval.js';
import type { HookContext } from './hook-context.js';

/**
 * The answer to a preflight; `undefined` if the request is none, or is the app's own business. Final: the verdict on it is
 * published here.
 *
 * @param mayWait - whether whoever answers can wait for sources; otherwise it is refused where one would have to be waited for
 */
export function preflightAnswer(
  request: PlatformRequest,
  context: HookContext,
): PreflightAnswer | Promise<PreflightAnswer> | undefined;
export function preflightAnswer(
  request: PlatformRequest,
  context: HookContext,
  mayWait: false,
): PreflightAnswer | undefined;
export function preflightAnswer(
  request: PlatformRequest,
  context: HookContext,
  mayWait = true,
): PreflightAnswer | Promise<PreflightAnswer> | undefined {
  const facts = preflightFacts(request);
  if (facts === undefined || context.mounts.cover(request.url)) return undefined;
  const target = new PreflightTarget(request, facts.method, context.matcher);
  const policies = policiesOf(target, context);
  if (policies.length === 0) return undefined;
  const found = firstApproval(policies, facts, target);
  if (!(found instanceof Promise)) return conclude(found, facts, target, context);
  if (mayWait) return found.then((settled) => conclude(settled, facts, target, context));
  return conclude({ at: 0, policy: policies[0] as Policy, verdict: REFUSED }, facts, target, context);
}

function conclude(
  found: PolicyVerdict,
  facts: PreflightFacts,
  target: PreflightTarget,
  context: HookContext,
): PreflightAnswer {
  const { policy, verdict } = found;
  const answer =
    verdict.reason === 'preflight-approved'
      ? answerPreflight(policy, facts, verdict, target.vary())
      : refusePreflight(target.vary());
  if (isHeard(context)) announcePreflight(found, answer, facts, target, context);
  return answer;
}

function announcePreflight(
  { at, verdict }: PolicyVerdict,
  { status }: PreflightAnswer,
  facts: PreflightFacts,
  target: PreflightTarget,
  context: HookContext,
): void {
  const { governance, matcher } = context;
  const { request } = target;
  const routes = matcher.targetsOf(request, facts.method);
  const targets = (routes.length === 0 ? [undefined] : routes)
    .map((route) => ({ route, ruling: governance.rulingOf(route, target) }))
    .filter(({ ruling }) => ruling.policy !== undefined);
  // Under options that are gone by now, it may have been another one.
  if (at >= targets.length) return;
  const view = target.view ?? preflightView(request, facts.method, matcher);
  announce(new DecidedPreflight(request, context, targets, at, facts, verdict.reason, status, view));
}

/**
 * A preflight is OPTIONS with `Origin` and `Access-Control-Request-Method`, and nothing less.
 *
 * @see Fetch, "HTTP requests": "CORS-preflight request"
 */
export function preflightFacts({ method, headers }: PlatformRequest): PreflightFacts | undefined {
  if (method !== 'OPTIONS') return undefined;
  const origin = headers['origin'];
  const requested = headers['access-control-request-method'];
  if (typeof origin !== 'string' || typeof requested !== 'string') return undefined;
  const asked = headers['access-control-request-headers'];
  return { origin, method: requested, headers: typeof asked === 'string' ? asked : asked?.join(',') };
}

/** The policies of a target; several where versions share a path, none where the path is unmanaged. */
function policiesOf(target: PreflightTarget, { governance, matcher }: HookContext): readonly Policy[] {
  const routes = matcher.targetsOf(target.request, target.method);
  if (routes.length < 2) {
    const policy = governance.policyOf(routes[0], target);
    return policy === undefined ? [] : [policy];
  }
  return routes.map((route) => governance.policyOf(route, target)).filter((policy) => policy !== undefined);
}

/** The actual request that a preflight announces, as far as it decides what governs it and what its sources say. */
export class PreflightTarget extends Asking implements Arrival {
  readonly isRewritten = false;

  constructor(
    readonly request: PlatformRequest,
    readonly method: string,
    private readonly matcher: RouteMatcher,
  ) {
    super();
  }

  get path(): string | undefined {
    return requestPath(this.request.url);
  }

  othersAt(): readonly CorsRoute[] {
    return this.matcher.othersAt(this.request, this.method);
  }

  /** What sources have read of a preflight decides which policy answers it, so it joins `Vary`. */
  vary(): string {
    if (this.view === undefined) return PREFLIGHT_VARY;
    return addVary(PREFLIGHT_VARY, this.view.headersRead.join(', '));
  }

  protected newView(): AskedRequest {
    return preflightView(this.request, this.method, this.matcher);
  }
}

/** A preflight as sources see it. */
export function preflightView(request: PlatformRequest, method: string, matcher: RouteMatcher): AskedRequest {
  return new AskedRequest(request, method, true, () => matcher.targetParams(request, method));
}
