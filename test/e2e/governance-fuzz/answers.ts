import type { CorsExplanation } from '../../../lib/index.js';
import { expected, PREFLIGHT_VARY } from '../../support/cors-headers.js';
import type { NaivePolicy } from './oracle.js';

/** A status, every field of the protocol, and whether anything of the app has run. */
export type Answer = readonly [status: number, fields: object, hasRun: boolean];

/** What a preflight asks for. */
export interface Asked {
  readonly origin: string;
  readonly method: string;
  /** The one request header, if any. */
  readonly header: string | undefined;
}

export const REFUSED_PREFLIGHT: Answer = [403, expected({ vary: PREFLIGHT_VARY }), false];

export const SAFE: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];

const SAFELISTED = ['GET', 'HEAD', 'POST'];

export function allows({ origin: allowed }: NaivePolicy, origin: string | undefined): boolean {
  return allowed === '*' || (origin !== undefined && allowed.includes(origin));
}

/** Whether a policy is a wall for a method. */
export function walls({ enforce }: NaivePolicy, method: string): boolean {
  return enforce === true || (enforce === 'unsafe' && !SAFE.includes(method));
}

/** The fields of a response; one that nobody may read differs for nobody, unless others are refused it, whatever the method. */
export function fieldsOf(policy: NaivePolicy, origin: string | undefined): object {
  if (policy.origin.length === 0 && policy.enforce !== true) return {};
  const vary = policy.origin === '*' ? {} : { vary: 'Origin' };
  if (policy.origin !== '*' && (origin === undefined || !allows(policy, origin))) return expected(vary);
  return expected({
    acao: policy.origin === '*' ? '*' : (origin as string),
    ...(policy.credentials && { acac: 'true' }),
    ...(policy.exposedHeaders.length > 0 && { aceh: policy.exposedHeaders.join(', ') }),
    ...vary,
  });
}

/** The answer of a policy that approves all of a preflight; `undefined` if it does not. */
export function approvalOf(policy: NaivePolicy, { origin, method, header }: Asked): Answer | undefined {
  const { methods, allowedHeaders } = policy;
  if (!allows(policy, origin)) return undefined;
  if (![...SAFELISTED, ...methods].some((one) => one === '*' || one === method)) return undefined;
  if (header !== undefined && !allowedHeaders.includes(header)) return undefined;
  const fields = expected({
    acao: policy.origin === '*' ? '*' : origin,
    ...(policy.credentials && { acac: 'true' }),
    ...(!SAFELISTED.includes(method) && { acam: method }),
    ...(header !== undefined && { acah: header }),
    ...(policy.maxAge !== undefined && { acma: String(policy.maxAge) }),
    vary: PREFLIGHT_VARY,
  });
  return [204, fields, false];
}

/**
 * What `explain()` says of an answer.
 *
 * @param plain - the app's own answer, which it is where nothing is said
 */
export function explainedAnswer({ steps, status, fields }: CorsExplanation, plain: Answer): Answer {
  if (status !== undefined) return [status, fields, false];
  const isUnmanaged = steps.some(({ reason }) => reason === 'unmanaged');
  return isUnmanaged ? plain : [plain[0], fields, plain[2]];
}
