import { METHODS } from 'node:http';
import type { CorsExplanation } from '../explain/cors-explanation.js';
import { isSafelistedMethod } from '../protocol/names.js';
import { OPAQUE_ORIGIN } from '../protocol/serialized-origin.js';
import type { Exchange } from './exchange.js';
import type { FetchFailure, FetchFailureReason, FetchStep } from './fetch-failure.js';
import type { FetchResult } from './fetch-result.js';
import { HeaderList } from './header-list.js';
import type { PageFetchInit } from './page-fetch-init.js';
import { droppedHeaders } from './page-request.js';

/*
 * What is wrong with a fetch that should have gone otherwise: sentences for people, who read them in the output of a
 * test runner. `undefined` where nothing is wrong.
 */

/** A fetch that was made to see how it goes. */
export interface Attempt {
  /** As the test has written it: `GET /orders`. */
  readonly request: string;
  /** The page's origin. */
  readonly origin: string;
  /** What script has given beside method and URL. */
  readonly init: PageFetchInit;
  readonly result: FetchResult;
  /** What the server says of an exchange, if it can say something. */
  explain(exchange: Exchange): Promise<CorsExplanation | undefined>;
}

/** What a refusal should be; what is left out may be anything. */
export interface ExpectedRefusal {
  readonly step: FetchStep | undefined;
  readonly reason: FetchFailureReason | undefined;
}

/** How a failure is told. */
const OUTCOMES: Readonly<Record<FetchStep, string>> = {
  request: 'is never sent',
  'main-fetch': 'is never sent',
  preflight: 'is refused',
  network: 'gets no response',
  'cors-check': 'is refused',
  redirect: 'fails at a redirect',
  'resource-policy': 'is refused',
};

/** The steps at which the policy of the server decides. */
const POLICY_STEPS: ReadonlySet<FetchStep> = new Set(['preflight', 'cors-check']);

/** Why script can't read it: what the browser saw, and why the server says so. */
export async function whyUnreadable(attempt: Attempt): Promise<string | undefined> {
  const { readable, failure, type } = attempt.result;
  if (readable) return undefined;
  if (failure !== undefined) {
    const why = POLICY_STEPS.has(failure.step) ? await serverReason(attempt) : '';
    return `${subject(attempt)} ${outcome(attempt, failure)}: ${failure.message}${why}`;
  }
  return type === 'opaque'
    ? `${subject(attempt)} is opaque: with mode no-cors, script sees nothing of the response`
    : `${subject(attempt)} stops at a redirect, of which script sees nothing`;
}

/** Why it is not refused, or not as it should be. */
export async function whyNotRefused(
  attempt: Attempt,
  { step, reason }: ExpectedRefusal,
): Promise<string | undefined> {
  const { failure, readable } = attempt.result;
  const anyRefusal = step === undefined && reason === undefined;
  const wanted = anyRefusal ? ' by CORS' : named({ step, reason });
  const should = `${subject(attempt)} should be refused${wanted}, but`;
  if (failure === undefined) {
    return `${should} ${readable ? `script can read it: ${openness(attempt)}` : 'it goes through, unread'}`;
  }
  const found = { step: step && failure.step, reason: reason && failure.reason };
  if (anyRefusal ? isCorsRefusal(failure) : found.step === step && found.reason === reason) return undefined;
  const how = named({ step: found.step, reason: failure.reason });
  return `${should} it ${outcome(attempt, failure)}${how}: ${failure.message}`;
}

/** Why it needs no preflight. */
export function whyUnasked(attempt: Attempt): string | undefined {
  const unanswered = whyUnanswered(attempt);
  if (unanswered !== undefined) return unanswered;
  const { preflight, exchanges } = attempt.result;
  if (preflight !== 'none') return undefined;
  const crossOrigin = exchanges.some(({ url }) => new URL(url).origin !== attempt.origin);
  const reason = crossOrigin ? safelisting(attempt) : 'it is a same-origin request';
  return `${subject(attempt)} needs no preflight: ${reason}`;
}

/** Why it needs a preflight. */
export function whyAsked(attempt: Attempt): string | undefined {
  const unanswered = whyUnanswered(attempt);
  if (unanswered !== undefined) return unanswered;
  const { preflight, exchanges } = attempt.result;
  if (preflight === 'none') return undefined;
  const asked = exchanges.find(({ kind }) => kind === 'preflight')?.headers;
  if (asked === undefined) return `${subject(attempt)} needs a preflight, the answer to which was cached`;
  const method = asked.get('Access-Control-Request-Method');
  const names = asked.get('Access-Control-Request-Headers');
  const causes = [
    ...(method === undefined || isSafelistedMethod(method) ? [] : [`the method ${method}`]),
    ...(names === undefined ? [] : [`the headers ${names.replaceAll(',', ', ')}`]),
  ];
  const cause = causes.length === 0 ? 'its upload listener or stream' : causes.join(' and ');
  return `${subject(attempt)} needs a preflight for ${cause}`;
}

/** Why script does not see all of these headers. */
export async function whyHidden(attempt: Attempt, names: readonly string[]): Promise<string | undefined> {
  const unreadable = await whyUnreadable(attempt);
  if (unreadable !== undefined) return unreadable;
  const hidden = names.filter((name) => !attempt.result.headers.has(name));
  if (hidden.length === 0) return undefined;
  const absent = absentHeaders(attempt, hidden);
  return absent ?? `${subject(attempt)} does not show script ${hidden.join(', ')}: ${exposure(attempt)}`;
}

/** Why script sees one of these headers, or why that says nothing. */
export async function whyExposed(attempt: Attempt, names: readonly string[]): Promise<string | undefined> {
  const unreadable = await whyUnreadable(attempt);
  if (unreadable !== undefined) return unreadable;
  const exposed = names.filter((name) => attempt.result.headers.has(name));
  if (exposed.length === 0) return absentHeaders(attempt, names);
  return `${subject(attempt)} shows script ${exposed.join(', ')}: ${exposure(attempt)}`;
}

/** Why no question about preflights makes sense: nothing was sent, or nobody was there to take it. */
function whyUnanswered(attempt: Attempt): string | undefined {
  const { failure, exchanges } = attempt.result;
  if (failure === undefined || exchanges.some(({ response }) => response !== undefined)) return undefined;
  return `${subject(attempt)} ${outcome(attempt, failure)}: ${failure.message}`;
}

/** What became of a request that failed. Main fetch decides anew after each redirect, when something has been sent. */
function outcome({ result }: Attempt, { step }: FetchFailure): string {
  return step === 'main-fetch' && result.exchanges.length > 0
    ? 'is refused after a redirect'
    : OUTCOMES[step];
}

/** Whether it is a server that has not let this origin in. Other redirects fail whatever the server allows. */
function isCorsRefusal({ step, reason }: FetchFailure): boolean {
  return POLICY_STEPS.has(step) || step === 'resource-policy' || reason === 'location-credentials';
}

/** A refusal by what is known of it. */
function named({ step, reason }: ExpectedRefusal): string {
  return `${reason === undefined ? '' : ` with ${reason}`}${step === undefined ? '' : ` at step ${step}`}`;
}

/** Why a request to another origin goes without asking, though script may have meant to send more. */
function safelisting({ init: { headers = [], mode = 'cors' } }: Attempt): string {
  const dropped = droppedHeaders(headers, mode).join(', ');
  if (mode === 'no-cors') {
    return `mode no-cors takes what is CORS-safelisted${dropped === '' ? '' : `, and drops ${dropped}`}`;
  }
  return `its method and headers are CORS-safelisted${dropped === '' ? '' : `, and browsers drop ${dropped}`}`;
}

/** A header that was never sent is neither exposed nor hidden. */
function absentHeaders(attempt: Attempt, names: readonly string[]): string | undefined {
  const absent = names.filter((name) => !lastHeaders(attempt).has(name));
  return absent.length === 0 ? undefined : `${subject(attempt)} is answered without ${absent.join(', ')}`;
}

/** What the server says of a refusal: why, and what may have been meant. `''` if it says nothing. */
async function serverReason(attempt: Attempt): Promise<string> {
  const { exchanges } = attempt.result;
  const last = exchanges.at(-1);
  if (last !== undefined && isUnknownMethod(last)) return unknownMethod(last.method);
  const explanation = last && (await attempt.explain(last));
  if (explanation === undefined || explanation.allowed) return '';
  const { steps, closest } = explanation;
  const refused = steps.find(({ passed }) => !passed);
  const why = refused === undefined ? '' : `, because ${refused.message}`;
  return closest === undefined ? why : `${why}; the closest allowed origin is ${closest}`;
}

/** Whose policy has refused the preflight; `undefined` if none has, or the library has not answered it. */
export async function refusingPlace(attempt: Attempt): Promise<string | undefined> {
  const { failure, exchanges } = attempt.result;
  const last = exchanges.at(-1);
  if (failure?.reason !== 'preflight-status' || last === undefined) return undefined;
  const explanation = await attempt.explain(last);
  if (explanation?.allowed !== false || explanation.status === undefined) return undefined;
  return explanation.steps.find(({ passed }) => !passed)?.where;
}

/** Whether it is Node that has answered, which knows some methods, and those in upper case only. */
function isUnknownMethod({ method, response }: Exchange): boolean {
  return response?.status === 400 && !METHODS.includes(method);
}

function unknownMethod(method: string): string {
  const known = METHODS.includes(method.toUpperCase());
  const why = `, because Node knows no method ${method} and answers 400 before the app has the request`;
  return known ? `${why}; browsers send it as it is written: write ${method.toUpperCase()}` : why;
}

/** What lets script read it. */
function openness(attempt: Attempt): string {
  const { type, status } = attempt.result;
  if (type === 'basic') return `the response (${status}) is same-origin, where CORS does not apply`;
  return `the response (${status}) has Access-Control-Allow-Origin: ${lastHeaders(attempt).get('Access-Control-Allow-Origin')}`;
}

/** What decides which headers script sees. */
function exposure(attempt: Attempt): string {
  if (attempt.result.type === 'basic') return 'the response is same-origin';
  const value = lastHeaders(attempt).get('Access-Control-Expose-Headers');
  if (value === undefined) return 'the response has no Access-Control-Expose-Headers';
  return `the response has Access-Control-Expose-Headers: ${value}`;
}

function lastHeaders({ result }: Attempt): HeaderList {
  return result.exchanges.at(-1)?.response?.headers ?? new HeaderList();
}

/** The request, as every sentence begins. */
export function subject({ request, origin }: Attempt): string {
  return `${request} from ${origin === OPAQUE_ORIGIN ? 'an opaque origin' : origin}`;
}
