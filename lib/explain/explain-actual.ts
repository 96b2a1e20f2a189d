import { AskedRequest } from '../http/asked-request.js';
import { isSameOrigin } from '../http/same-origin.js';
import { sealedFields } from '../http/sealed-fields.js';
import { NO_CORS } from '../policy/policy.js';
import { addVary } from '../protocol/vary.js';
import { allowsReading, decideOrigin } from '../protocol/verdict.js';
import type { PathParams } from '../routing/route-matcher.js';
import { Asking } from './asking.js';
import type { CorsExplanation, CorsReason } from './cors-explanation.js';
import { clausesOf, corsFieldsOf, subjectOf, toStep } from './explanation-parts.js';
import { governingActual, type ExplainContext, type Governing } from './governing.js';
import type { PlainRequest } from './read-request.js';
import {
  enforceStep,
  governingSteps,
  originStep,
  sameOriginStep,
  ungovernedSteps,
  type ExplainedStep,
} from './steps.js';
import { originText } from './words.js';

/** What is decided of an actual request. */
interface Decision {
  readonly steps: readonly ExplainedStep[];
  /** Whether the response lets scripts on the origin read it. */
  readonly allowed: boolean;
  /** Whether a source that decides after the guards has the last word. */
  readonly waits: boolean;
  readonly fields: Readonly<Record<string, string>>;
}

/** Explains an actual request. */
export async function explainActual(
  request: PlainRequest,
  context: ExplainContext,
): Promise<CorsExplanation> {
  const origin = request.headers['origin'];
  const subject = subjectOf(request, request.method);
  const found = governingActual(request, context);
  const candidates = found === 'ambiguous' ? [] : found;
  const [governing] = candidates;
  const decision =
    governing === undefined
      ? {
          steps: ungovernedSteps(found === 'ambiguous', subject),
          allowed: false,
          waits: false,
          fields: {},
        }
      : await decide(governing, request, subject, context);
  const isOwn = !decision.allowed && origin !== undefined && isSameOrigin(request, origin);
  const allowed = decision.allowed || isOwn;
  const enforced = enforcement(governing, allowed || origin === undefined, decision.waits && !isOwn);
  const steps = [...decision.steps, ...(isOwn ? [sameOriginStep(governing)] : []), ...enforced];
  const deciding = (
    allowed ? steps.findLast(isOriginStep) : steps.find(({ passed }) => !passed)
  ) as ExplainedStep;
  return {
    kind: 'actual',
    method: request.method,
    origin,
    route: governing?.report,
    candidates: candidates.map(({ report }) => report),
    allowed,
    reason: deciding.reason as CorsReason,
    steps: steps.map(toStep),
    closest: deciding.closest,
    hint: deciding.hint,
    fields: decision.fields,
    status: enforced.some(({ passed }) => !passed) ? 403 : undefined,
    message: messageOf(origin, subject, deciding, decision.steps, enforced),
  };
}

function isOriginStep({ step }: ExplainedStep): boolean {
  return step === 'origin';
}

async function decide(
  governing: Governing,
  request: PlainRequest,
  subject: string,
  { matcher }: ExplainContext,
): Promise<Decision> {
  const { policy } = governing;
  const steps = governingSteps(governing, subject);
  if (policy === undefined) return { steps, allowed: false, waits: false, fields: {} };
  const origin = request.headers['origin'];
  const findParams = (): PathParams | undefined => matcher.targetParams(request, request.method);
  const view = new AskedRequest(request, request.method, false, findParams);
  const verdict = await new Asking(view).decide(policy, origin);
  const allowed = allowsReading(verdict.reason);
  const waits =
    policy.origin.afterGuards &&
    decideOrigin(policy, origin) === 'origin-undecided' &&
    (!allowed || verdict.afterGuards !== undefined);
  const vary = addVary('Origin', view.headersRead.join(', ')) as string;
  return {
    steps:
      policy === NO_CORS
        ? steps
        : [
            ...steps,
            originStep(governing, policy, origin, {
              ...verdict,
              reason: allowed && waits ? 'origin-may-be-allowed' : verdict.reason,
            }),
          ],
    allowed,
    waits,
    fields: corsFieldsOf(sealedFields(policy, { allowed, origin: origin ?? '', vary }, undefined, undefined)),
  };
}

/** The guard, and the interceptor behind all guards, stand in front of handlers only. */
function enforcement(
  governing: Governing | undefined,
  mayPass: boolean,
  waits: boolean,
): readonly ExplainedStep[] {
  const policy = governing?.policy;
  if (governing === undefined || policy === undefined || policy === NO_CORS || !governing.isRoute) return [];
  return [enforceStep(governing, policy, mayPass, waits)];
}

function messageOf(
  origin: string | undefined,
  subject: string,
  deciding: ExplainedStep,
  steps: readonly ExplainedStep[],
  enforced: readonly ExplainedStep[],
): string {
  if (deciding.passed) {
    return `${origin === undefined ? 'Any origin' : originText(origin)} may read ${subject}: ${deciding.message}.`;
  }
  const who = origin === undefined ? 'No script of another origin may' : `${originText(origin)} may not`;
  const unless =
    deciding.reason === 'no-policy' || deciding.reason === 'path-ambiguous'
      ? ' unless the app itself says so'
      : '';
  const refusal = `${who} read ${subject}${unless}: ${clausesOf(steps)}.`;
  return [refusal, ...(origin === undefined ? [] : enforced.map(outcomeOf))].join(' ');
}

function outcomeOf({ passed, reason }: ExplainedStep): string {
  if (reason === 'enforce-after-guards') return 'Whether the handler runs is decided after the guards.';
  return passed
    ? 'The handler runs all the same.'
    : 'The request is answered with 403 before the handler runs.';
}
