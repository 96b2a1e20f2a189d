import { setImmediate } from 'node:timers/promises';
import type { AskedRule } from '../policy/origin-set.js';
import { enforcedOn } from '../policy/enforcement.js';
import type { Policy } from '../policy/policy.js';
import { allowsReading, type OriginReason, type PreflightFacts } from '../protocol/verdict.js';
import type { Ruling } from '../routing/governance.js';
import { kindOf } from '../routing/governing-kind.js';
import type { CorsDifference, CorsReportOnlyVerdict, CorsVerdictReason } from '../verdicts/cors-verdict.js';
import { askSources } from './ask-sources.js';
import type { AskedRequest } from './asked-request.js';
import { hasFailed, type Decided, type Decision } from './decided.js';
import { Asking, firstApproval } from './first-approval.js';

/** What policies say that are only reported. */
export interface Reported extends Pick<CorsReportOnlyVerdict, 'reason' | 'status'> {
  /** As in {@link Decision.isAllowed}. */
  readonly isAllowed: boolean;
}

/**
 * What would become of a request if the fields to come were in force; `undefined` where there are none. Later, if a source has to
 * be asked for it: behind the response, which does not wait, and with as much time as a source has elsewhere. A source that fails
 * refuses, and is not logged.
 */
export function decideReported(decided: Decided): Reported | Promise<Reported> | undefined {
  const { targets, target, facts } = decided;
  if (targets.every(({ ruling }) => ruling.governed?.reported === undefined)) return undefined;
  return facts === undefined
    ? exchangeToCome(rulingToCome(target.ruling), decided)
    : preflightToCome(
        targets.map(({ ruling }) => rulingToCome(ruling)),
        decided,
        facts,
      );
}

/** What would govern there. */
function rulingToCome(ruling: Ruling): Ruling {
  const governed = ruling.governed?.reported;
  return governed === undefined ? ruling : { ...ruling, governed, policy: governed.policy };
}

function preflightToCome(
  rulings: readonly Ruling[],
  decided: Decided,
  facts: PreflightFacts,
): Reported | Promise<Reported> {
  const policies = rulings.map(({ policy }) => policy as Policy);
  const found = firstApproval(policies, facts, new AskingBehind(decided));
  return found instanceof Promise ? found.then(reportedOf) : reportedOf(found);

  function reportedOf({ at, policy, verdict }: Awaited<typeof found>): Reported {
    const { reason } = verdict;
    if (reason === 'preflight-approved') return allowed(reason);
    const isFailed = reason === 'origin-not-allowed' && hasFailed(decided.view, policy);
    return refused(rulings[at] as Ruling, isFailed ? 'source-failed' : reason, 403);
  }
}

function exchangeToCome(ruling: Ruling, decided: Decided): Reported | Promise<Reported> {
  const policy = ruling.policy as Policy;
  if (decided.kind === 'upgrade' && policy.enforce === false) return allowed('enforce-off');
  const known = decided.answerOf(policy);
  if (known !== undefined) return reportedOf(known ? 'origin-allowed' : 'origin-not-allowed');
  const reason = new AskingBehind(decided).decide(policy, decided.origin);
  return reason instanceof Promise ? reason.then(reportedOf) : reportedOf(reason);

  function reportedOf(originReason: OriginReason): Reported {
    const because = originReason as CorsVerdictReason;
    if (!allowsReading(originReason)) {
      // A handshake is a GET that may change something.
      const isWalledOff = decided.kind === 'upgrade' || enforcedOn(policy.enforce, decided.method);
      const isFailed = policy.origin.asked.length > 0 && hasFailed(decided.view, policy);
      return refused(ruling, isFailed ? 'source-failed' : because, isWalledOff ? 403 : undefined);
    }
    const isLost = usesCredentials(decided) && !policy.credentials;
    return isLost ? refused(ruling, 'credentials-not-allowed', undefined) : allowed(because);
  }
}

/** Whether the request has cookies, and the policy in force lets scripts use them. */
function usesCredentials({ request, target }: Decided): boolean {
  return target.ruling.policy?.credentials === true && request.headers['cookie'] !== undefined;
}

function allowed(reason: CorsVerdictReason): Reported {
  return { isAllowed: true, reason, status: undefined };
}

function refused(ruling: Ruling, because: CorsVerdictReason, status: number | undefined): Reported {
  const kind = kindOf(ruling);
  return { isAllowed: false, reason: kind === 'policy-found' ? because : kind, status };
}

class AskingBehind extends Asking {
  constructor(private readonly decided: Decided) {
    super();
  }

  protected newView(): AskedRequest {
    return this.decided.view;
  }

  protected override async ask(
    asked: readonly AskedRule[],
    origin: string,
    view: AskedRequest,
  ): Promise<AskedRule | undefined> {
    // Behind all that the response has to do: a source may take its time before it returns anything.
    await setImmediate();
    return askSources(asked, { origin, view, failed: () => {} });
  }
}

/**
 * What would change for a request. Whether the origin is the app's own is looked for last: it need not be where both policies say
 * the same, as nearly always.
 */
export function differenceOf(now: Decision, reported: Reported): CorsDifference | undefined {
  if (reported.isAllowed) return now.outcome === 'refused' ? 'would be allowed' : undefined;
  // Its handler runs today, whoever reads what it answers.
  const isWalledOff = reported.status === 403 && now.status !== 403;
  if (!now.isAllowed && !isWalledOff) return undefined;
  return now.isOwn ? undefined : 'would be refused';
}

/** What is published of it. */
export function reportOnlyVerdict(
  now: Decision,
  reported: Reported,
  difference: CorsDifference | undefined,
): CorsReportOnlyVerdict {
  const isOwn = !reported.isAllowed && now.isOwn;
  const { reason, status } = reported;
  if (isOwn) return { outcome: 'allowed', reason: 'same-origin', status: undefined, difference };
  return { outcome: reported.isAllowed ? 'allowed' : 'refused', reason, status, difference };
}
