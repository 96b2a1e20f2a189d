import {
  MAX_HOST_LENGTH,
  MAX_LABEL_LENGTH,
  MAX_SCHEME_LENGTH,
  OPAQUE_ORIGIN,
} from '../protocol/serialized-origin.js';
import type { CorsProblemCode } from './cors-problem.js';
import { ANY_PORT, isAddress, ORIGINLESS_SCHEMES, parseUrl } from './origin-grammar.js';
import type { OriginPieces } from './origin-mending.js';
import { bareText, canonicalHost, hostlessOrigin, splitWildcard, WHITE_SPACE } from './origin-mending.js';

/** A kind of mistake, what to say of it, and how to tell that a value makes it. */
export interface Mistake {
  readonly code: CorsProblemCode;
  readonly message: string;
  readonly applies: (pieces: OriginPieces, text: string) => boolean;
  /** What to do, where a mended value would not be what was meant. */
  readonly advice?: string;
}

const ADDRESSES =
  'name the address, or write an expression such as /^http:\\/\\/192\\.168\\.1\\.\\d+(:\\d+)?$/';

/** What only a regular expression would hold: anchors, escaped dots and slashes, groups, `https?:`. */
const REGEXP_IN_A_STRING = /^\^|\$$|\\\.|\\\/|\(|\?:|:\/\/\.[*+]/;

/**
 * The mistakes, the most telling first: if a value makes several, only the first is reported, since the fix mends all
 * of them at once.
 */
export const MISTAKES: readonly Mistake[] = [
  {
    code: 'origin-case',
    message: 'is not how the opaque origin is spelled',
    applies: (_, text) => bareText(text).toLowerCase() === OPAQUE_ORIGIN && !WHITE_SPACE.test(text),
  },
  {
    code: 'origin-scheme',
    message: 'has the scheme of files, whose pages have the origin "null", or "file://" in some app shells',
    applies: ({ scheme }) => scheme.toLowerCase() === 'file',
  },
  {
    code: 'origin-scheme',
    message: 'has a scheme whose pages have the opaque origin "null"',
    applies: ({ scheme }) => ORIGINLESS_SCHEMES.has(scheme.toLowerCase()),
  },
  {
    code: 'origin-invalid',
    message: 'is a regular expression in a string',
    applies: (_, text) => REGEXP_IN_A_STRING.test(text),
  },
  {
    code: 'origin-invalid',
    message: 'has quotation marks in it',
    applies: (_, text) => /["'`]/.test(text),
  },
  {
    code: 'origin-whitespace',
    message: 'has white space in it',
    applies: (_, text) => WHITE_SPACE.test(text),
  },
  {
    code: 'origin-scheme',
    message: 'has one scheme in front of another',
    applies: ({ outer }) => outer !== '',
  },
  {
    code: 'origin-scheme-missing',
    message: 'has no scheme, and pages of another scheme are of another origin',
    applies: ({ scheme }) => scheme === '',
  },
  {
    code: 'origin-wildcard',
    message:
      'has a wildcard for a scheme, and would let in pages that anyone on the network path can rewrite',
    applies: ({ scheme }) => scheme.includes('*'),
  },
  {
    code: 'origin-scheme',
    message: `has a scheme longer than ${MAX_SCHEME_LENGTH} characters`,
    applies: ({ scheme }) => scheme.length > MAX_SCHEME_LENGTH,
  },
  {
    code: 'origin-scheme',
    message: 'has a scheme that is not made of letters, digits, "+", "-" and ".", starting with a letter',
    applies: ({ scheme }) => !/^[a-z][a-z0-9+.-]*$/i.test(scheme),
  },
  {
    code: 'origin-scheme-missing',
    message: 'has something else than "://" behind its scheme',
    applies: ({ separator }) => separator !== '://',
  },
  {
    code: 'origin-userinfo',
    message: 'has a user name or password in it',
    applies: ({ userinfo }) => userinfo !== '',
  },
  { code: 'origin-path', message: 'has a query', applies: ({ tail }) => tail.startsWith('?') },
  { code: 'origin-path', message: 'has a fragment', applies: ({ tail }) => tail.startsWith('#') },
  {
    code: 'origin-ip',
    message: 'has a range of IP addresses, for which there is no pattern',
    applies: ({ host, tail }) => /^\/\d{1,3}$/.test(tail) && isAddress(host),
    advice: ADDRESSES,
  },
  { code: 'origin-path', message: 'has a path', applies: ({ tail }) => tail !== '' },
  {
    code: 'origin-wildcard',
    message: 'has a wildcard within an IP address',
    applies: ({ host }) => /^\d+\.[\d.*]*\*$/.test(host),
    advice: ADDRESSES,
  },
  {
    code: 'origin-wildcard',
    message: 'has a wildcard for the whole host',
    applies: ({ host }) => /^[*.]*\*[*.]*$/.test(host),
  },
  {
    code: 'origin-wildcard',
    message: 'has a wildcard that is not one whole label at the front of the host',
    applies: ({ host }) => host.replace(/^\*\*?\.(?!\.)/, '').includes('*'),
  },
  {
    code: 'origin-wildcard',
    message: 'has a wildcard in front of an IP address',
    applies: ({ host }) => host.startsWith('*') && isAddress(splitWildcard(host).host),
  },
  {
    code: 'origin-port',
    message: 'has a colon without a port',
    applies: ({ port }) => port === '',
  },
  {
    code: 'origin-port',
    message: 'has a port that is not a number from 1 to 65535 without leading zeros',
    applies: ({ port }) => port !== undefined && port !== ANY_PORT && !isPort(port),
  },
  {
    code: 'origin-ip',
    message: 'has an IPv6 address without its brackets',
    applies: ({ host }, text) => host.startsWith('[') && !text.includes('['),
  },
  {
    code: 'origin-ip',
    message: 'has a zone in its IP address, which browsers leave out',
    applies: ({ host }) => /^\[.*%.*\]$/.test(host),
  },
  {
    code: 'origin-ip',
    message: 'has something that is not an IP address where one should be',
    applies: ({ host }) => isLikeAddress(host) && canonicalHost(host) === undefined,
  },
  {
    code: 'origin-ip',
    message: 'has an IP address that is not written as browsers write it',
    applies: ({ host }) => isLikeAddress(host) && canonicalHost(host) !== host,
  },
  {
    code: 'origin-unicode',
    message: 'has a host with other characters than ASCII, which browsers send as punycode',
    applies: ({ host }) => /[^\0-\x7f]/.test(host),
  },
  {
    code: 'origin-host',
    message: 'has no host',
    applies: (pieces) => pieces.host === '' && hostlessOrigin(pieces) === undefined,
  },
  {
    code: 'origin-host',
    message: 'has an empty label in its host',
    applies: (pieces) => labelsOf(pieces.host).includes('') && hostlessOrigin(pieces) === undefined,
  },
  {
    code: 'origin-host',
    message: `has a label longer than ${MAX_LABEL_LENGTH} characters in its host`,
    applies: ({ host }) => labelsOf(host).some((label) => label.length > MAX_LABEL_LENGTH),
  },
  {
    code: 'origin-host',
    message: `has a host that is longer than ${MAX_HOST_LENGTH} characters, or leaves no room for its wildcard`,
    applies: ({ host }) => host.replace(/^\*\*/, '*').replace(/\.$/, '').length > MAX_HOST_LENGTH,
  },
  {
    code: 'origin-host',
    message: 'has a character in its host that no host name has',
    applies: ({ host }) => !isLikeAddress(host) && !/^[\w.-]*$/.test(splitWildcard(host).host),
  },
  {
    code: 'origin-host',
    message: 'has a label in its host that starts like punycode and is none',
    applies: ({ host }) => canonicalHost(splitWildcard(host).host) === undefined,
  },
  {
    code: 'origin-case',
    message: 'has upper case letters, and origins are compared as browsers send them, in lower case',
    applies: ({ scheme, host }) => /[A-Z]/.test(scheme + host),
  },
  {
    code: 'origin-default-port',
    message: 'spells out the default port of its scheme, which browsers leave out',
    applies: ({ scheme, port }) => isPort(port) && parseUrl(`${scheme}://x:${port}`)?.port === '',
  },
];

function isPort(port: string | undefined): boolean {
  return port !== undefined && /^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65535;
}

/** Whether the host has a bracket, or ends in a number, which the URL standard allows of IPv4 addresses alone. */
function isLikeAddress(host: string): boolean {
  return /[[\]]/.test(host) || isAddress(host);
}

/** The labels of a host without the empty one behind a trailing dot. */
function labelsOf(host: string): readonly string[] {
  return host.replace(/(?<=[^.])\.$/, '').split('.');
}
