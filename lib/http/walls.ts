import { enforcedOn } from '../policy/enforcement.js';
import type { Policy } from '../policy/policy.js';

/**
 * The policies that a request can come under, each once of those between which it makes no difference in front of the handler:
 * they let the same requests through.
 *
 * @param policies - `undefined` where the path is unmanaged
 * @param method - of the request
 */
export function wallsOf(
  policies: readonly (Policy | undefined)[],
  method: string,
): readonly (Policy | undefined)[] {
  return policies.filter((policy, at) => policies.findIndex((one) => isSameWall(one, policy, method)) === at);
}

function isSameWall(one: Policy | undefined, other: Policy | undefined, method: string): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.origin === other.origin && enforcedOn(one.enforce, method) === enforcedOn(other.enforce, method);
}

/**
 * Whether each of several policies refuses a request, whatever else comes to be known of it.
 *
 * @param method - of the request
 * @param mayPass - whether a policy may let the request through, for all that is known: sources are not asked here
 */
export function refuseAll(
  policies: readonly (Policy | undefined)[],
  method: string,
  mayPass: (policy: Policy) => boolean,
): boolean {
  return policies.every(
    (policy) => policy !== undefined && enforcedOn(policy.enforce, method) && !mayPass(policy),
  );
}
