import { isForbiddenMethod, isSafelistedMethod, isToken, normalizeMethod } from '../protocol/names.js';
import { asStandard, type Departs } from './departures.js';
import { FetchError } from './fetch-error.js';
import type { FetchFailureReason } from './fetch-failure.js';
import type { Header } from './header-list.js';
import type {
  AnyRequestMode,
  CredentialsMode,
  FormFields,
  HeadersInput,
  PageFetchInit,
  RedirectMode,
  ReferrerPolicy,
  RequestMode,
} from './page-fetch-init.js';
import { REFERRER_POLICIES } from './referrer.js';
import { extractBody, isStream, type RequestBody } from './request-body.js';
import { isForbiddenHeader, isNoCorsSafelistedHeader } from './request-headers.js';

/** A request as script has made it. @see Fetch, Request class */
export interface PageRequest {
  readonly url: URL;
  readonly method: string;
  readonly headers: readonly Header[];
  readonly body: RequestBody | undefined;
  readonly mode: AnyRequestMode;
  readonly credentials: CredentialsMode;
  readonly redirect: RedirectMode;
  readonly referrerPolicy: ReferrerPolicy;
  /** @see Fetch, Requests: "use-CORS-preflight flag" */
  readonly forced: boolean;
  readonly signal: AbortSignal | undefined;
}

const MODES: readonly RequestMode[] = ['cors', 'no-cors', 'same-origin'];
const CREDENTIALS: readonly CredentialsMode[] = ['omit', 'same-origin', 'include'];
const REDIRECTS: readonly RedirectMode[] = ['follow', 'error', 'manual'];

/** What stands around a header value without being part of it. @see Fetch, Headers: "normalize" */
const SURROUNDING_WHITE_SPACE = /^[\t\n\r ]+|[\t\n\r ]+$/g;

/** @see Fetch, Headers: "header value"; characters beyond Latin-1 are no bytes (Web IDL, ByteString) */
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const HEADER_VALUE = /^[^\u0000\n\r\u0100-\uffff]*$/;

/**
 * Makes the request, in the order of the standard.
 *
 * @see Fetch, Request class: the constructor
 * @param base - what a URL without scheme and host is relative to
 * @param page - the page's own referrer policy
 * @param departs - whether the engine does it in a way of its own
 * @throws FetchError where the constructor throws a TypeError
 */
export async function makeRequest(
  input: string | URL,
  init: PageFetchInit,
  base: string,
  page: { readonly referrerPolicy: ReferrerPolicy },
  departs: Departs = asStandard,
): Promise<PageRequest> {
  const url = parseUrl(String(input), base);
  const mode = oneOf('mode', init.mode, MODES, 'cors');
  const method = readMethod(init.method ?? 'GET', mode);
  const headers = readHeaders(init.headers ?? [], mode, departs);
  const body = await readBody(init, method, mode, departs);
  if (body?.type !== undefined && !headers.some(([name]) => name.toLowerCase() === 'content-type')) {
    // Appended as script would, so that a no-cors request gets no content type that it may not have.
    headers.push(...readHeaders([['Content-Type', body.type]], mode, departs));
  }
  return {
    url,
    method,
    headers,
    body,
    mode,
    credentials: oneOf('credentials', init.credentials, CREDENTIALS, 'same-origin'),
    redirect: oneOf('redirect', init.redirect, REDIRECTS, 'follow'),
    referrerPolicy: oneOf(
      'referrerPolicy',
      init.referrerPolicy || undefined,
      REFERRER_POLICIES,
      page.referrerPolicy,
    ),
    forced: init.uploadListener === true || body?.stream !== undefined,
    signal: init.signal,
  };
}

/** What browsers want of a server that is to show a document. */
const DOCUMENT_TYPES = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

/**
 * Makes the request of a form with the method POST.
 *
 * @see HTML, "form submission algorithm", and Fetch, Requests: "navigation request"
 * @throws FetchError if the action is no URL of http or https
 */
export async function makeSubmission(
  action: string | URL,
  fields: FormFields,
  base: string,
  { referrerPolicy }: { readonly referrerPolicy: ReferrerPolicy },
): Promise<PageRequest> {
  if (!URL.canParse(String(action), base)) {
    throw refuse('url-invalid', `${JSON.stringify(String(action))} is no URL`);
  }
  const url = new URL(action, base);
  if (!/^https?:$/.test(url.protocol)) {
    throw refuse('scheme-not-http', `${url.protocol} is neither http nor https`, 'Main fetch');
  }
  const body = await extractBody(fields instanceof FormData ? fields : new URLSearchParams(fields));
  return {
    url,
    method: 'POST',
    headers: [
      ['Content-Type', (body.type as string).replace(/;charset=UTF-8$/, '')],
      ['Accept', DOCUMENT_TYPES],
    ],
    body,
    mode: 'navigate',
    credentials: 'include',
    redirect: 'follow',
    referrerPolicy,
    forced: false,
    signal: undefined,
  };
}

function parseUrl(input: string, base: string): URL {
  if (!URL.canParse(input, base)) throw refuse('url-invalid', `${JSON.stringify(input)} is no URL`);
  const url = new URL(input, base);
  if (url.username !== '' || url.password !== '') {
    throw refuse('url-credentials', 'the URL has a user name or a password, which fetch() does not take');
  }
  return url;
}

/** @see Fetch, Methods */
function readMethod(written: string, mode: RequestMode): string {
  if (!isToken(written)) throw refuse('method-invalid', `${JSON.stringify(written)} is no method`, 'Methods');
  if (isForbiddenMethod(written)) {
    throw refuse('method-forbidden', `no page can send ${written}, a forbidden method`, 'Methods');
  }
  const method = normalizeMethod(written);
  if (mode === 'no-cors' && !isSafelistedMethod(method)) {
    throw refuse('method-not-safelisted', `mode no-cors takes GET, HEAD and POST, not ${method}`);
  }
  return method;
}

/** Leaves out what the standard drops without a word. @see Fetch, Headers class: "append" */
function readHeaders(input: HeadersInput, mode: RequestMode, departs: Departs): Header[] {
  const headers: Header[] = [];
  for (const [name, written] of entriesOf(input)) {
    const value = String(written).replace(SURROUNDING_WHITE_SPACE, '');
    if (!isToken(name))
      throw refuse('header-invalid', `${JSON.stringify(name)} is no header name`, 'Headers class');
    if (!HEADER_VALUE.test(value)) {
      throw refuse('header-invalid', `${name} has a value that no header can have`, 'Headers class');
    }
    if (isForbiddenHeader(name, value)) continue;
    if (mode === 'no-cors' && !isNoCorsSafelistedHeader(name, combined(headers, name, value), departs))
      continue;
    if (name.toLowerCase() === 'user-agent' && departs('user-agent-kept-from-script')) continue;
    append(headers, name, value);
  }
  return headers;
}

/**
 * A name that is there already stays as it was written first, and its lines stand together, as they are sent.
 *
 * @see Fetch, Headers: "append" a header to a header list
 */
function append(headers: Header[], name: string, value: string): void {
  const last = headers.findLastIndex(([present]) => present.toLowerCase() === name.toLowerCase());
  if (last === -1) headers.push([name, value]);
  else headers.splice(last + 1, 0, [(headers[last] as Header)[0], value]);
}

/** The names, as script writes them, that a request leaves out. @see Fetch, Headers class: "append" */
export function droppedHeaders(input: HeadersInput, mode: RequestMode): readonly string[] {
  const kept = new Set(readHeaders(input, mode, asStandard).map(([name]) => name.toLowerCase()));
  const written = new Set(Array.from(entriesOf(input), ([name]) => name));
  return [...written].filter((name) => !kept.has(name.toLowerCase()));
}

function entriesOf(input: HeadersInput): Iterable<readonly [name: string, value: unknown]> {
  return isIterable(input) ? input : Object.entries(input);
}

/** What the value would be with the one that is to be appended. */
function combined(headers: readonly Header[], name: string, value: string): string {
  const before = headers.filter(([present]) => present.toLowerCase() === name.toLowerCase());
  return [...before.map(([, present]) => present), value].join(', ');
}

async function readBody(
  { body, duplex }: PageFetchInit,
  method: string,
  mode: RequestMode,
  departs: Departs,
): Promise<RequestBody | undefined> {
  if (body === undefined || body === null) return undefined;
  if (method === 'GET' || method === 'HEAD') {
    throw refuse('body-not-allowed', `a ${method} request has no body`);
  }
  if (isStream(body) && departs('streams-throw')) {
    throw refuse('stream-not-supported', 'this engine takes no stream as body');
  }
  if (isStream(body) && departs('streams-become-text')) return await extractBody('[object ReadableStream]');
  if (isStream(body) && duplex === undefined) {
    throw refuse('stream-without-duplex', "a stream as body needs duplex: 'half'");
  }
  if (isStream(body) && mode === 'no-cors') {
    throw refuse('stream-not-allowed', 'mode no-cors takes no stream as body');
  }
  return await extractBody(body);
}

/** @see Web IDL, enumerations: an unknown value is a TypeError, `undefined` the default */
function oneOf<Value extends string>(
  name: string,
  value: Value | undefined,
  known: readonly Value[],
  fallback: Value,
): Value {
  if (value === undefined) return fallback;
  if (known.includes(value)) return value;
  throw refuse('option-invalid', `${name} is ${JSON.stringify(value)}, which is none of ${known.join(', ')}`);
}

function isIterable(input: HeadersInput): input is Iterable<Header> {
  return Symbol.iterator in input;
}

function refuse(reason: FetchFailureReason, message: string, section = 'Request class'): FetchError {
  return new FetchError('request', reason, message, section);
}
