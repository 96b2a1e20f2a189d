import { METHODS } from 'node:http';
import { show } from '../policy/show.js';
import { isToken } from '../protocol/names.js';
import type { PlatformRequest } from '../routing/route-matcher.js';
import type { ExplainableRequest } from './cors-explanation.js';

/** What a request to be explained looks like, for messages. */
const EXAMPLE =
  "{ method: 'GET', url: '/orders/7', headers: { origin: 'https://app.example.com', host: 'api.example.com' } }";

/** An absolute-form request target, with its authority. @see RFC 9112, section 3.2.2 */
const ABSOLUTE = /^https?:\/\/([^/?#]*)/i;

/** Fields of which Node keeps the first one only, where it joins others. @see `message.headers` of `node:http` */
const SINGLE_FIELDS: ReadonlySet<string> = new Set(['authorization', 'host', 'referer', 'user-agent']);

type Headers = Readonly<Record<string, string>>;

/** A request as the matchers of both platforms take it. */
export interface PlainRequest extends PlatformRequest {
  readonly headers: Headers;
}

/**
 * Makes what a platform makes of a request that arrives.
 *
 * @throws TypeError if it is none, naming the part at fault and showing how to write it
 */
export function readRequest(request: ExplainableRequest): PlainRequest {
  if (typeof request !== 'object' || (request as unknown) === null)
    throw invalid('request', request, EXAMPLE);
  const method = readMethod(request.method);
  const url = readTarget('url', request.url);
  const originalUrl =
    request.originalUrl === undefined ? url : readTarget('originalUrl', request.originalUrl);
  const fields = readHeaders(request.headers);
  const authority = ABSOLUTE.exec(url)?.[1];
  if (authority !== undefined && !fields.has('host') && !fields.has(':authority'))
    fields.set('host', authority);
  const headers = Object.fromEntries(fields);
  const host = readHost(request.host) ?? headers['host'] ?? headers[':authority'] ?? '';
  return {
    method,
    url,
    originalUrl,
    headers,
    host,
    hostname: withoutPort(host),
  };
}

/** Node answers methods that it does not know with 400, before any app sees them, and knows them in upper case only. */
function readMethod(value: unknown): string {
  if (typeof value === 'string' && METHODS.includes(value)) return value;
  const upper = typeof value === 'string' ? value.toUpperCase() : '';
  throw invalid('request.method', value, METHODS.includes(upper) ? `'${upper}'` : "'GET'");
}

function readTarget(name: string, value: unknown): string {
  if (typeof value !== 'string') throw invalid(`request.${name}`, value, "'/orders/7'");
  // White space ends a target on the wire, and control characters don't get through at all.
  if (/[\0-\x20\x7f]/.test(value)) throw invalid(`request.${name}`, value, `'${encodeURI(value.trim())}'`);
  if (value !== '*' && !value.startsWith('/') && !ABSOLUTE.test(value)) {
    throw invalid(`request.${name}`, value, `'/${encodeURI(value)}'`);
  }
  return value;
}

function readHost(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'string') return value;
  throw invalid('request.host', value, "'api.example.com'");
}

/** The fields as Node keeps them: names in lower case, several of one name joined. */
function readHeaders(value: unknown): Map<string, string> {
  if (typeof value !== 'object' || value === null) {
    throw invalid('request.headers', value, "{ origin: 'https://app.example.com' }");
  }
  const pairs: readonly unknown[] =
    Symbol.iterator in value ? [...(value as Iterable<unknown>)] : Object.entries(value);
  const fields = new Map<string, string>();
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) {
      throw invalid('an element of request.headers', pair, "['origin', 'https://app.example.com']");
    }
    const [name, given] = pair as unknown[];
    const key = readName(name);
    if (given === undefined) continue;
    const values: readonly unknown[] = Array.isArray(given) ? given : [given];
    for (const one of values) {
      if (typeof one !== 'string') throw invalid(`request.headers[${show(key)}]`, one, `'${String(one)}'`);
      addField(fields, key, one.replaceAll(/^[\t ]+|[\t ]+$/g, ''));
    }
  }
  return fields;
}

/** A field name in lower case, or a pseudo-header field of HTTP/2. */
function readName(name: unknown): string {
  if (typeof name === 'string' && isToken(name.startsWith(':') ? name.slice(1) : name))
    return name.toLowerCase();
  throw invalid('a name in request.headers', name, "'origin'");
}

function addField(fields: Map<string, string>, name: string, value: string): void {
  const before = fields.get(name);
  if (before === undefined) fields.set(name, value);
  else if (!SINGLE_FIELDS.has(name)) fields.set(name, `${before}${name === 'cookie' ? '; ' : ', '}${value}`);
}

/** The host as the platforms report it, an IPv6 address with its brackets. */
function withoutPort(host: string): string {
  const colon = host.indexOf(':', host.startsWith('[') ? host.indexOf(']') : 0);
  return colon === -1 ? host : host.slice(0, colon);
}

function invalid(place: string, value: unknown, fix: string): TypeError {
  return new TypeError(`explain(): ${place} is ${show(value)}; write ${fix}`);
}
