import { BlockList, isIP } from 'node:net';
import { CLIENT_HINTS } from '../engines/client-hints.js';
import { profileOf } from '../engines/engine-profile.js';
import {
  ENGINES,
  QUIRKS,
  quirkSentence,
  type EngineName,
  type QuirkFacts,
  type QuirkName,
} from '../engines/quirks.js';
import { isSafelistedMethod } from '../protocol/names.js';
import { FILE_ORIGIN, isInsecureOrigin, OPAQUE_ORIGIN } from '../protocol/serialized-origin.js';
import type { CorsEngineExplanation, CorsEngineQuirk } from './cors-explanation.js';
import { tokenText } from './words.js';

/** For how long browsers keep a preflight whose answer does not say, in seconds. @see Fetch, "CORS-preflight fetch" */
export const DEFAULT_MAX_AGE = 5;

/** A request and the answer to it, as far as engines differ over them. */
export interface AnsweredRequest {
  readonly kind: 'preflight' | 'actual';
  /** Of the actual request. */
  readonly method: string;
  /** The value of `Origin`; `undefined` if there is none. */
  readonly origin: string | undefined;
  /** Whether the preflight is approved, or the response may be read, by the standard. */
  readonly allowed: boolean;
  /** For how long an approved preflight may be kept, in seconds. */
  readonly maxAge: number;
  /** Whether the answer is for requests with credentials. */
  readonly credentials: boolean;
  /** The request headers that a preflight asks for, in lower case. */
  readonly names: readonly string[];
  /** Those of them that the policy refuses, if nothing else is refused. */
  readonly refusedNames: readonly string[];
  /** The request headers of an actual request, names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The origin that the request goes to, as the page has it; `undefined` if that is not known. */
  readonly target: string | undefined;
  /** Whether a preflight may ask for a request header. */
  readonly lets: (name: string) => boolean;
  /** The redirect with which the request is answered, if it is known. */
  readonly redirect: KnownRedirect | undefined;
}

/** A redirect with which a request is answered. */
export interface KnownRedirect {
  readonly status: number;
  /** Of the request that follows. */
  readonly method: string;
  /** Whether the request that follows has lost the body, and the headers that belong to it. */
  readonly losesBody: boolean;
  /** Whether it leads to another origin. */
  readonly isElsewhere: boolean;
  /** The handlers behind it that refuse `content-type`, if all there do. */
  readonly refusing: readonly string[];
}

/** A quirk that matters for a request. */
interface SeenQuirk {
  readonly facts: QuirkFacts;
  /** Why nothing comes of it because of the quirk; `''` if the sentence says it all. */
  readonly refusal?: string;
}

/** How each quirk shows that can be told from one request and the answer to it. */
const SIGNS: Readonly<Partial<Record<QuirkName, (request: AnsweredRequest) => SeenQuirk | undefined>>> = {
  'redirects-ask-again': ({ kind, origin, method, names, headers, redirect }) => {
    if (kind === 'preflight' && isBodiless(method) && names.length === 0) {
      return { facts: { method, status: 'redirect' } };
    }
    const hasAsked = origin !== undefined && (!isSafelistedMethod(method) || asksForType(headers));
    return redirect?.losesBody === true && hasAsked ? { facts: behind(redirect) } : undefined;
  },
  'lost-body-headers-still-named': ({ kind, method, names, headers, redirect }) => {
    if (kind === 'preflight' && isBodiless(method) && names.includes('content-type')) {
      return { facts: { method, status: 'redirect', headers: 'content-type' } };
    }
    if (redirect?.losesBody !== true || !asksForType(headers)) return undefined;
    const { refusing } = redirect;
    const refused = refusing.length > 0 && { refusal: `which ${refusing.join(' and ')} does not allow` };
    return { facts: behind(redirect), ...refused };
  },
  'lost-authorization-still-named': ({ kind, origin, method, names }) =>
    kind === 'preflight' && origin === OPAQUE_ORIGIN && names.includes('authorization')
      ? { facts: { method, status: 'redirect' } }
      : undefined,
  'preflight-shows-tainted-origin': ({ origin, method, redirect }) =>
    origin === OPAQUE_ORIGIN ||
    (origin !== undefined && redirect?.isElsewhere === true && !isSafelistedMethod(redirect.method))
      ? { facts: { method, origin: origin === OPAQUE_ORIGIN ? "the page's" : origin } }
      : undefined,
  'credentialed-preflights-apart': ({ kind, allowed, credentials }) =>
    kind === 'preflight' && allowed && credentials ? { facts: {} } : undefined,
  'preflights-kept-after-failure': ({ kind, origin, allowed, method }) =>
    kind === 'actual' && origin !== undefined && !allowed && !isSafelistedMethod(method)
      ? { facts: {} }
      : undefined,
  'user-agent-kept-from-script': ({ names }) => (names.some(isUserAgent) ? { facts: {} } : undefined),
  'client-hints-safelisted': ({ names }) => {
    const header = names.find((name) => CLIENT_HINTS.has(name));
    return header === undefined ? undefined : { facts: { header } };
  },
  'referrer-policy-leaves-origin': ({ kind, origin, headers }) =>
    kind === 'actual' &&
    origin === OPAQUE_ORIGIN &&
    /^(?:no-cors|same-origin)$/.test(headers['sec-fetch-mode'] ?? '')
      ? { facts: { origin: "the page's" } }
      : undefined,
  'bytes-beyond-ascii-unsafe': ({ kind, origin, headers, lets }) => {
    if (kind === 'preflight' || origin === undefined || !/[^\0-\x7F]/.test(headers['accept'] ?? ''))
      return undefined;
    return {
      facts: { header: 'accept' },
      ...(!lets('accept') && { refusal: 'which the policy does not allow' }),
    };
  },
  'localhost-is-mixed-content': ({ origin, target }) =>
    origin?.startsWith('https://') === true && isLoopbackOrigin(target)
      ? { facts: { origin: String(target) }, refusal: '' }
      : undefined,
  'local-network-needs-permission': ({ origin, target }) =>
    origin !== undefined && isPublic(origin) && isLocal(target)
      ? { facts: { origin: String(target) } }
      : undefined,
  'permitted-local-network-is-no-mixed-content': ({ origin, target }) =>
    origin?.startsWith('https://') === true && isLocal(target) && isInsecureOrigin(String(target))
      ? { facts: { origin: String(target) } }
      : undefined,
  'streams-need-http2': (request) =>
    isStreamed(request) && request.target?.startsWith('http://') === true
      ? { facts: {}, refusal: '' }
      : undefined,
  'streams-become-text': (request) => (isStreamed(request) ? { facts: {} } : undefined),
  'streams-throw': (request) => (isStreamed(request) ? { facts: {}, refusal: '' } : undefined),
  'file-access-shows-origin': ({ origin }) => (origin === FILE_ORIGIN ? { facts: {} } : undefined),
  'extensions-skip-cors': ({ origin }) =>
    origin?.startsWith('chrome-extension://') === true ? { facts: { origin } } : undefined,
  'addresses-asked-three-times': ({ kind, allowed, target }) =>
    kind === 'preflight' && allowed && isIP(hostOf(target)) !== 0 ? { facts: {} } : undefined,
};

/** The quirks that can be told from one request and the answer to it. */
export const KNOWABLE_QUIRKS = Object.keys(SIGNS) as readonly QuirkName[];

/**
 * What an engine makes of a request and the answer to it.
 *
 * @throws TypeError for an unknown engine; the message lists those that there are
 */
export function engineView(engine: EngineName, request: AnsweredRequest): CorsEngineExplanation {
  const profile = profileOf(engine);
  const seen = new Map(
    profile.quirks.flatMap((name) => {
      const sign = SIGNS[name]?.(request);
      return sign === undefined ? [] : [[name, sign] as const];
    }),
  );
  // What it names says more than that it asks.
  if (seen.has('lost-body-headers-still-named')) seen.delete('redirects-ask-again');
  const quirks = Array.from(seen, ([name, { facts, refusal }]): CorsEngineQuirk => {
    const does = quirkSentence(name, facts);
    const { source, standard } = QUIRKS[name];
    return { name, message: refusal ? `${does}, ${refusal}` : does, standard, source };
  });
  const isRefused = [...seen.values()].some(({ refusal }) => refusal !== undefined);
  const unasked = (name: string): boolean =>
    (profile.has('user-agent-kept-from-script') && isUserAgent(name)) ||
    (profile.has('client-hints-safelisted') && CLIENT_HINTS.has(name));
  const asksNothingRefused = request.refusedNames.length > 0 && request.refusedNames.every(unasked);
  const accepted = (request.allowed || asksNothingRefused) && !isRefused;
  const isKept = request.kind === 'preflight' && request.allowed && !isRefused;
  const keptFor = isKept ? Math.min(request.maxAge, profile.maxPreflightAge) : undefined;
  return {
    name: engine,
    version: ENGINES[engine].version,
    accepted,
    keptFor,
    quirks,
    message: [outcomeOf(profile.title, request, accepted, keptFor), ...quirks.map(sentenceOf)].join(' '),
  };
}

function outcomeOf(
  title: string,
  { kind, method, maxAge }: AnsweredRequest,
  accepted: boolean,
  keptFor: number | undefined,
): string {
  const subject = `${title.slice(0, 1).toUpperCase()}${title.slice(1)}`;
  if (kind === 'actual') return `${subject}: script ${accepted ? 'gets' : 'does not get'} the response.`;
  const sent = `${subject}: the ${tokenText(method)} is ${accepted ? '' : 'not '}sent`;
  if (keptFor === undefined) return `${sent}.`;
  const all = keptFor === maxAge ? '' : ` of ${maxAge}`;
  return `${sent}, and the approval kept for ${keptFor}${all} seconds.`;
}

function sentenceOf({ message }: CorsEngineQuirk): string {
  return `It ${message}.`;
}

function behind({ status, method }: KnownRedirect): QuirkFacts {
  return { status: String(status), method, headers: 'content-type' };
}

function isBodiless(method: string): boolean {
  return method === 'GET' || method === 'HEAD';
}

function isUserAgent(name: string): boolean {
  return name === 'user-agent';
}

/** The types that a form can send. @see Fetch, "CORS-safelisted request-header" */
const SAFELISTED_TYPE = /^(?:application\/x-www-form-urlencoded|multipart\/form-data|text\/plain)\s*(?:;|$)/i;

/** Whether the request's type of content has needed a preflight. */
function asksForType({ 'content-type': type, origin }: AnsweredRequest['headers']): boolean {
  return origin !== undefined && type !== undefined && !SAFELISTED_TYPE.test(type);
}

/** Browsers send a body in chunks if it is a stream, and not otherwise. */
function isStreamed({ kind, origin, headers }: AnsweredRequest): boolean {
  return kind === 'actual' && origin !== undefined && /\bchunked\b/i.test(headers['transfer-encoding'] ?? '');
}

/** Private networks, and this machine. @see Local Network Access, "IP address space" */
const LOCAL = new BlockList();
for (const [network, prefix] of [
  ['10.0.0.0', 8],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
] as const) {
  LOCAL.addSubnet(network, prefix, 'ipv4');
}
LOCAL.addAddress('::1', 'ipv6');
LOCAL.addSubnet('fc00::', 7, 'ipv6');
LOCAL.addSubnet('fe80::', 10, 'ipv6');

/** The host of an origin, an IPv6 address without its brackets; `''` if it has none. */
function hostOf(origin: string | undefined): string {
  if (origin === undefined || !/^https?:/.test(origin) || !URL.canParse(origin)) return '';
  return new URL(origin).hostname.replace(/^\[|\]$/g, '');
}

function isLocal(origin: string | undefined): boolean {
  const host = hostOf(origin);
  const version = isIP(host);
  if (version !== 0) return LOCAL.check(host, version === 4 ? 'ipv4' : 'ipv6');
  return /(?:^|\.)localhost\.?$/.test(host);
}

/** Names may stand for any address; most stand for public ones. */
function isPublic(origin: string): boolean {
  return hostOf(origin) !== '' && !isLocal(origin);
}

function isLoopbackOrigin(origin: string | undefined): boolean {
  return origin?.startsWith('http://') === true && !isInsecureOrigin(origin);
}
