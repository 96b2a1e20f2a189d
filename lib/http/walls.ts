import type { Policy } from '../policy/policy.js';

/**
 * The policies that a request can come under, each once of those between which it makes no difference in front of the handler:
 * they let the same requests through.
 *
 * @param policies - `undefined` where the path is unmanaged
 */
export function wallsOf(policies: readonly (Policy | undefined)[]): readonly (Policy | undefined)[] {
  return policies.filter((policy, at) => policies.findIndex((one) => isSameWall(one, policy)) === at);
}

function isSameWall(one: Policy | undefined, other: Policy | undefined): boolean {
  return one?.origin === other?.origin && one?.enforce === other?.enforce;
}

/**
 * Whether each of several policies refuses a request, whatever else comes to be known of it.
 *
 * @param mayPass - whether a policy that asks no source lets the request through
 */
export function refuseAll(
  policies: readonly (Policy | undefined)[],
  mayPass: (policy: Policy) => boolean,
): boolean {
  return policies.every(
    (policy) => policy?.enforce === true && policy.origin.asked.length === 0 && !mayPass(policy),
  );
}
