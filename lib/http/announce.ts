import { channel } from 'node:diagnostics_channel';
import { CORS_VERDICT_CHANNEL, type CorsVerdict } from '../verdicts/cors-verdict.js';
import { DecidedActual, UnmanagedPreflight, type Decided, type Decision } from './decided.js';
import type { Exchange } from './exchange.js';
import type { HookContext } from './hook-context.js';
import { decideReported, differenceOf, reportOnlyVerdict, type Reported } from './report-only.js';

/** Where verdicts are published. */
const VERDICTS = channel(CORS_VERDICT_CHANNEL);

/** Whether somebody wants to know of a verdict. Whoever has one asks this first: nearly always there is nobody. */
export function isHeard({ owner }: HookContext): boolean {
  return VERDICTS.hasSubscribers || owner.ledger !== undefined;
}

/**
 * Publishes the verdict on an actual request, whose response has just started.
 *
 * @param status - of the response
 */
export function announceActual(exchange: Exchange, status: number): void {
  const { origin, request } = exchange;
  if (origin === undefined) return;
  const target = { route: exchange.servedBy, ruling: exchange.ruling() };
  // A preflight gets here only where it is the app's own business.
  const isPreflight = request.method === 'OPTIONS' && 'access-control-request-method' in request.headers;
  announce(
    isPreflight && target.ruling.policy === undefined
      ? new UnmanagedPreflight(exchange, target)
      : new DecidedActual(exchange, target, status),
  );
}

/** Publishes a verdict once all is known: what is only reported may have to ask a source first, for which nobody waits but this. */
export function announce(decided: Decided): void {
  const reported = decideReported(decided);
  if (reported instanceof Promise) {
    const decision = decisionOf(decided);
    void reported.then((settled) => publish(decided, decision, settled));
  } else publish(decided, decided, reported);
}

/** What is known by now, whatever becomes of the request. */
function decisionOf({ kind, origin, method, outcome, reason, status, isAllowed, isOwn }: Decision): Decision {
  return { kind, origin, method, outcome, reason, status, isAllowed, isOwn };
}

function publish(
  { request, context, target }: Decided,
  decision: Decision,
  reported: Reported | undefined,
): void {
  const { service, ledger } = context.owner;
  if (service === undefined) return;
  const difference = reported && differenceOf(decision, reported);
  const isCounted = ledger?.wants(decision, difference) === true;
  if (!isCounted && !VERDICTS.hasSubscribers) return;
  const { kind, outcome, reason, status, origin, method } = decision;
  const { route, ruling } = target;
  const { governed, policy, place } = ruling;
  // Closed, and by no layer: nobody knows what governs there.
  const isUnclear = policy !== undefined && governed === undefined;
  const verdict: CorsVerdict = {
    kind,
    outcome,
    reason,
    status,
    origin,
    method,
    route: isUnclear ? undefined : (route ?? place).path,
    where: isUnclear ? undefined : (route ?? place).where,
    policy: governed?.policyName,
    reportOnly: reported && reportOnlyVerdict(decision, reported, difference),
    request,
    service,
  };
  if (isCounted) ledger.take(verdict);
  if (VERDICTS.hasSubscribers) VERDICTS.publish(verdict);
}
