import type { AskedRule } from '../policy/origin-set.js';
import type { Policy } from '../policy/policy.js';
import {
  decideOrigin,
  decidePreflight,
  type OriginReason,
  type PreflightFacts,
  type PreflightReason,
  type PreflightVerdict,
} from '../protocol/verdict.js';
import { askSources, type AskedAnswer } from './ask-sources.js';
import type { AskedRequest } from './asked-request.js';

/** What one of the policies of a preflight's target says. */
export interface PolicyVerdict {
  /** Which of the policies. */
  readonly at: number;
  readonly policy: Policy;
  readonly verdict: PreflightVerdict;
}

/**
 * The verdict of the first policy that approves all of a preflight; where none does, of the one with which it got furthest.
 * Later, if a source has to be waited for.
 *
 * @param policies - one or more; from `at` on they have not been asked yet
 * @param closest - of those that have been asked
 */
export function firstApproval(
  policies: readonly Policy[],
  facts: PreflightFacts,
  asking: Asking,
  at = 0,
  closest?: PolicyVerdict,
): PolicyVerdict | Promise<PolicyVerdict> {
  const policy = policies[at];
  if (policy === undefined) return closest as PolicyVerdict;
  const reason = asking.decide(policy, facts.origin);
  return reason instanceof Promise
    ? reason.then((settled) => approvalOf(settled, policies, facts, asking, at, closest))
    : approvalOf(reason, policies, facts, asking, at, closest);
}

/** The verdict of the policy at `at`, if it approves the preflight; else the first approval behind it. */
function approvalOf(
  reason: OriginReason,
  policies: readonly Policy[],
  facts: PreflightFacts,
  asking: Asking,
  at: number,
  closest: PolicyVerdict | undefined,
): PolicyVerdict | Promise<PolicyVerdict> {
  const policy = policies[at] as Policy;
  const one = { at, policy, verdict: decidePreflight(policy, facts, reason) };
  if (one.verdict.reason === 'preflight-approved') return one;
  const isCloser = closest === undefined || progressOf(one) > progressOf(closest);
  return firstApproval(policies, facts, asking, at + 1, isCloser ? one : closest);
}

/** How far a preflight got: of several policies that refuse it, the one counts where that is furthest. */
function progressOf({ policy, verdict }: PolicyVerdict): number {
  return policy.closed ? -1 : PROGRESS.indexOf(verdict.reason);
}

const PROGRESS: readonly PreflightReason[] = [
  'origin-malformed',
  'origin-not-allowed',
  'method-not-allowed',
  'headers-not-allowed',
];

/**
 * Asks sources for one request. All its policies share the view that sources get: no source is asked twice, and what one has
 * read for a policy that refuses decides as well which policy answers.
 */
export abstract class Asking {
  /** The request as sources see it, once one is asked. */
  view: AskedRequest | undefined = undefined;

  decide(policy: Policy, origin: string): OriginReason | Promise<OriginReason> {
    const reason = decideOrigin(policy, origin);
    if (reason !== 'origin-undecided') return reason;
    const answer = this.ask(policy.origin.asked, origin, (this.view ??= this.newView()));
    return answer instanceof Promise ? answer.then(reasonOf) : reasonOf(answer);
  }

  protected abstract newView(): AskedRequest;

  protected ask(asked: readonly AskedRule[], origin: string, view: AskedRequest): AskedAnswer {
    return askSources(asked, { origin, view });
  }
}

function reasonOf(allowedBy: AskedRule | undefined): OriginReason {
  return allowedBy === undefined ? 'origin-not-allowed' : 'origin-allowed';
}
