import { getDomain, parse } from 'tldts';

import { literalOf, tokenize } from './origin-regexp-source.js';

/** A word that no expression names, made only of letters so that `\w`, `[a-z]` and `[a-z0-9-]` all match it. */
const STRANGER = 'qwzkjvx';

/** A top-level domain that no expression about somebody's own site names, besides those that most of them name. */
const RARE_TLD = 'zuerich';
const TLDS = ['com', 'net', 'org', 'io', 'dev', 'app', RARE_TLD];

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

/**
 * An origin that is one edit away from a host that the expression names, and belongs to somebody else, if the expression
 * matches one: `https://notexample.com` for `.*example\.com`, `https://example.com.evil.com` for `example\.com.*`.
 */
export function findStranger(anchored: RegExp): string | undefined {
  return namedHosts(anchored.source)
    .flatMap(strangersNear)
    .flatMap((host) => [`https://${host}`, `http://${host}`])
    .find((origin) => anchored.test(origin));
}

/** The runs of characters in an expression that hold a dot, and so look like the end of a host. */
function namedHosts(source: string): readonly string[] {
  const runs: string[] = [''];
  for (const { kind, text, quantifier } of tokenize(source)) {
    const character = literalOf(text);
    if (kind === 'literal' && quantifier === '' && /[a-z0-9._-]/i.test(character)) {
      runs[runs.length - 1] += character.toLowerCase();
    } else {
      runs.push('');
    }
  }
  return runs
    .filter((run) => run.includes('.'))
    .map((run) => run.replace(/^\.+/, ''))
    .filter((run) => run !== '');
}

/** The hosts of strangers near a host. One that ends in a dot (`example\.` before `(com|org)`) is completed first. */
function strangersNear(host: string): readonly string[] {
  if (host.endsWith('.')) return [host + RARE_TLD, ...TLDS.flatMap((tld) => strangersNear(host + tld))];
  const own = getDomain(host.replace(/^[_-]+/, ''));
  const near = [
    `${STRANGER}.${host}`,
    `${STRANGER}${host}`,
    `${STRANGER}-${host}`,
    `${host}.${STRANGER}.com`,
    `${host}${STRANGER}.com`,
  ];
  // A domain below a suffix that nobody hands out (`internal`, `localhost`) belongs to whoever runs the network.
  return near.filter((candidate) => {
    const { domain, isIcann } = parse(candidate);
    return isIcann === true && domain !== own;
  });
}
