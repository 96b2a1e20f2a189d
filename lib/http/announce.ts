import { channel } from 'node:diagnostics_channel';
import type { Policy } from '../policy/policy.js';
import { decideOrigin, type PreflightFacts, type PreflightReason } from '../protocol/verdict.js';
import type { CorsRoute } from '../routing/cors-route.js';
import type { Ruling } from '../routing/governance.js';
import { kindOf } from '../routing/governing-kind.js';
import type { PlatformRequest } from '../routing/route-matcher.js';
import {
  CORS_VERDICT_CHANNEL,
  type CorsReportOnlyVerdict,
  type CorsVerdict,
  type CorsVerdictReason,
} from '../verdicts/cors-verdict.js';
import { AskedRequest } from './asked-request.js';
import type { Exchange } from './exchange.js';
import type { HookContext } from './hook-context.js';
import { decideReported } from './report-only.js';
import { isSameOrigin } from './same-origin.js';

/** Where verdicts are published. */
const VERDICTS = channel(CORS_VERDICT_CHANNEL);

/** Whether somebody wants to know of a verdict. Whoever has one asks this first: nearly always there is nobody. */
export function isHeard({ owner }: HookContext): boolean {
  return VERDICTS.hasSubscribers || owner.ledger !== undefined;
}

/** What has been decided. */
type Decision = Pick<CorsVerdict, 'outcome' | 'reason' | 'status'>;

/** What a verdict is on. */
type Subject = Pick<CorsVerdict, 'kind' | 'origin' | 'method'>;

/** A request that has been decided, with what governs it. */
interface Decided {
  readonly request: PlatformRequest;
  readonly context: HookContext;
  readonly route: CorsRoute | undefined;
  readonly ruling: Ruling;
}

/**
 * Publishes the verdict on an actual request, whose response has just started.
 *
 * @param status - of the response
 */
export function announceActual(exchange: Exchange, status: number): void {
  const { origin, request, context } = exchange;
  if (origin === undefined) return;
  const ruling = exchange.ruling();
  const decided: Decided = { request, context, route: exchange.servedBy, ruling };
  const { policy } = ruling;
  // A preflight gets here only where it is the app's own business.
  const requested = request.method === 'OPTIONS' && request.headers['access-control-request-method'];
  if (policy === undefined && typeof requested === 'string') {
    publish({ kind: 'preflight', origin, method: requested }, UNMANAGED, decided, exchange);
    return;
  }
  const subject: Subject = { kind: 'actual', origin, method: request.method };
  const decision = policy === undefined ? UNMANAGED : decideActual(exchange, ruling, policy, status);
  publish(subject, decision, decided, exchange);
}

const UNMANAGED: Decision = { outcome: 'unmanaged', reason: 'unmanaged', status: undefined };

function decideActual(exchange: Exchange, ruling: Ruling, policy: Policy, status: number): Decision {
  if (exchange.isReadable(policy, status)) return allowed(readableBecause(exchange, policy));
  if (isOwn(exchange)) return allowed('same-origin');
  return {
    outcome: 'refused',
    reason: exchange.isAllowed(policy) ? 'origin-may-be-allowed' : refusedBecause(exchange, ruling, policy),
    status: status === 403 && exchange.isStopped(policy) ? 403 : undefined,
  };
}

function allowed(reason: CorsVerdictReason): Decision {
  return { outcome: 'allowed', reason, status: undefined };
}

function readableBecause(exchange: Exchange, policy: Policy): CorsVerdictReason {
  if (policy.origin.any) return 'any-origin';
  return policy.origin.afterGuards && exchange.waits(policy) ? 'origin-may-be-allowed' : 'origin-allowed';
}

function refusedBecause({ origin, view }: Exchange, ruling: Ruling, policy: Policy): CorsVerdictReason {
  const kind = kindOf(ruling);
  if (kind !== 'policy-found') return kind;
  if (decideOrigin(policy, origin) === 'origin-malformed') return 'origin-malformed';
  return hasFailed(view, policy) ? 'source-failed' : 'origin-not-allowed';
}

function hasFailed(view: AskedRequest, { origin }: Policy): boolean {
  return view.hasFailed(origin.asked.flatMap(({ sources }) => sources));
}

/** Of a request that nobody has shown to Express yet, the host is in its header only. */
function isOwn({ request, origin, context }: Pick<Exchange, 'request' | 'origin' | 'context'>): boolean {
  const { method, url, headers, host = headers['host'] ?? headers[':authority'] } = request;
  const seen: PlatformRequest = { method, url, headers, host: String(host ?? '') };
  return isSameOrigin(seen, origin as string, context.governance.publicOrigins);
}

/** What became of a preflight. */
export interface PreflightDecision {
  readonly reason: PreflightReason;
  /** The status of the answer. */
  readonly status: number;
  /** The request as sources see it, if one was asked. */
  readonly view: AskedRequest | undefined;
}

/**
 * Publishes the verdict on a preflight.
 *
 * @param decided - with what governs the target: of several, the one that has approved it, else the one that came closest
 */
export function announcePreflight(
  facts: PreflightFacts,
  { reason, status, view }: PreflightDecision,
  decided: Decided,
): void {
  const { origin, method } = facts;
  const isApproved = reason === 'preflight-approved';
  const outcome = isApproved ? 'allowed' : 'refused';
  const decision: Decision = {
    outcome,
    reason: isApproved ? reason : preflightRefusedBecause(reason, view, decided.ruling),
    status,
  };
  const { request, context } = decided;
  const asked: AskedSoFar = {
    get view() {
      return (
        view ?? new AskedRequest(request, method, true, () => context.matcher.targetParams(request, method))
      );
    },
    answerOf: () => undefined,
  };
  publish({ kind: 'preflight', origin, method }, decision, decided, asked, facts);
}

function preflightRefusedBecause(
  reason: PreflightReason,
  view: AskedRequest | undefined,
  ruling: Ruling,
): CorsVerdictReason {
  const kind = kindOf(ruling);
  if (kind !== 'policy-found') return kind;
  const isFailed = reason === 'origin-not-allowed' && view !== undefined && ruling.policy !== undefined;
  return isFailed && hasFailed(view, ruling.policy) ? 'source-failed' : reason;
}

/**
 * Publishes the verdict on a request to change the protocol.
 *
 * @param isRefused - whether it was answered with 403
 */
export function announceUpgrade(exchange: Exchange, isRefused: boolean): void {
  const { request, context, origin = '' } = exchange;
  const ruling = context.governance.rulingAt(exchange);
  const decision = decideUpgrade(exchange, ruling, isRefused);
  const subject: Subject = { kind: 'upgrade', origin, method: request.method };
  publish(subject, decision, { request, context, route: undefined, ruling }, exchange);
}

function decideUpgrade(exchange: Exchange, ruling: Ruling, isRefused: boolean): Decision {
  const { policy } = ruling;
  if (policy === undefined) return UNMANAGED;
  if (!policy.enforce) return allowed('enforce-off');
  if (isRefused) return { outcome: 'refused', reason: refusedBecause(exchange, ruling, policy), status: 403 };
  return allowed(exchange.isAllowed(policy) ? readableBecause(exchange, policy) : 'same-origin');
}

/** What sources have been asked. */
type AskedSoFar = Pick<Exchange, 'view' | 'answerOf'>;

/** Once all is known: what is only reported may have to ask a source first, for which nobody waits but this. */
function publish(
  subject: Subject,
  decision: Decision,
  decided: Decided,
  asked: AskedSoFar,
  facts?: PreflightFacts,
): void {
  const reported = decided.ruling.governed?.reported;
  if (reported === undefined) {
    publishWith(undefined, subject, decision, decided);
    return;
  }
  const verdict = decideReported(reported, {
    kind: subject.kind,
    origin: subject.origin,
    outcome: decision.outcome,
    status: decision.status,
    facts,
    usesCredentials:
      decided.ruling.policy?.credentials === true && decided.request.headers['cookie'] !== undefined,
    isOwn: () => isOwn({ ...decided, origin: subject.origin }),
    answerOf: (policy) => asked.answerOf(policy),
    view: () => asked.view,
  });
  if (verdict instanceof Promise) {
    void verdict.then((settled) => publishWith(settled, subject, decision, decided));
  } else publishWith(verdict, subject, decision, decided);
}

function publishWith(
  reportOnly: CorsReportOnlyVerdict | undefined,
  subject: Subject,
  decision: Decision,
  { request, context, route, ruling }: Decided,
): void {
  const { service, ledger } = context.owner;
  if (service === undefined) return;
  const isCounted = ledger?.wants({ outcome: decision.outcome, reportOnly }) === true;
  if (!isCounted && !VERDICTS.hasSubscribers) return;
  const { governed, policy, place } = ruling;
  // Closed, and by no layer: nobody knows what governs there.
  const isUnclear = policy !== undefined && governed === undefined;
  const verdict: CorsVerdict = {
    kind: subject.kind,
    outcome: decision.outcome,
    reason: decision.reason,
    status: decision.status,
    origin: subject.origin,
    method: subject.method,
    route: isUnclear ? undefined : (route ?? place).path,
    where: isUnclear ? undefined : (route ?? place).where,
    policy: governed?.policyName,
    reportOnly,
    request,
    service,
  };
  if (isCounted) ledger.take(verdict);
  if (VERDICTS.hasSubscribers) VERDICTS.publish(verdict);
}
