import { AskedRequest } from '../http/asked-request.js';
import { hostRefusal, ORIGIN_LOST } from '../http/app-log.js';
import { hasLostOrigin, isForeignByHost, isSameOrigin } from '../http/same-origin.js';
import { sealedFields } from '../http/sealed-fields.js';
import { refuseAll, wallsOf } from '../http/walls.js';
import { addVary } from '../protocol/vary.js';
import { allowsOrigin, allowsReading, decideOrigin } from '../protocol/verdict.js';
import type { Policy } from '../policy/policy.js';
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
  unservedStep,
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
  return explain(request, context, request);
}

/** Explains a request to change the protocol, which is no request that changes nothing, whatever its method is. */
export async function explainHandshake(
  request: PlainRequest,
  context: ExplainContext,
): Promise<CorsExplanation> {
  return explain(request, context, { ...request, method: HANDSHAKE });
}

/** The method of a handshake over HTTP/2, where it has one of its own. @see RFC 8441, section 4 */
const HANDSHAKE = 'CONNECT';

/** @param enforced - the request as `enforce` takes it */
async function explain(
  request: PlainRequest,
  context: ExplainContext,
  enforced: PlainRequest,
): Promise<CorsExplanation> {
  const origin = request.headers['origin'];
  const subject = subjectOf(request, request.method);
  const governing = governingActual(request, context);
  const decision = await decide(governing, request, subject, context);
  const { publicOrigins } = context.governance;
  const isOwn = !decision.allowed && origin !== undefined && isSameOrigin(request, origin, publicOrigins);
  const allowed = decision.allowed || isOwn;
  const isKeptOut =
    origin !== undefined || ((governing.policy?.enforce ?? false) !== false && hasLostOrigin(enforced));
  const mayPass = allowed || !isKeptOut;
  const enforcing =
    !mayPass && reachesNobody(governing, request)
      ? [unservedStep(governing)]
      : enforcement(governing, enforced, mayPass, decision.waits && !isOwn, publicOrigins);
  const steps = [...decision.steps, ...(isOwn ? [sameOriginStep(governing)] : []), ...enforcing];
  const deciding = (
    allowed ? steps.findLast(isOriginStep) : steps.find(({ passed }) => !passed)
  ) as ExplainedStep;
  return {
    kind: 'actual',
    method: request.method,
    origin,
    route: governing.report,
    candidates: governing.report === undefined ? [] : [governing.report],
    allowed,
    reason: deciding.reason as CorsReason,
    steps: steps.map(toStep),
    closest: deciding.closest,
    hint: deciding.hint,
    fields: decision.fields,
    status: enforcing.some(({ passed }) => !passed) ? 403 : undefined,
    message: messageOf(origin, subject, deciding, decision.steps, isKeptOut ? enforcing : []),
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
  const findParams = (): PathParams | undefined => matcher.paramsOf({ request, url: request.url });
  const view = new AskedRequest(request, request.method, false, findParams);
  const verdict = await new Asking(view).decide(policy, origin);
  const allowed = allowsReading(verdict.reason);
  const waits =
    policy.origin.afterGuards &&
    decideOrigin(policy, origin) === 'origin-undecided' &&
    (!allowed || verdict.afterGuards !== undefined);
  const vary = addVary('Origin', view.headersRead.join(', '));
  return {
    steps: policy.closed
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

/** The request hook, or the guard, stands in front of all that a policy governs; the interceptor in front of handlers. */
function enforcement(
  governing: Governing,
  request: PlainRequest,
  mayPass: boolean,
  waits: boolean,
  publicOrigins: ReadonlySet<string> | undefined,
): readonly ExplainedStep[] {
  const { policy } = governing;
  if (policy === undefined || (policy.closed && policy.enforce === false)) return [];
  const because = refusedBecause(request, publicOrigins);
  return [enforceStep(governing, policy, request.method, mayPass, waits, because)];
}

/** Why a request is refused that the policy does not allow, where something else than the policy has decided. */
function refusedBecause(
  request: PlainRequest,
  publicOrigins: ReadonlySet<string> | undefined,
): string | undefined {
  const origin = request.headers['origin'];
  if (origin === undefined) return ORIGIN_LOST;
  return isForeignByHost(request, origin, publicOrigins) ? hostRefusal(origin, request.host) : undefined;
}

/**
 * Whether a request for a version that nobody serves gets through where its policy refuses it: the hook lets through what one
 * of the versions might.
 */
function reachesNobody({ policy, rivals }: Governing, { method, headers }: PlainRequest): boolean {
  const origin = headers['origin'];
  const mayPass = (one: Policy): boolean =>
    (origin !== undefined && one.origin.asked.length > 0) || allowsOrigin(one, origin);
  const candidates = wallsOf([...rivals, policy], method);
  return candidates.length > 1 && !refuseAll(candidates, method, mayPass);
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
  const unless = deciding.reason === 'unmanaged' ? ' unless the app itself says so' : '';
  const refusal = `${who} read ${subject}${unless}: ${clausesOf(steps)}.`;
  return [refusal, ...enforced.map(outcomeOf)].join(' ');
}

function outcomeOf({ passed, reason, message }: ExplainedStep): string {
  if (reason === 'enforce-after-guards') return 'Whether the handler runs is decided after the guards.';
  if (reason === 'enforce-unserved') return `Nobody refuses the request, since ${message}.`;
  if (passed) return 'The handler runs all the same.';
  const because = message.indexOf(': ');
  const why = because === -1 ? '' : ` ${message.slice(because + 2)}.`;
  return `The request is answered with 403 before the handler runs.${why}`;
}
