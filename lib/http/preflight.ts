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
  const policies = targetPolicies(request, facts.method, context);
  if (policies.length === 0) return undefined;
  const asking = new AskingForPreflight(request, facts.method, context.matcher);
  const found = firstApproval(policies, facts, asking);
  if (!(found instanceof Promise)) return conclude(found, facts, asking, context);
  if (mayWait) return found.then((settled) => conclude(settled, facts, asking, context));
  return conclude({ at: 0, policy: policies[0] as Policy, verdict: REFUSED }, facts, asking, context);
}

function conclude(
  found: PolicyVerdict,
  facts: PreflightFacts,
  asking: AskingForPreflight,
  context: HookContext,
): PreflightAnswer {
  const { policy, verdict } = found;
  const answer =
    verdict.reason === 'preflight-approved'
      ? answerPreflight(policy, facts, verdict, asking.vary())
      : refusePreflight(asking.vary());
  if (isHeard(context)) announcePreflight(found, answer, facts, asking, context);
  return answer;
}

function announcePreflight(
  { at, verdict }: PolicyVerdict,
  { status }: PreflightAnswer,
  facts: PreflightFacts,
  { request, view }: AskingForPreflight,
  context: HookContext,
): void {
  const { governance, matcher } = context;
  const target = new PreflightTarget(request, facts.method, matcher);
  const routes = matcher.targetsOf(request, facts.method);
  const targets = (routes.length === 0 ? [undefined] : routes)
    .map((route) => ({ route, ruling: governance.rulingOf(route, target) }))
    .filter(({ ruling }) => ruling.policy !== undefined);
  // Under options that are gone by now, it may have been another one.
  if (at >= targets.length) return;
  const seen = view ?? preflightView(request, facts.method, matcher);
  announce(new DecidedPreflight(request, context, targets, at, facts, verdict.reason, status, seen));
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

/** The policies of the target; several where versions share a path, none where the path is unmanaged. */
function targetPolicies(
  request: PlatformRequest,
  method: string,
  { governance, matcher }: HookContext,
): readonly Policy[] {
  const routes = matcher.targetsOf(request, method);
  const target = new PreflightTarget(request, method, matcher);
  if (routes.length < 2) {
    const policy = governance.policyOf(routes[0], target);
    return policy === undefined ? [] : [policy];
  }
  return routes.map((route) => governance.policyOf(route, target)).filter((policy) => policy !== undefined);
}

/** The actual request that a preflight announces, as far as it decides what governs it. */
export class PreflightTarget implements Arrival {
  readonly isRewritten = false;

  constructor(
    private readonly request: PlatformRequest,
    private readonly method: string,
    private readonly matcher: RouteMatcher,
  ) {}

  get path(): string | undefined {
    return requestPath(this.request.url);
  }

  othersAt(): readonly CorsRoute[] {
    return this.matcher.othersAt(this.request, this.method);
  }
}

/** Asks the sources that a preflight's target has. */
class AskingForPreflight extends Asking {
  constructor(
    readonly request: PlatformRequest,
    private readonly method: string,
    private readonly matcher: RouteMatcher,
  ) {
    super();
  }

  protected newView(): AskedRequest {
    return preflightView(this.request, this.method, this.matcher);
  }

  /** What sources have read of a preflight decides which policy answers it, so it joins `Vary`. */
  vary(): string {
    if (this.view === undefined) return PREFLIGHT_VARY;
    return addVary(PREFLIGHT_VARY, this.view.headersRead.join(', '));
  }
}

/** A preflight as sources see it. */
export function preflightView(request: PlatformRequest, method: string, matcher: RouteMatcher): AskedRequest {
  return new AskedRequest(request, method, true, () => matcher.targetParams(request, method));
}
