import { LatePart } from '../late-part.js';

/** The Public Suffix List. Its data takes longer to load than all of the library, and exact origins need none of it. */
export const SUFFIX_LIST = new LatePart(() => import('tldts'));

/**
 * Domains below which anybody gets a host, on whatever level, and which the Public Suffix List lacks: previews and
 * tunnels of development environments. One that the list learns of can go.
 */
export const OPEN_DOMAINS = [
  'app.github.dev',
  'devtunnels.ms',
  'gitpod.io',
  'glitch.me',
  'loca.lt',
  'webcontainer.io',
] as const;

/** Whose a host is. */
export interface Registration {
  /**
   * What somebody has to register to have the host: `example.co.uk` of `a.example.co.uk`, `a.github.io` of itself. The
   * whole host where that is a public suffix itself.
   */
  readonly domain: string;
  /** Whether the host is itself a suffix, right below which anybody can have a name. */
  readonly isSuffix: boolean;
}

/**
 * Who a host belongs to; `undefined` if it is below no suffix under which names are handed out to the public, as
 * `localhost` and `api.internal` are: these belong to whoever runs the network.
 *
 * Only suffixes that the Public Suffix List names count, its private part included, and {@link OPEN_DOMAINS}. The list's
 * default rule (every unknown top-level domain is a suffix) would make `http://*.localhost` everybody's.
 *
 * @param host - a host name without a trailing dot
 * @throws MissingPart if {@link SUFFIX_LIST} is still to be loaded
 */
export function registrationOf(host: string): Registration | undefined {
  if (isOpen(host)) {
    return { domain: host, isSuffix: true };
  }
  const { domain, publicSuffix, isIcann, isPrivate } = SUFFIX_LIST.get().parse(host, READING);
  if (isIcann !== true && isPrivate !== true) return undefined;
  return { domain: domain ?? host, isSuffix: publicSuffix === host };
}

/**
 * Whether a host is certainly below what somebody has to register: what is asked of each of many patterns, and takes half as
 * long as {@link registrationOf}, which says the same.
 *
 * @param host - a host name without a trailing dot
 * @param own - so many characters at its end are what is asked about: whether it, or more of the host, is a suffix
 * @throws MissingPart if {@link SUFFIX_LIST} is still to be loaded
 */
export function isBelowSuffix(host: string, own: number): boolean {
  const suffix = SUFFIX_LIST.get().getPublicSuffix(host, READING);
  return suffix !== null && suffix.length < own && !isOpen(host);
}

const READING = {
  allowPrivateDomains: true,
  detectIp: false,
  extractHostname: false,
  validateHostname: false,
} as const;

function isOpen(host: string): boolean {
  for (const open of OPEN_DOMAINS) {
    if (host.endsWith(open) && (host.length === open.length || host.at(-open.length - 1) === '.'))
      return true;
  }
  return false;
}
