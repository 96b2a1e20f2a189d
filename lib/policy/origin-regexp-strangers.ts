import { hostEndOf, hostStartOf, isOwnOrigin, schemeEndOf } from '../protocol/serialized-origin.js';
import { isAddress, parseUrl } from './origin-grammar.js';
import type { Sample } from './origin-regexp-samples.js';
import { STRANGER } from './origin-regexp-words.js';
import { registrationOf } from './registrable-domain.js';

/** The schemes whose hosts are found by DNS, so that who registers a name has the origin. */
const WEB = /^(?:https?|wss?|ftp)$/;

/** The schemes in which a host is an id that browsers give to an extension: `chrome-extension`, `moz-extension`. */
const EXTENSION = /-extension$/;
const ID = /^[a-z0-9-]+$/;

/**
 * A class of so few characters is a way to write a list, as in `gr[ae]y\.com`. What more than so many may be put into is
 * no name.
 */
const MAX_LISTED = 4;

/** What may stand in front of the end of an origin. Two dots in a row, which may not, are looked for apart. */
const ORIGIN_START =
  /^(?:[a-z][a-z0-9+.-]*(?::(?:\/(?:\/(?:\[[0-9a-f:]*\]?|\.|[a-z0-9_-][a-z0-9_.-]*)?(?::\d{0,5})?)?)?)?)?$/;

/** Whether an origin may start with a text. */
export function mayStartOrigin(text: string): boolean {
  return ORIGIN_START.test(text) && !text.includes('..');
}

/** Whether browsers could send a text as the origin of a site: an address is written in one way only. */
export function isBrowserOrigin(text: string): boolean {
  if (!isOwnOrigin(text)) return false;
  const { host } = partsOf(text);
  return !isAddress(host) || parseUrl(`http://${host}`)?.hostname === host;
}

/**
 * Of origins, those of strangers: anybody can have the host, because the expression that accepts it does not say whose
 * it is.
 *
 * An expression says so by naming what somebody has registered: the domain right below a public suffix, and the suffix,
 * whole. `example\.(?:com|org)` names two domains, `[a-z]+\.github\.io` none. An address on a private network, and a
 * name that is below no public suffix, are nobody's but the user's own.
 *
 * @param samples - origins
 */
export function strangersAmong(samples: readonly Sample[]): readonly Sample[] {
  const hosts = samples.flatMap((sample) => hostOf(sample) ?? []);
  const named = new Set(hosts.filter(({ isNamed }) => isNamed).map(({ domain }) => domain));
  return hosts.filter((host) => !host.isNamed || isGlued(host, named)).map(({ sample }) => sample);
}

/** Of origins, those of extensions whose id the expression does not name. */
export function extensionsAmong(samples: readonly Sample[]): readonly Sample[] {
  return samples.filter((sample) => {
    const { scheme, host, start, end } = partsOf(sample.text);
    return EXTENSION.test(scheme) && ID.test(host) && !isListed(sample, start, end);
  });
}

/** Of some origins the one that says the most to a reader: one that is surely a stranger's, below a suffix that there is. */
export function plainest(samples: readonly Sample[]): string | undefined {
  const texts = samples.map(({ text }) => text).toSorted((a, b) => a.length - b.length);
  const known = texts.filter((text) => registrationOf(partsOf(text).host) !== undefined);
  return [...known, ...texts].find((text) => text.includes(STRANGER)) ?? known[0] ?? texts[0];
}

/** The part of a host that somebody has registered. */
interface RegisteredHost {
  readonly sample: Sample;
  readonly domain: string;
  /** Where the domain starts in the sample's text. */
  readonly start: number;
  /** Whether the expression names the domain. */
  readonly isNamed: boolean;
}

/** What is registered of an origin's host; `undefined` if it can only be the user's own. */
function hostOf(sample: Sample): RegisteredHost | undefined {
  const { scheme, host, start, end } = partsOf(sample.text);
  if (!WEB.test(scheme)) return undefined;
  if (isAddress(host)) {
    return isPrivate(host)
      ? undefined
      : { sample, domain: host, start, isNamed: isListed(sample, start, end) };
  }
  const domain = registeredPart(host, (from) => isListed(sample, start + from, end));
  if (domain === undefined) return undefined;
  const domainStart = start + host.lastIndexOf(domain);
  return {
    sample,
    domain,
    start: domainStart,
    isNamed: isListed(sample, domainStart, domainStart + domain.length),
  };
}

/**
 * The domain that somebody has registered to have a host; `undefined` if that cannot be anybody.
 *
 * @param isNamedFrom - whether an expression names the host from a place on
 */
function registeredPart(host: string, isNamedFrom: (start: number) => boolean): string | undefined {
  const name = host.replace(/\.$/, '');
  const topStart = name.lastIndexOf('.') + 1;
  // Found by a search list, or on the machine itself.
  if (topStart === 0) return undefined;
  // There may be, or come to be, a suffix of that name.
  const domain =
    TOP.test(name.slice(topStart)) && !isNamedFrom(topStart) ? name : registrationOf(name)?.domain;
  return domain !== undefined && domain.split('.').every((label) => LABEL.test(label)) ? domain : undefined;
}

/** A label at the top. @see RFC 1123, 2.1: "it will be alphabetic" */
const TOP = /^(?:[a-z]{2,}|xn--[a-z0-9-]+)$/;

/** A label that can be registered; a browser also sends others. */
const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/;

/**
 * Whether a domain is another one that the expression names, with something in front that is not behind a dot:
 * `wwwexample.com`, for a dot that could be left out, or `app-example.com`, for one that could be a dash. Where both are
 * written out, as in `(?:myexample|example)\.com`, each is meant.
 */
function isGlued({ sample, domain, start }: RegisteredHost, named: ReadonlySet<string>): boolean {
  return sample.seams.some((seam) => seam > start && named.has(domain.slice(seam - start)));
}

/** Whether an expression lists what stands at a place, so that it is one of a few. */
function isListed({ choices }: Sample, start: number, end: number): boolean {
  let all = 1;
  for (const choice of choices.slice(start, end)) all *= choice;
  return all <= MAX_LISTED;
}

/** Loopback, private and link-local addresses. @see RFC 1918, 3; RFC 3927, 2.1; RFC 4193, 3.1; RFC 4291, 2.5.6 */
const PRIVATE =
  /^(?:(?:10|127)\.|192\.168\.|169\.254\.|172\.(?:1[6-9]|2\d|3[01])\.|\[(?:::1\]|f[cd][0-9a-f]{2}:|fe[89ab][0-9a-f]:))/;

function isPrivate(address: string): boolean {
  return PRIVATE.test(address);
}

function partsOf(origin: string): {
  readonly scheme: string;
  readonly host: string;
  readonly start: number;
  readonly end: number;
} {
  const schemeEnd = schemeEndOf(origin);
  const start = hostStartOf(schemeEnd);
  const end = hostEndOf(origin);
  return { scheme: origin.slice(0, schemeEnd), host: origin.slice(start, end), start, end };
}
