import { isSafelistedMethod } from '../protocol/names.js';
import { corsCheck, type CheckFailure, type CorsCheckFacts } from './cors-check.js';
import { asStandard, standardAlone, type Departs } from './departures.js';
import type { FetchFailureReason } from './fetch-failure.js';
import type { Header, HeaderList } from './header-list.js';
import { isNonWildcardHeader } from './request-headers.js';
import { tokenList } from './response-headers.js';

/** How long an answer to a preflight is kept that does not say so, in seconds. @see Fetch, CORS-preflight fetch */
const DEFAULT_MAX_AGE = 5;

/** What a preflight asks for. */
export interface PreflightQuestion extends CorsCheckFacts {
  /** The method of the actual request. */
  readonly method: string;
  /** The CORS-unsafe request-header names, in lower case, sorted, unique. */
  readonly unsafeNames: readonly string[];
  /** Whether an upload listener or a stream forces the preflight. */
  readonly forced: boolean;
}

/** What an approving answer to a preflight says, for the preflight cache. */
export interface PreflightApproval {
  readonly methods: readonly string[];
  readonly headerNames: readonly string[];
  /** In seconds, before the browser's own limit. */
  readonly maxAge: number;
}

/** The headers of a preflight that belong to the protocol. @see Fetch, "CORS-preflight fetch" */
export function preflightHeaders(method: string, unsafeNames: readonly string[]): readonly Header[] {
  const headers: Header[] = [
    ['Accept', '*/*'],
    ['Access-Control-Request-Method', method],
  ];
  if (unsafeNames.length > 0) headers.push(['Access-Control-Request-Headers', unsafeNames.join(',')]);
  return headers;
}

/**
 * Whether the answer to a preflight approves the actual request.
 *
 * The status is asked first. The standard wants both it and the CORS check, in no order that could be seen; and of a
 * refusal, which has neither, the status says more.
 *
 * @see Fetch, "CORS-preflight fetch"
 */
export function readPreflightAnswer(
  question: PreflightQuestion,
  status: number,
  headers: HeaderList,
  departs: Departs = asStandard,
): PreflightApproval | CheckFailure {
  if (status < 200 || status > 299) {
    return refusal('preflight-status', `the preflight answered ${status}`);
  }
  const failure = corsCheck(question, headers, "the preflight's answer");
  if (failure !== undefined) return failure;
  const allowMethods = tokenList(headers, 'Access-Control-Allow-Methods');
  if (allowMethods === undefined)
    return malformed('allow-methods-malformed', 'Access-Control-Allow-Methods', headers);
  const headerNames = tokenList(headers, 'Access-Control-Allow-Headers');
  if (headerNames === undefined)
    return malformed('allow-headers-malformed', 'Access-Control-Allow-Headers', headers);
  const unnamed = question.forced && !headers.has('Access-Control-Allow-Methods');
  const methods = unnamed ? [question.method] : allowMethods;
  return (
    methodFailure(question, methods) ??
    headersFailure(question, headerNames, departs) ?? {
      methods,
      headerNames,
      maxAge: maxAgeOf(headers, departs),
    }
  );
}

/** @see Fetch, "CORS-preflight fetch": the method is neither listed nor safelisted nor covered by a wildcard */
function methodFailure(question: PreflightQuestion, allowed: readonly string[]): CheckFailure | undefined {
  const { method } = question;
  if (allowed.includes(method) || isSafelistedMethod(method) || hasWildcard(question, allowed))
    return undefined;
  const said = saidOf('Access-Control-Allow-Methods', question, allowed);
  return refusal('method-not-allowed', `the preflight's answer does not allow ${method}: ${said}`);
}

/** @see Fetch, "CORS-preflight fetch": `Authorization` must be listed; other names may be covered by a wildcard */
function headersFailure(
  question: PreflightQuestion,
  allowed: readonly string[],
  departs: Departs,
): CheckFailure | undefined {
  const listed = new Set(allowed.map((name) => name.toLowerCase()));
  const wildcard = hasWildcard(question, allowed);
  const missing = question.unsafeNames.filter(
    (name) =>
      !listed.has(name) &&
      !(wildcard && (!isNonWildcardHeader(name) || departs('star-covers-authorization'))),
  );
  if (missing.length === 0) return undefined;
  const said = saidOf('Access-Control-Allow-Headers', question, allowed);
  return wildcard
    ? refusal(
        'authorization-not-listed',
        `the preflight's answer does not name authorization, which * never covers: ${said}${standardAlone('star-covers-authorization')}`,
      )
    : refusal('header-not-allowed', `the preflight's answer does not allow ${missing.join(', ')}: ${said}`);
}

/** Whether a list has a `*` that counts. */
function hasWildcard({ credentials }: PreflightQuestion, allowed: readonly string[]): boolean {
  return credentials !== 'include' && allowed.includes('*');
}

/** `Access-Control-Max-Age` as delta-seconds (RFC 9111, 1.2.2). Two of them, or a `-1`, are none. */
function maxAgeOf(headers: HeaderList, departs: Departs): number {
  const value = headers.get('Access-Control-Max-Age') ?? '';
  if (/^\d+$/.test(value)) return Number(value);
  if (value !== '' && departs('malformed-max-age-not-kept', { value })) return 0;
  if (/^-\d+$/.test(value) && departs('negative-max-age-not-kept', { value })) return 0;
  return DEFAULT_MAX_AGE;
}

function malformed(reason: FetchFailureReason, name: string, headers: HeaderList): CheckFailure {
  return refusal(reason, `the preflight's answer has a malformed ${name}: ${headers.get(name)}`);
}

function refusal(reason: FetchFailureReason, message: string): CheckFailure {
  return { reason, message, section: 'CORS-preflight fetch' };
}

function saidOf(name: string, question: PreflightQuestion, allowed: readonly string[]): string {
  if (allowed.length === 0) return `it has no ${name}`;
  const dead = allowed.includes('*') && !hasWildcard(question, allowed);
  const note = dead ? ', where * does not count for a request that includes credentials' : '';
  return `it has ${name}: ${allowed.join(', ')}${note}`;
}
