import { STRANGER } from './origin-regexp-words.js';

/** The last one is named by no expression about somebody's own site. */
const TLDS = ['com', 'net', 'org', 'io', 'dev', 'app', 'zuerich'];

/** A documentation address (RFC 5737), which is nobody's. */
const STRANGE_HOSTS = [
  ...TLDS.flatMap((tld) => [
    `${STRANGER}.${tld}`,
    `www.${STRANGER}.${tld}`,
    `a.${STRANGER}.${tld}`,
    `a-b.c.${STRANGER}.${tld}`,
    `${STRANGER}-1.${tld}`,
  ]),
  '203.0.113.77',
];

const STRANGE_ORIGINS = ['https', 'http'].flatMap((scheme) =>
  STRANGE_HOSTS.flatMap((host) => [`${scheme}://${host}`, `${scheme}://${host}:8443`]),
);

/**
 * An origin of a site that has nothing to do with the expression's author, if the expression matches one.
 *
 * A match anywhere in the origin counts: who writes `/^https:\/\//` means every https origin, and must be told so
 * although that expression matches no origin as a whole.
 */
export function matchesEverySite(source: string, flags: string): string | undefined {
  const anywhere = new RegExp(source, flags);
  return STRANGE_ORIGINS.find((origin) => anywhere.test(origin));
}
