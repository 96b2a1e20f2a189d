import { asksSources, isAny, type OriginEntry } from '../policy/origin-entry.js';
import { OPTIONS } from '../policy/module-options.js';
import { enforcedOn } from '../policy/enforcement.js';
import type { Policy } from '../policy/policy.js';
import { describeEntry } from '../policy/policy-rules.js';
import type { DecidedReason, OriginVerdict } from './asking.js';
import type { CorsHint, CorsStep, CorsStepName, CorsStepReason } from './cors-explanation.js';
import { ownerOf, type Governing } from './governing.js';
import { originHint } from './origin-hint.js';
import { listed, oneLine } from './words.js';

/** A step, with what it adds to the explanation as a whole. */
export interface ExplainedStep extends CorsStep {
  /** Where the origin is refused: the allowed one that it comes closest to. */
  readonly closest: string | undefined;
  /** What it says in the message of the whole; `''` for nothing. */
  readonly clause: string;
}

/** What a step may have beside its message. */
interface StepExtras {
  readonly hint?: CorsHint | undefined;
  readonly closest?: string | undefined;
  /** What is to be said behind the message, by default the hint's. */
  readonly addition?: string;
  /** Whether the step belongs into the message of the whole, by default if it is not passed. */
  readonly tells?: boolean;
}

/** Makes a step. What is said of a request may come from the request, so it is kept on one line. */
export function makeStep(
  step: CorsStepName,
  governing: Governing | undefined,
  reason: CorsStepReason,
  passed: boolean,
  message: string,
  { hint, closest, addition = hint?.message ?? '', tells = !passed }: StepExtras = {},
): ExplainedStep {
  const clause = addition === '' ? message : `${message}; ${addition}`;
  return {
    step,
    where: governing?.report?.where,
    passed,
    reason,
    message: oneLine(message),
    hint: hint && { ...hint, message: oneLine(hint.message) },
    closest,
    clause: tells ? oneLine(clause) : '',
  };
}

/**
 * What serves a request, and whether that has a policy; the last of these is passed if it has.
 *
 * @param hint - what was probably meant, where no route serves it
 */
export function governingSteps(
  governing: Governing,
  subject: string,
  hint?: CorsHint,
): readonly ExplainedStep[] {
  const { isRoute, isDefault, report } = governing;
  const route = isRoute
    ? makeStep('route', governing, 'route-found', true, `${report?.where ?? 'a route'} serves ${subject}`)
    : makeStep('route', governing, 'route-missing', true, `no route of Nest serves ${subject}`, {
        hint,
        tells: isDefault || hint !== undefined,
      });
  return [route, policyStep(governing)];
}

function policyStep(governing: Governing): ExplainedStep {
  const { kind, isRoute, isDefault, report } = governing;
  const where = report?.where ?? '';
  const place = isRoute ? where : `${where}, for ${report?.path},`;
  switch (kind) {
    case 'policy-found':
      return makeStep(
        'policy',
        governing,
        kind,
        true,
        `${where} has a policy${isRoute ? '' : ` for ${report?.path}`}`,
      );
    case 'no-cors': {
      const by = listed((report?.from?.origin ?? []).map(closingText));
      return makeStep('policy', governing, kind, false, `${place} is closed by ${by}`);
    }
    case 'no-policy':
      return makeStep(
        'policy',
        governing,
        kind,
        false,
        isDefault ? NO_DEFAULT : `${place} has no policy: no layer says who may read it, so it is closed`,
      );
    case 'path-ambiguous':
      return makeStep('policy', governing, kind, false, AMBIGUOUS);
    case 'unmanaged':
      return makeStep(
        'policy',
        governing,
        kind,
        false,
        `${place} is left alone, so what the app itself sends gets out`,
      );
  }
}

/** A layer that closes, as it was written: `options.routes[0].policy` with `false`, or a decorator. */
function closingText(where: string): string {
  return where.startsWith(`${OPTIONS}.`) ? `${where}: false` : `@NoCors() of ${where}`;
}

const NO_DEFAULT =
  'no entry of routes covers the path, and no default policy says who may read it, so it is closed';

const AMBIGUOUS =
  'the path can be read as several (by escapes, slashes, dot segments, semicolons or letter case) with different policies, so it is closed';

/** What a step about an origin can come to. */
type OriginStepReason = DecidedReason | 'origin-may-be-allowed';

/** Whether the policy allows the origin. */
export function originStep(
  governing: Governing,
  policy: Policy,
  origin: string | undefined,
  { reason, failures, afterGuards }: Omit<OriginVerdict, 'reason'> & { readonly reason: OriginStepReason },
): ExplainedStep {
  const owner = ownerOf(governing, 'origin');
  if (reason === 'any-origin') return makeStep('origin', governing, reason, true, `${owner} allows "*"`);
  if (reason === 'origin-may-be-allowed' || (reason === 'origin-allowed' && afterGuards !== undefined)) {
    const until = `${owner} leaves the origin to ${afterGuards}, which decides after the guards`;
    return makeStep('origin', governing, reason, true, `${until}; until then its mayAllow() allows it`);
  }
  if (reason === 'origin-allowed')
    return makeStep('origin', governing, reason, true, `${owner} allows the origin`);
  if (reason === 'no-origin') return makeStep('origin', governing, reason, false, NO_ORIGIN);
  const { clause, ...found } = originHint(origin as string, policy.origin, governing.entries);
  if (reason === 'origin-malformed') {
    return makeStep('origin', governing, reason, false, MALFORMED, { ...found, addition: clause });
  }
  const message = `${owner} does not allow the origin`;
  if (failures.length > 0) {
    const failed = `${message}: ${failures.join(', ')}`;
    return makeStep('origin', governing, 'source-failed', false, failed, { ...found, addition: clause });
  }
  const addition = clause === '' ? `it allows ${allowedOrigins(governing)}` : clause;
  return makeStep('origin', governing, reason, false, message, { ...found, addition });
}

const NO_ORIGIN = 'the request has no Origin, so it is no CORS request';

const MALFORMED = 'the value of Origin is no serialized origin';

function allowedOrigins({ entries }: Governing): string {
  return entries.length === 0 ? 'nobody' : listed(entries.map(allowedOrigin));
}

function allowedOrigin(entry: OriginEntry): string {
  const text = describeEntry(entry);
  return !isAny(entry) && asksSources(entry) ? `what the source ${text} allows` : text;
}

/** That CORS does not apply, whatever the policy says. */
export function sameOriginStep(governing: Governing | undefined): ExplainedStep {
  return makeStep('origin', governing, 'same-origin', true, SAME_ORIGIN);
}

const SAME_ORIGIN = "the origin is the app's own, as far as the request tells, so CORS does not apply";

const AFTER_GUARDS =
  'a source that decides after the guards lets the request through, or refuses it with 403';

const UNASKED =
  'the source that decides after the guards is not asked about such an origin, so the request is refused with 403';

/** That a request is let through to where nobody serves it. */
export function unservedStep(governing: Governing): ExplainedStep {
  return makeStep('enforce', governing, 'enforce-unserved', true, UNSERVED);
}

const UNSERVED =
  'no handler serves the version that it asks for, which turns out behind all that could refuse it';

/**
 * Whether the guard, and behind all guards the interceptor, let an actual request through to the handler.
 *
 * @param method - of the request
 * @param mayPass - whether the origin is allowed, as far as it is known before the guards
 * @param waits - whether a source that decides after the guards has the last word
 * @param because - what to say where the policy alone does not say why it is refused
 */
export function enforceStep(
  governing: Governing,
  policy: Policy,
  method: string,
  mayPass: boolean,
  waits: boolean,
  because?: string,
): ExplainedStep {
  const isEnforced = enforcedOn(policy.enforce, method);
  if (waits && (mayPass || !isEnforced)) {
    return makeStep('enforce', governing, 'enforce-after-guards', true, AFTER_GUARDS);
  }
  if (!mayPass && !isEnforced && policy.origin.afterGuards) {
    return makeStep('enforce', governing, 'enforce-refused', false, UNASKED);
  }
  if (policy.enforce === false) {
    return makeStep(
      'enforce',
      governing,
      'enforce-off',
      true,
      'enforce is off, so the handler runs whoever asks',
    );
  }
  const owner = ownerOf(governing, 'enforce');
  if (!isEnforced) {
    const message = `${owner} refuses no ${method}, so the handler runs whoever asks`;
    return makeStep('enforce', governing, 'enforce-safe', true, message);
  }
  return mayPass
    ? makeStep('enforce', governing, 'enforce-passed', true, `${owner} lets the request through`)
    : makeStep(
        'enforce',
        governing,
        'enforce-refused',
        false,
        `${owner} refuses it with 403 before the handler runs${because === undefined ? '' : `: ${because}`}`,
      );
}
