import { preflightFacts } from '../http/preflight.js';
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

/**
 * The hint that `explain()` has for a refused request. No function or source is asked.
 *
 * @param where - what has refused it
 * @param reason - why
 * @param isReported - whether that is what the policy says which is only reported
 */
export function refusalHint(
  given: ExplainableRequest,
  where: string | undefined,
  reason: CorsVerdictReason,
  isReported: boolean,
  context: ExplainContext,
): RefusalHint {
  const request = readRequest(given);
  const found = governingOf(request, where, context);
  const governing = isReported ? found && toCome(found) : found;
  const step = governing && refusingStep(request, governing, reason);
  return step === undefined || step.passed ? NOTHING : { hint: step.hint, closest: step.closest };
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
