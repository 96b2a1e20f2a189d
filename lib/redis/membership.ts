import { isSerializedOrigin } from '../protocol/serialized-origin.js';

/** That an origin is, or is not, in a tenant's set; without a tenant, in the one set that there is. */
export interface Membership {
  readonly origin: string;
  readonly tenant: string | undefined;
}

/** No serialized origin holds it, so that whatever a tenant is called, the two come apart again. */
const SEPARATOR = ' ';

/** One text for origin and tenant: the name of a verdict in the cache, and what is announced when the set changes. */
export function membershipText({ origin, tenant }: Membership): string {
  return tenant === undefined ? origin : origin + SEPARATOR + tenant;
}

/** Reads what {@link membershipText} wrote. */
export function readMembership(text: string): Membership {
  const end = text.indexOf(SEPARATOR);
  if (end < 0) return { origin: text, tenant: undefined };
  return { origin: text.slice(0, end), tenant: text.slice(end + SEPARATOR.length) };
}

/**
 * Reads an announcement; `undefined` if it names no verdict that there could be: it was published by hand, or by a
 * process with other options.
 */
export function readAnnouncement(text: string, hasTenants: boolean): Membership | undefined {
  const membership = readMembership(text);
  const understood =
    isSerializedOrigin(membership.origin) && (membership.tenant !== undefined) === hasTenants;
  return understood ? membership : undefined;
}

/** The key of the Redis set that a membership is about. */
export function setKey(key: string, tenant: string | undefined): string {
  return tenant === undefined ? key : `${key}:${tenant}`;
}
