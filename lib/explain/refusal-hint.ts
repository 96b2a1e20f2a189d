import { preflightFacts } from '../http/preflight.js';
import type { Sliced } from '../policy/slices.js';
import { allowsOrigin } from '../protocol/verdict.js';
import type { CorsVerdictReason } from '../verdicts/cors-verdict.js';
import type { CorsHint, ExplainableRequest } from './cors-explanation.js';
import { governingActual, governingPreflight, type ExplainContext, type Governing } from './governing.js';
import { headersStep, methodStep } from './preflight-steps.js';
import { readRequest, type PlainRequest } from './read-request.js';
import { originStep, type ExplainedStep } from './steps.js';

/** What was probably meant. */
export interface RefusalHint {
  readonly hint: CorsHint | undefined;
  readonly closest: string | undefined;
}

const NOTHING: RefusalHint = { hint: undefined, closest: undefined };

/** A refusal to find the hint for. */
export interface Refused {
  readonly request: ExplainableRequest;
  /** What has refused it. */
  readonly where: string | undefined;
  readonly reason: CorsVerdictReason;
  /** Whether that is what the policy says which is only reported. */
  readonly isReported: boolean;
}

/**
 * How many allowed origins are looked at for the hints of one list of refusals: about a second of work. Anybody can fill all rows of
 * a ledger, and each is compared with the whole list of its policy.
 */
export const MAX_COMPARED = 5_000_000;

/**
 * The hints that `explain()` has for refused requests, in their order; none for those that are left when {@link MAX_COMPARED} is
 * used up. No function or source is asked. To be done in slices, of which each takes as long as `explain()` does.
 */
export function* refusalHints(
  refused: readonly Refused[],
  context: ExplainContext,
): Sliced<readonly RefusalHint[]> {
  const hints: RefusalHint[] = [];
  let left = MAX_COMPARED;
  for (const one of refused) {
    if (left <= 0) {
      hints.push(NOTHING);
      continue;
    }
    const request = readRequest(one.request);
    const found = governingOf(request, one.where, context);
    const governing = one.isReported ? found && toCome(found) : found;
    const step = governing && refusingStep(request, governing, one.reason);
    hints.push(step === undefined || step.passed ? NOTHING : { hint: step.hint, closest: step.closest });
    left -= governing?.entries.length ?? 0;
    yield;
  }
  return hints;
}

/** What governs a request now: of several versions the one that has refused it. */
export function governingOf(
  request: PlainRequest,
  where: string | undefined,
  context: ExplainContext,
): Governing | undefined {
  const facts = preflightFacts(request);
  if (facts === undefined) return governingActual(request, context);
  return governingPreflight(request, facts.method, context).find(({ report }) => report?.where === where);
}

/** What would govern with the fields to come. */
export function toCome(governing: Governing): Governing | undefined {
  const reported = governing.composed?.reported;
  return (
    reported && { ...governing, policy: reported.policy, composed: reported, entries: reported.fields.origin }
  );
}

function refusingStep(
  request: PlainRequest,
  governing: Governing,
  reason: CorsVerdictReason,
): ExplainedStep | undefined {
  const { policy } = governing;
  if (policy === undefined || policy.closed) return undefined;
  const facts = preflightFacts(request);
  // The options may have changed since.
  const isAboutOrigin = reason.startsWith('origin-') || reason === 'source-failed';
  if (isAboutOrigin && allowsOrigin(policy, request.headers['origin'])) return undefined;
  switch (reason) {
    case 'method-not-allowed':
      return facts && methodStep(governing, policy, facts.method);
    case 'headers-not-allowed':
      return facts && headersStep(governing, policy, facts.headers);
    case 'origin-malformed':
      return originStep(governing, policy, request.headers['origin'], { reason, ...UNASKED });
    case 'origin-not-allowed':
    case 'source-failed':
      return originStep(governing, policy, request.headers['origin'], {
        reason: 'origin-not-allowed',
        ...UNASKED,
      });
    default:
      return undefined;
  }
}

const UNASKED = { failures: [], afterGuards: undefined };
