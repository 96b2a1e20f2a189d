import type { AskedRule } from '../policy/origin-set.js';
import type { Policy } from '../policy/policy.js';
import {
  answerPreflight,
  PREFLIGHT_VARY,
  refusePreflight,
  type PreflightAnswer,
} from '../protocol/header-fields.js';
import { addVary } from '../protocol/vary.js';
import {
  decideOrigin,
  decidePreflight,
  type OriginReason,
  type PreflightFacts,
  type PreflightReason,
} from '../protocol/verdict.js';
import type { Arrival } from '../routing/governance.js';
import type { CorsRoute } from '../routing/cors-route.js';
import { requestPath } from '../routing/request-path.js';
import type { PlatformRequest, RouteMatcher } from '../routing/route-matcher.js';
import { askSources } from './ask-sources.js';
import { AskedRequest } from './asked-request.js';
import { announcePreflight, isHeard } from './announce.js';
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
  const asking = new Asking(request, facts.method, context.matcher);
  const found = firstApproval(policies, facts, asking);
  const answer = mayWait || !(found instanceof Promise) ? found : refusePreflight(PREFLIGHT_VARY);
  if (isHeard(context)) announce(answer, facts, request, context, asking);
  return answer;
}

/** Publishes the verdict, once it is known. */
function announce(
  answer: PreflightAnswer | Promise<PreflightAnswer>,
  facts: PreflightFacts,
  request: PlatformRequest,
  context: HookContext,
  asking: Asking,
): void {
  if (answer instanceof Promise) {
    void answer.then((settled) => announce(settled, facts, request, context, asking));
    return;
  }
  const { governance, matcher } = context;
  const target = new PreflightTarget(request, facts.method, matcher);
  const routes = matcher.targetsOf(request, facts.method);
  const all = (routes.length === 0 ? [undefined] : routes)
    .map((route) => ({ request, context, route, ruling: governance.rulingOf(route, target) }))
    .filter(({ ruling }) => ruling.policy !== undefined);
  const decided = all[asking.at];
  // Under options that are gone by now, it may have been another one.
  if (decided === undefined) return;
  const { reason, view } = asking;
  announcePreflight(facts, { reason, status: answer.status, view }, decided);
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

/** The answer of the first policy, from the given one on, that approves all of the preflight; else a refusal. */
function firstApproval(
  policies: readonly Policy[],
  facts: PreflightFacts,
  asking: Asking,
  from = 0,
): PreflightAnswer | Promise<PreflightAnswer> {
  for (let at = from; at < policies.length; at++) {
    const reason = asking.decide(policies[at] as Policy, facts.origin);
    if (reason instanceof Promise) {
      return reason.then(
        (settled) =>
          approval(policies, at, facts, settled, asking) ?? firstApproval(policies, facts, asking, at + 1),
      );
    }
    const approved = approval(policies, at, facts, reason, asking);
    if (approved !== undefined) return approved;
  }
  return refusePreflight(asking.vary());
}

function approval(
  policies: readonly Policy[],
  at: number,
  facts: PreflightFacts,
  reason: OriginReason,
  asking: Asking,
): PreflightAnswer | undefined {
  const policy = policies[at] as Policy;
  const verdict = decidePreflight(policy, facts, reason);
  if (
    at === 0 ||
    progressOf(policy, verdict.reason) > progressOf(policies[asking.at] as Policy, asking.reason)
  ) {
    asking.at = at;
    asking.reason = verdict.reason;
  }
  return verdict.reason === 'preflight-approved'
    ? answerPreflight(policy, facts, verdict, asking.vary())
    : undefined;
}

/** How far a preflight got: of several policies that refuse it, the one counts where that is furthest. */
function progressOf({ closed }: Policy, reason: PreflightReason): number {
  return closed ? -1 : PROGRESS.indexOf(reason);
}

const PROGRESS: readonly PreflightReason[] = [
  'origin-malformed',
  'origin-not-allowed',
  'method-not-allowed',
  'headers-not-allowed',
  'preflight-approved',
];

/**
 * Asks sources for one preflight. All its policies share the view that sources get: no source is asked twice, and what
 * one has read for a policy that refuses decides as well which policy answers, so it joins `Vary`.
 */
class Asking {
  view: AskedRequest | undefined = undefined;
  /** The index of the policy that has approved the preflight, else of the one that came closest to it. */
  at = 0;
  /** What that one says. */
  reason: PreflightReason = 'origin-not-allowed';

  constructor(
    private readonly request: PlatformRequest,
    private readonly method: string,
    private readonly matcher: RouteMatcher,
  ) {}

  decide(policy: Policy, origin: string): OriginReason | Promise<OriginReason> {
    const reason = decideOrigin(policy, origin);
    if (reason !== 'origin-undecided') return reason;
    this.view ??= preflightView(this.request, this.method, this.matcher);
    const answer = askSources(policy.origin.asked, { origin, view: this.view });
    return answer instanceof Promise ? answer.then(reasonOf) : reasonOf(answer);
  }

  vary(): string {
    if (this.view === undefined) return PREFLIGHT_VARY;
    return addVary(PREFLIGHT_VARY, this.view.headersRead.join(', '));
  }
}

/** A preflight as sources see it. */
export function preflightView(request: PlatformRequest, method: string, matcher: RouteMatcher): AskedRequest {
  return new AskedRequest(request, method, true, () => matcher.targetParams(request, method));
}

function reasonOf(allowedBy: AskedRule | undefined): OriginReason {
  return allowedBy === undefined ? 'origin-not-allowed' : 'origin-allowed';
}
