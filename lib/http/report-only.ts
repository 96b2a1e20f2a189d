import { setImmediate } from 'node:timers/promises';
import type { Policy } from '../policy/policy.js';
import type { ComposedPolicy } from '../policy/policy-composer.js';
import {
  allowsReading,
  decideOrigin,
  decidePreflight,
  type OriginReason,
  type PreflightFacts,
} from '../protocol/verdict.js';
import { kindOf } from '../routing/governing-kind.js';
import type { CorsReportOnlyVerdict, CorsVerdict, CorsVerdictReason } from '../verdicts/cors-verdict.js';
import { askSources } from './ask-sources.js';
import type { AskedRequest } from './asked-request.js';

/** A request about which the policy in force has decided. */
export interface ReportedRequest extends Pick<CorsVerdict, 'kind' | 'origin' | 'outcome' | 'status'> {
  /** Of a preflight. */
  readonly facts: PreflightFacts | undefined;
  /** Whether the request has cookies, and the policy in force lets scripts use them. */
  readonly usesCredentials: boolean;
  /** Whether the origin is the app's own. */
  readonly isOwn: () => boolean;
  /** What the sources of a policy have said, `undefined` if they have not been asked as a whole. */
  readonly answerOf: (policy: Policy) => boolean | undefined;
  /** The request as sources see it. */
  readonly view: () => AskedRequest;
}

/**
 * What becomes of a request under a policy that is only reported. Later, if a source has to be asked for it: behind the response,
 * which does not wait, and with as much time as a source has elsewhere. A source that fails refuses, and is not logged.
 */
export function decideReported(
  reported: ComposedPolicy,
  request: ReportedRequest,
): CorsReportOnlyVerdict | Promise<CorsReportOnlyVerdict> {
  const { policy } = reported;
  if (request.kind === 'upgrade' && !policy.enforce) return verdictOf(request, 'allowed', 'enforce-off');
  const reason = decideOrigin(policy, request.origin);
  if (reason !== 'origin-undecided') return decide(reported, request, reason);
  const known = request.answerOf(policy);
  if (known !== undefined) return decide(reported, request, reasonOf(known));
  return ask(reported, request);
}

async function ask(reported: ComposedPolicy, request: ReportedRequest): Promise<CorsReportOnlyVerdict> {
  const view = request.view();
  // Behind all that the response has to do: a source may take its time before it returns anything.
  await setImmediate();
  const { asked } = reported.policy.origin;
  const by = await askSources(asked, { origin: request.origin, view, failed: () => {} });
  const isFailed = by === undefined && view.hasFailed(asked.flatMap(({ sources }) => sources));
  if (isFailed && !request.isOwn()) return refusal(reported.policy, request, 'source-failed');
  return decide(reported, request, reasonOf(by !== undefined));
}

function reasonOf(isAllowed: boolean): OriginReason {
  return isAllowed ? 'origin-allowed' : 'origin-not-allowed';
}

function decide(
  reported: ComposedPolicy,
  request: ReportedRequest,
  originReason: OriginReason,
): CorsReportOnlyVerdict {
  const { policy } = reported;
  const { facts } = request;
  const reason: CorsVerdictReason =
    facts === undefined
      ? (originReason as CorsVerdictReason)
      : decidePreflight(policy, facts, originReason).reason;
  if (facts === undefined ? allowsReading(originReason) : reason === 'preflight-approved') {
    if (!request.usesCredentials || policy.credentials) return verdictOf(request, 'allowed', reason);
    return verdictOf(request, 'refused', 'credentials-not-allowed');
  }
  if (facts === undefined && request.isOwn()) return verdictOf(request, 'allowed', 'same-origin');
  const kind = kindOf({ governed: reported, isAmbiguous: false });
  return refusal(policy, request, kind === 'policy-found' ? reason : kind);
}

function refusal(
  { enforce }: Policy,
  request: ReportedRequest,
  reason: CorsVerdictReason,
): CorsReportOnlyVerdict {
  return verdictOf(request, 'refused', reason, request.kind === 'preflight' || enforce ? 403 : undefined);
}

function verdictOf(
  now: ReportedRequest,
  outcome: CorsReportOnlyVerdict['outcome'],
  reason: CorsVerdictReason,
  status?: number,
): CorsReportOnlyVerdict {
  return { outcome, reason, status, difference: differenceOf(now, outcome, status) };
}

function differenceOf(
  now: ReportedRequest,
  outcome: CorsReportOnlyVerdict['outcome'],
  status: number | undefined,
): CorsReportOnlyVerdict['difference'] {
  if (outcome === 'allowed') return now.outcome === 'refused' ? 'would be allowed' : undefined;
  // Its handler runs today, whoever reads what it answers.
  const isWalledOff = status === 403 && now.status !== 403;
  return now.outcome === 'allowed' || isWalledOff ? 'would be refused' : undefined;
}
