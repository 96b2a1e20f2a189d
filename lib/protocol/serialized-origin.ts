/**
 * The serialization of an origin (HTML standard, "serialization of an origin"; Fetch standard, "`Origin` header"), as
 * far as the shape of a string can tell it.
 */

/**
 * The longest `Origin` that is looked at: scheme 64 + `://` 3 + host 253 + `:` 1 + port 5. The longest host is that of
 * DNS (RFC 1035, 2.3.4); 64 is far above the longest scheme in use. Anything longer is refused without a look at it.
 */
export const MAX_ORIGIN_LENGTH = 326;

/** The serialization of every opaque origin. */
export const OPAQUE_ORIGIN = 'null';

/** What shells that give pages in files access to other files send for all of them, in place of the opaque origin. */
export const FILE_ORIGIN = 'file://';

/** See {@link MAX_ORIGIN_LENGTH}. */
export const MAX_SCHEME_LENGTH = 64;

/** The longest host name without its trailing dot: RFC 1035, 2.3.4, less the root's and the first length octet. */
export const MAX_HOST_LENGTH = 253;

/** RFC 1035, 2.3.4. */
export const MAX_LABEL_LENGTH = 63;

/** Eight groups of four hexadecimal digits and the colons between them, in brackets. */
const MAX_ADDRESS_LENGTH = 41;

/** The shortest address in brackets: `[::]`. */
const MIN_ADDRESS_LENGTH = 4;

const MAX_PORT = 65535;
const MAX_PORT_DIGITS = 5;

const SEPARATOR = '://';
const MALFORMED = -1;

const DASH = 0x2d;
const DOT = 0x2e;
const PLUS = 0x2b;
const COLON = 0x3a;
const LEFT_BRACKET = 0x5b;
const RIGHT_BRACKET = 0x5d;
const UNDERSCORE = 0x5f;

/**
 * Whether a string has the shape of an origin as browsers serialize it: `null`, or scheme, host and port in lower case,
 * the host in ASCII, without a default port and with nothing behind.
 *
 * Underscores, and dashes at the ends of a label, are let through because browsers send them, although the ABNF of the
 * Fetch standard knows neither; so are a host that is a dot and one that is empty, without a port, in schemes of one's
 * own, because app shells send `app://.` and `qrc://`. Whether an address is the canonical one (`127.1`) and whether punycode decodes is not
 * asked: no browser sends such a host, and an exact comparison with a canonical origin fails anyway.
 *
 * Written as a scanner, since `new URL(value).origin === value` costs ten times as much, allocates, and knows the
 * origins of few schemes.
 */
export function isSerializedOrigin(value: string): boolean {
  if (value.length > MAX_ORIGIN_LENGTH) return false;
  if (value === OPAQUE_ORIGIN) return true;
  const schemeEnd = scanScheme(value);
  if (schemeEnd === MALFORMED) return false;
  const hostStart = schemeEnd + SEPARATOR.length;
  if (isHostless(value, hostStart)) return !isSpecial(value.slice(0, schemeEnd));
  const hostEnd =
    value.charCodeAt(hostStart) === LEFT_BRACKET ? scanAddress(value, hostStart) : scanName(value, hostStart);
  if (hostEnd === MALFORMED) return false;
  return hostEnd === value.length || isPort(value, hostEnd);
}

/**
 * Whether a string has the shape of an origin that only pages of one site or app have. Anybody can have the others: a
 * frame can be sandboxed, and a file downloaded.
 */
export function isOwnOrigin(value: string): boolean {
  return isSerializedOrigin(value) && value !== OPAQUE_ORIGIN && !value.startsWith('file:');
}

/** Where the scheme of a well-formed, tuple origin ends. */
export function schemeEndOf(origin: string): number {
  return origin.indexOf(':');
}

/** Where the host starts behind a scheme that ends at `schemeEnd`. */
export function hostStartOf(schemeEnd: number): number {
  return schemeEnd + SEPARATOR.length;
}

/**
 * Where the host of a well-formed, tuple origin ends: at the colon before the port, or at the end of the string.
 *
 * Looks back over the digits of the port by hand, because `lastIndexOf` is a call out of compiled code; that the colon
 * is not one of an IPv6 address shows in the bracket at the end.
 */
export function hostEndOf(origin: string): number {
  let at = origin.length - 1;
  while (isDigit(origin.charCodeAt(at))) at--;
  return origin.charCodeAt(at) === COLON ? at : origin.length;
}

/**
 * The canonical form of the block 127.0.0.0/8, and nothing that merely starts like it (`127.0.0.1.evil.com`).
 */
const LOOPBACK_ADDRESS = /^127(?:\.(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])){3}$/;

/**
 * Whether an origin's pages can be rewritten by anyone on the network path: it has the scheme `http`, and its host is
 * none that "potentially trustworthy origin" (Secure Contexts, 3.1) exempts: `localhost` and the names under it,
 * 127.0.0.0/8 and `[::1]`. Other schemes are the business of whoever runs them.
 */
export function isInsecureOrigin(origin: string): boolean {
  if (!origin.startsWith('http://')) return false;
  if (!isSerializedOrigin(origin)) return true;
  const schemeEnd = schemeEndOf(origin);
  return !isLoopbackHost(origin.slice(hostStartOf(schemeEnd), hostEndOf(origin)));
}

function isLoopbackHost(host: string): boolean {
  if (host === '[::1]' || LOOPBACK_ADDRESS.test(host)) return true;
  const name = host.endsWith('.') ? host.slice(0, -1) : host;
  return name === 'localhost' || name.endsWith('.localhost');
}

/** Whether nothing, or nothing but a dot, is behind the scheme. */
function isHostless(value: string, hostStart: number): boolean {
  const length = value.length - hostStart;
  return length === 0 || (length === 1 && value.charCodeAt(hostStart) === DOT);
}

/** URL standard, "special scheme", but for `file`: pages of these have a host. */
function isSpecial(scheme: string): boolean {
  return /^(?:https?|wss?|ftp)$/.test(scheme);
}

/** The end of the scheme (URL standard, "scheme start state" and "scheme state") if `://` follows. */
function scanScheme(value: string): number {
  if (!isLowerAlpha(value.charCodeAt(0))) return MALFORMED;
  let at = 1;
  while (isSchemeCode(value.charCodeAt(at))) at++;
  return at <= MAX_SCHEME_LENGTH && value.startsWith(SEPARATOR, at) ? at : MALFORMED;
}

/** The end of a host name: labels that are not empty, with at most one dot behind the last. */
function scanName(value: string, start: number): number {
  let at = start;
  let labelStart = start;
  for (; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code === DOT) {
      if (!isLabelLength(at - labelStart)) return MALFORMED;
      labelStart = at + 1;
    } else if (!isNameCode(code)) {
      break;
    }
  }
  const rooted = at === labelStart && at > start;
  if (!rooted && !isLabelLength(at - labelStart)) return MALFORMED;
  return at - start - (rooted ? 1 : 0) <= MAX_HOST_LENGTH ? at : MALFORMED;
}

/** The end of an IPv6 address in brackets. Browsers write its last 32 bits in hexadecimal, so it holds no dots. */
function scanAddress(value: string, start: number): number {
  let at = start + 1;
  while (isAddressCode(value.charCodeAt(at))) at++;
  if (value.charCodeAt(at) !== RIGHT_BRACKET) return MALFORMED;
  const length = at + 1 - start;
  return length >= MIN_ADDRESS_LENGTH && length <= MAX_ADDRESS_LENGTH ? at + 1 : MALFORMED;
}

/** Whether all that is left is a port, and not the one that the scheme implies. */
function isPort(value: string, colon: number): boolean {
  const digits = value.length - colon - 1;
  if (value.charCodeAt(colon) !== COLON || digits > MAX_PORT_DIGITS) return false;
  let port = 0;
  for (let at = colon + 1; at < value.length; at++) {
    const code = value.charCodeAt(at);
    // A leading zero is a zero while the port is still zero, which refuses the port 0 as well.
    if (!isDigit(code) || (port === 0 && code === 0x30)) return false;
    port = port * 10 + code - 0x30;
  }
  return port > 0 && port <= MAX_PORT && port !== defaultPort(value);
}

/** URL standard, "special scheme": the ports that a serialization leaves out. */
function defaultPort(value: string): number {
  if (value.startsWith('https://') || value.startsWith('wss://')) return 443;
  if (value.startsWith('http://') || value.startsWith('ws://')) return 80;
  return value.startsWith('ftp://') ? 21 : 0;
}

function isLabelLength(length: number): boolean {
  return length > 0 && length <= MAX_LABEL_LENGTH;
}

function isLowerAlpha(code: number): boolean {
  return code >= 0x61 && code <= 0x7a;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function isSchemeCode(code: number): boolean {
  return isLowerAlpha(code) || isDigit(code) || code === DASH || code === DOT || code === PLUS;
}

function isNameCode(code: number): boolean {
  return isLowerAlpha(code) || isDigit(code) || code === DASH || code === UNDERSCORE;
}

function isAddressCode(code: number): boolean {
  return isDigit(code) || (code >= 0x61 && code <= 0x66) || code === COLON;
}
