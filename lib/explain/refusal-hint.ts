import { preflightFacts } from '../http/preflight.js';
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
 */
export function refusalHint(
  given: ExplainableRequest,
  where: string | undefined,
  reason: CorsVerdictReason,
  context: ExplainContext,
): RefusalHint {
  const request = readRequest(given);
  const governing = governingOf(request, where, context);
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

function refusingStep(
  request: PlainRequest,
  governing: Governing,
  reason: CorsVerdictReason,
): ExplainedStep | undefined {
  const { policy } = governing;
  if (policy === undefined || policy.closed) return undefined;
  const facts = preflightFacts(request);
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
