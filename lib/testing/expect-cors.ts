import { AssertionError } from 'node:assert';
import { profileOf } from '../engines/engine-profile.js';
import { ENGINE_NAMES, type EngineName } from '../engines/quirks.js';
import { printable, show } from '../policy/show.js';
import { whyNotEverywhere, type Trial } from './every-engine.js';
import type { FetchFailureReason, FetchStep } from './fetch-failure.js';
import type { FetchResult } from './fetch-result.js';
import type { Served } from './network.js';
import type { PageFetchInit } from './page-fetch-init.js';
import {
  refusingPlace,
  subject,
  whyAsked,
  whyExposed,
  whyHidden,
  whyNotRefused,
  whyUnasked,
  whyUnreadable,
  type Attempt,
} from './expectations.js';
import { VirtualBrowser } from './virtual-browser.js';
import type { PageOptions } from './virtual-page.js';

/** What is sent beside the method, which is written with the URL: `DELETE /orders/7`. */
export type ExpectationInit = Omit<PageFetchInit, 'method'>;

/** What a refusal is expected to be, beside what is sent. */
export interface RefusalInit extends ExpectationInit {
  /** Where it must fail. */
  readonly step?: FetchStep | undefined;
  /** Why it must fail. */
  readonly reason?: FetchFailureReason | undefined;
}

/** Assertions on what pages may do with an app. */
export interface CorsExpectation {
  /** What a page on this origin may do; `null` for an opaque origin. */
  from(origin: string, options?: PageOptions): PageExpectation;
  /**
   * The same, asserted of the standard, of Chromium, of Firefox and of WebKit: each request is sent once for each of them, by a
   * new browser without cookies and with empty caches. An assertion that fails names the engine, and what it does
   * otherwise.
   *
   * Of a browser that `expectCors` was given, the origins and `maxPreflightAge` are taken over, and nothing else: not its
   * engine and quirks, not what it has in its caches, and not the time that has passed for it.
   *
   * @example
   * ```ts
   * await expectCors(app).inEveryEngine().from('https://shop.example.com').toRead('POST /orders', { body: '{}' });
   * ```
   */
  inEveryEngine(): EveryEngineExpectation;
}

/** Assertions on what pages may do with an app, whatever the engine. */
export interface EveryEngineExpectation {
  /** What a page on this origin may do; `null` for an opaque origin. */
  from(origin: string, options?: EveryEnginePageOptions): PageExpectation<EngineResults>;
}

/** What else is known of a page, whatever the engine. */
export type EveryEnginePageOptions = Omit<PageOptions, 'engine' | 'quirks'>;

/** The result of each engine. */
export type EngineResults = Readonly<Record<EngineName, FetchResult>>;

/**
 * Assertions on one origin. A request is written as `GET /orders`, or `/orders` for GET; it is really sent, so what is
 * asserted to be readable has happened. Each resolves with the result, of which more can be asserted, and rejects with
 * an `AssertionError` that says what the browser saw and, if the app imports `CorsModule`, why.
 */
export interface PageExpectation<Result = FetchResult> {
  /** Script may read the response, whatever its status is. */
  toRead(request: string, init?: ExpectationInit): Promise<Result>;
  /**
   * CORS refuses: at the preflight, the response, or a redirect with a password. A request that fails for another reason
   * (no connection, a forbidden method, `redirect: 'error'`) is no refusal, unless its `step` or `reason` is named.
   */
  toBeRefused(request: string, init?: RefusalInit): Promise<Result>;
  /** The browser asks first, whatever the answer is. */
  toNeedPreflight(request: string, init?: ExpectationInit): Promise<Result>;
  /** The browser sends it without asking, whatever the answer is. */
  toNeedNoPreflight(request: string, init?: ExpectationInit): Promise<Result>;
  /** The response has these headers, and script sees them. */
  toExpose(request: string, headers: string | readonly string[], init?: ExpectationInit): Promise<Result>;
  /** Script may read the response, which has these headers, and does not see them. */
  toHide(request: string, headers: string | readonly string[], init?: ExpectationInit): Promise<Result>;
}

/**
 * Starts an assertion. It is of no test runner: if it fails, it rejects with an `AssertionError` of Node's.
 *
 * @param app - an app or the URL of one, which gets a new browser for each assertion; or a browser, with its settings,
 *   its preflight cache and its cookies
 * @example
 * ```ts
 * await expectCors(app).from('https://shop.example.com').toRead('GET /orders');
 * await expectCors(app).from('https://shop.example.com').toExpose('GET /orders', 'x-total-count');
 * await expectCors(app).from('https://evil.example').toBeRefused('DELETE /orders/7', { reason: 'preflight-status' });
 * ```
 */
export function expectCors(app: Served | VirtualBrowser): CorsExpectation {
  return {
    from: (origin, options) => pageExpectation(oneBrowser(app, origin, options)),
    inEveryEngine: () => ({
      from: (origin, options) => pageExpectation(everyEngine(app, origin, options)),
    }),
  };
}

/** What an assertion says. */
interface Claim {
  /** As a sentence goes on: `is readable`. */
  readonly holds: string;
  /** What is wrong, in a sentence; `undefined` if nothing is. */
  readonly complain: (attempt: Attempt) => Promise<string | undefined> | string | undefined;
}

/** Makes an assertion. */
type Check<Result> = (request: string, init: ExpectationInit, claim: Claim) => Promise<Result>;

/** An attempt, and what is wrong with it. */
interface Tried {
  readonly attempt: Attempt;
  readonly message: string | undefined;
}

function oneBrowser(
  app: Served | VirtualBrowser,
  origin: string,
  options: PageOptions | undefined,
): Check<FetchResult> {
  return async (request, init, claim) => {
    const tried = await attempt(await browserFor(app), origin, options, request, init, claim);
    const { result } = tried.attempt;
    if (tried.message !== undefined) fail(tried.message + quirksOf(result));
    return result;
  };
}

function everyEngine(
  app: Served | VirtualBrowser,
  origin: string,
  options: EveryEnginePageOptions | undefined,
): Check<EngineResults> {
  return async (request, init, claim) => {
    const browser = await browserFor(app);
    const page: PageOptions = { ...options, engine: undefined, quirks: undefined };
    const trials: Trial[] = [];
    let who = '';
    for (const engine of ENGINE_NAMES) {
      // One after the other, so that the app is asked as by four people, and what it says is in order.
      // oxlint-disable-next-line no-await-in-loop
      const tried = await attempt(browser.anew(engine), origin, page, request, init, claim);
      who = subject(tried.attempt);
      // oxlint-disable-next-line no-await-in-loop
      trials.push(await trialOf(engine, tried));
    }
    const why = whyNotEverywhere(claim.holds, trials);
    if (why !== undefined) fail(`${who} ${why}`);
    return Object.fromEntries(trials.map(({ engine, result }) => [engine, result])) as EngineResults;
  };
}

async function trialOf(engine: EngineName, { attempt: made, message }: Tried): Promise<Trial> {
  const { result } = made;
  if (message === undefined) return { engine, result, complaint: undefined, refusedBy: undefined };
  const complaint = message.slice(subject(made).length + 1);
  return { engine, result, complaint, refusedBy: await refusingPlace(made) };
}

async function browserFor(app: Served | VirtualBrowser): Promise<VirtualBrowser> {
  return app instanceof VirtualBrowser ? app : await VirtualBrowser.for(app);
}

async function attempt(
  browser: VirtualBrowser,
  origin: string,
  options: PageOptions | undefined,
  request: string,
  init: ExpectationInit,
  { complain }: Claim,
): Promise<Tried> {
  const [method, url] = readRequest(request, init);
  const result = await browser.page(origin, options).fetch(url, { ...init, method });
  const explain: Attempt['explain'] = async (exchange) => await browser.explain(exchange);
  const made: Attempt = { request: `${method} ${url}`, origin, init, result, explain };
  const message = await complain(made);
  // It would keep the app from closing, and nobody reads on after the answer to the question, or can if that was no.
  if (message !== undefined || isEventStream(result)) await result.body?.cancel().catch(() => undefined);
  return { attempt: made, message };
}

function fail(message: string): never {
  throw new AssertionError({ message: printable(message), operator: 'fail' });
}

/** What an engine has done otherwise than the standard; `''` if nothing. */
function quirksOf({ engine, quirks }: FetchResult): string {
  if (quirks.length === 0) return '';
  return ` (${profileOf(engine).title} ${quirks.map(({ sentence }) => sentence).join(', and ')})`;
}

function pageExpectation<Result>(check: Check<Result>): PageExpectation<Result> {
  return {
    toRead: (request, init = {}) => check(request, init, { holds: 'is readable', complain: whyUnreadable }),
    toBeRefused: (request, { step, reason, ...init } = {}) => {
      const complain: Claim['complain'] = (made) => whyNotRefused(made, { step, reason });
      return check(request, init, { holds: 'is refused', complain });
    },
    toNeedPreflight: (request, init = {}) =>
      check(request, init, { holds: 'needs a preflight', complain: whyUnasked }),
    toNeedNoPreflight: (request, init = {}) =>
      check(request, init, { holds: 'needs no preflight', complain: whyAsked }),
    toExpose: async (request, headers, init = {}) => {
      const names = readNames(headers);
      const holds = `shows script ${names.join(', ')}`;
      return await check(request, init, { holds, complain: (made) => whyHidden(made, names) });
    },
    toHide: async (request, headers, init = {}) => {
      const names = readNames(headers);
      const holds = `hides ${names.join(', ')} from script`;
      return await check(request, init, { holds, complain: (made) => whyExposed(made, names) });
    },
  };
}

/** Method and URL of `GET /orders`; `/orders` is a GET. */
function readRequest(request: string, init: PageFetchInit): readonly [method: string, url: string] {
  const [, method = 'GET', url] = /^(?:(\S+) +)?(\/\S*|[a-z]+:\S+)$/i.exec(request.trim()) ?? [];
  if (url === undefined) {
    throw new TypeError(`${show(request)} is no request: write a method and a path, such as "GET /orders"`);
  }
  // The types have none. Whoever gets one past them would have another request asserted than is meant.
  if (init.method !== undefined) {
    throw new TypeError(`the method is written with the URL: write ${show(`${init.method} ${url}`)}`);
  }
  return [method, url];
}

/** Header names, at least one: of none, everything is true. */
function readNames(headers: string | readonly string[]): readonly string[] {
  const names = [headers].flat();
  if (names.length > 0) return names;
  throw new TypeError('no header is named: name one, such as "x-total-count"');
}

function isEventStream({ headers }: FetchResult): boolean {
  return headers.get('content-type')?.startsWith('text/event-stream') === true;
}
