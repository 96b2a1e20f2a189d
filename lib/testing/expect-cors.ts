import { AssertionError } from 'node:assert';
import { printable, show } from '../policy/show.js';
import type { FetchFailureReason, FetchStep } from './fetch-failure.js';
import type { FetchResult } from './fetch-result.js';
import type { Served } from './network.js';
import type { PageFetchInit } from './page-fetch-init.js';
import {
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
}

/**
 * Assertions on one origin. A request is written as `GET /orders`, or `/orders` for GET; it is really sent, so what is
 * asserted to be readable has happened. Each resolves with the result, of which more can be asserted, and rejects with
 * an `AssertionError` that says what the browser saw and, if the app imports `CorsModule`, why.
 */
export interface PageExpectation {
  /** Script may read the response, whatever its status is. */
  toRead(request: string, init?: ExpectationInit): Promise<FetchResult>;
  /**
   * CORS refuses: at the preflight, the response, or a redirect with a password. A request that fails for another reason
   * (no connection, a forbidden method, `redirect: 'error'`) is no refusal, unless its `step` or `reason` is named.
   */
  toBeRefused(request: string, init?: RefusalInit): Promise<FetchResult>;
  /** The browser asks first, whatever the answer is. */
  toNeedPreflight(request: string, init?: ExpectationInit): Promise<FetchResult>;
  /** The browser sends it without asking, whatever the answer is. */
  toNeedNoPreflight(request: string, init?: ExpectationInit): Promise<FetchResult>;
  /** The response has these headers, and script sees them. */
  toExpose(
    request: string,
    headers: string | readonly string[],
    init?: ExpectationInit,
  ): Promise<FetchResult>;
  /** Script may read the response, which has these headers, and does not see them. */
  toHide(request: string, headers: string | readonly string[], init?: ExpectationInit): Promise<FetchResult>;
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
  return { from: (origin, options) => pageExpectation(app, origin, options) };
}

function pageExpectation(
  app: Served | VirtualBrowser,
  origin: string,
  options: PageOptions | undefined,
): PageExpectation {
  const check = async (
    request: string,
    init: ExpectationInit,
    complain: (attempt: Attempt) => Promise<string | undefined> | string | undefined,
  ): Promise<FetchResult> => {
    const [method, url] = readRequest(request, init);
    const browser = app instanceof VirtualBrowser ? app : await VirtualBrowser.for(app);
    const result = await browser.page(origin, options).fetch(url, { ...init, method });
    const explain: Attempt['explain'] = async (exchange) => await browser.explain(exchange);
    const message = await complain({ request: `${method} ${url}`, origin, init, result, explain });
    // It would keep the app from closing, and nobody reads on after the answer to the question, or can if that was no.
    if (message !== undefined || isEventStream(result)) await result.body?.cancel().catch(() => undefined);
    if (message !== undefined) throw new AssertionError({ message: printable(message), operator: 'fail' });
    return result;
  };
  return {
    toRead: (request, init = {}) => check(request, init, whyUnreadable),
    toBeRefused: (request, { step, reason, ...init } = {}) =>
      check(request, init, (attempt) => whyNotRefused(attempt, { step, reason })),
    toNeedPreflight: (request, init = {}) => check(request, init, whyUnasked),
    toNeedNoPreflight: (request, init = {}) => check(request, init, whyAsked),
    toExpose: async (request, headers, init = {}) => {
      const names = readNames(headers);
      return await check(request, init, (attempt) => whyHidden(attempt, names));
    },
    toHide: async (request, headers, init = {}) => {
      const names = readNames(headers);
      return await check(request, init, (attempt) => whyExposed(attempt, names));
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
