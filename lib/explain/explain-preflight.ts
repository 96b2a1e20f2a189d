import type { AskedRequest } from '../http/asked-request.js';
import { preflightView } from '../http/preflight.js';
import type { Policy } from '../policy/policy.js';
import {
  answerPreflight,
  PREFLIGHT_VARY,
  refusePreflight,
  type PreflightAnswer,
} from '../protocol/header-fields.js';
import { addVary } from '../protocol/vary.js';
import { decidePreflight, type PreflightFacts } from '../protocol/verdict.js';
import { Asking, type OriginVerdict } from './asking.js';
import type { CorsExplanation, CorsHint, CorsReason } from './cors-explanation.js';
import { clausesOf, corsFieldsOf, subjectOf, toStep } from './explanation-parts.js';
import { governingPreflight, routeInUpperCase, type ExplainContext, type Governing } from './governing.js';
import { headersStep, methodStep } from './preflight-steps.js';
import type { PlainRequest } from './read-request.js';
import { governingSteps, originStep, type ExplainedStep } from './steps.js';
import { originText } from './words.js';

/** One that can govern the actual request, and what it says of the preflight. */
interface Candidate {
  readonly governing: Governing;
  readonly steps: readonly ExplainedStep[];
  /** The answer, if it approves the preflight. */
  readonly approval: PreflightAnswer | undefined;
}

/** Explains a preflight. It is approved if one of those that can govern the actual request approves all of it. */
export async function explainPreflight(
  request: PlainRequest,
  facts: PreflightFacts,
  context: ExplainContext,
): Promise<CorsExplanation> {
  const subject = subjectOf(request, facts.method);
  const found = governingPreflight(request, facts.method, context);
  const view = preflightView(request, facts.method, context.matcher);
  const isServed = found.some(({ isRoute }) => isRoute);
  const hint = isServed ? undefined : methodCaseHint(request, facts.method, context);
  const candidates = await decideAll(found, facts, view, (one) => governingSteps(one, subject, hint));
  const governed = candidates.filter(({ governing }) => governing.policy !== undefined);
  const approving = governed.find(({ approval }) => approval !== undefined);
  const deciding = (approving ?? furthest(governed) ?? candidates[0]) as Candidate;
  const refusal = approving === undefined ? deciding.steps.find(({ passed }) => !passed) : undefined;
  // Where the path is unmanaged, the preflight is the app's own business.
  const answer = governed.length === 0 ? undefined : (approving?.approval ?? refusePreflight(varyOf(view)));
  const refusing = governed.length === 0 ? deciding.steps : governed.flatMap(({ steps }) => steps);
  return {
    kind: 'preflight',
    method: facts.method,
    origin: facts.origin,
    route: deciding.governing.report,
    candidates: found.flatMap(({ report }) => report ?? []),
    allowed: approving !== undefined,
    reason: refusal === undefined ? 'preflight-approved' : (refusal.reason as CorsReason),
    steps: candidates.flatMap(({ steps }) => steps).map(toStep),
    closest: refusal?.closest,
    hint: refusal && (refusal.hint ?? hint),
    fields: corsFieldsOf(answer?.fields),
    status: answer?.status,
    message: messageOf(originText(facts.origin), subject, approving, refusing, answer),
  };
}

/** Of those that refuse, the one whose first refusal comes last. */
function furthest(candidates: readonly Candidate[]): Candidate | undefined {
  const [first] = candidates.toSorted((a, b) => firstRefusal(b) - firstRefusal(a));
  return first;
}

function firstRefusal({ steps }: Candidate): number {
  return steps.findIndex(({ passed }) => !passed);
}

/** Where no route serves the actual request because of how its method is written. */
function methodCaseHint(
  request: PlainRequest,
  method: string,
  context: ExplainContext,
): CorsHint | undefined {
  const meant = routeInUpperCase(request, method, context);
  if (meant === undefined) return undefined;
  return {
    code: 'method-case',
    message: `methods are case-sensitive, and ${meant.where} serves ${meant.method}`,
  };
}

/** Decides the candidates one after the other, up to the first that approves, as a live preflight is decided. */
async function decideAll(
  found: readonly Governing[],
  facts: PreflightFacts,
  view: AskedRequest,
  firstSteps: (governing: Governing) => readonly ExplainedStep[],
): Promise<readonly Candidate[]> {
  const asking = new Asking(view);
  const candidates: Candidate[] = [];
  for (const governing of found) {
    const { policy } = governing;
    const steps = firstSteps(governing);
    if (policy === undefined) {
      candidates.push({ governing, steps, approval: undefined });
      continue;
    }
    // oxlint-disable-next-line no-await-in-loop -- the sources of a later one are not asked if an earlier one approves
    const origin = await asking.decide(policy, facts.origin);
    const verdict = decidePreflight(policy, facts, origin.reason);
    const approved = verdict.reason === 'preflight-approved';
    candidates.push({
      governing,
      steps: policy.closed ? steps : [...steps, ...preflightSteps(governing, policy, facts, origin)],
      approval: approved ? answerPreflight(policy, facts, verdict, varyOf(view)) : undefined,
    });
    if (approved) break;
  }
  return candidates;
}

function preflightSteps(
  governing: Governing,
  policy: Policy,
  { origin, method, headers }: PreflightFacts,
  verdict: OriginVerdict,
): readonly ExplainedStep[] {
  return [
    originStep(governing, policy, origin, verdict),
    methodStep(governing, policy, method),
    headersStep(governing, policy, headers),
  ];
}

function varyOf({ headersRead }: AskedRequest): string {
  return addVary(PREFLIGHT_VARY, headersRead.join(', '));
}

function messageOf(
  origin: string,
  subject: string,
  approving: Candidate | undefined,
  refusing: readonly ExplainedStep[],
  answer: PreflightAnswer | undefined,
): string {
  if (approving !== undefined) {
    return `${origin} may send ${subject}: the policy of ${approving.governing.report?.where} approves the preflight.`;
  }
  const reasons = clausesOf(refusing);
  return answer === undefined
    ? `${origin} may not send ${subject} unless the app itself answers the preflight: ${reasons}.`
    : `${origin} may not send ${subject}: ${reasons}. The preflight is answered with ${answer.status}.`;
}
