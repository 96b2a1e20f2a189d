import type { FetchFailureReason } from '../../../lib/testing/index.js';

/*
 * What a row of the table is. Rows are data: what a page does, and what has to come of it. Runners carry them out.
 */

/** A row: what a page does, what its script sees of it, and what reaches the server. */
export interface TableCase {
  /** The subject, a slash, and what is special: `methods/patch-in-lower-case`. */
  readonly id: string;
  /** The origin of the page. {@link APP} if unset. */
  readonly page?: string;
  /** Where in the page the script runs. In the page itself if unset. */
  readonly from?: Place;
  /** What the script does, one after the other. A path is one of the app, or of the raw server if `answers` is set. */
  readonly does: Call | readonly Call[];
  /** What the script sees, one value for each call but {@link Wait}. */
  readonly sees: Seen | readonly Seen[];
  /** The requests that reach a server, in order. */
  readonly server: readonly Wire[];
  /** What the raw server answers, by method and path; a list is used up one by one, and its last element stays. */
  readonly answers?: Readonly<Record<string, Answer | readonly Answer[]>>;
  /** Whether the profile is the case's own, and without a cookie. Otherwise it has one for each API host. */
  readonly freshProfile?: boolean;
  /** Why the case is beyond the scope of the virtual browser, and is run in real ones only. */
  readonly realOnly?: string;
}

/** Where a script runs: in some of these places with the origin of the page, in the others with an opaque one. */
export type Place = 'page' | 'worker' | 'blob worker' | 'about:blank frame' | OpaquePlace;

/** A place whose origin is opaque (HTML, "origin"). */
export type OpaquePlace = 'sandboxed frame' | 'data frame' | 'data worker';

/** Something that a script does. It crosses into the browser, so it is nothing but JSON. */
export type Call = Fetch | Xhr | Events | Beacon | Load | Wait;

/** A call of `fetch()`. */
export interface Fetch {
  readonly fetch: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>> | readonly (readonly [name: string, value: string])[];
  readonly body?: BodySource;
  readonly credentials?: 'omit' | 'same-origin' | 'include';
  readonly mode?: 'cors' | 'no-cors' | 'same-origin';
  readonly redirect?: 'follow' | 'error' | 'manual';
  readonly cache?: 'default' | 'no-store' | 'reload' | 'no-cache' | 'force-cache' | 'only-if-cached';
  /** Whether the script looks into `performance` afterwards. */
  readonly timing?: true;
}

/** A request made with `XMLHttpRequest`. */
export interface Xhr {
  readonly xhr: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly withCredentials?: boolean;
  /** Whether the script listens to the progress of the upload. */
  readonly uploadListener?: boolean;
}

/** An `EventSource`, closed when its first stream ends. */
export interface Events {
  readonly eventSource: string;
  readonly withCredentials?: boolean;
}

/** A call of `navigator.sendBeacon()`. */
export interface Beacon {
  readonly beacon: string;
  readonly body: BodySource;
}

/** An element that loads something. */
export interface Load {
  readonly element: 'img' | 'script';
  readonly src: string;
  readonly crossOrigin?: 'anonymous' | 'use-credentials';
}

/** Nothing, for so many milliseconds. */
export interface Wait {
  readonly wait: number;
}

/** A body, as JSON. */
export type BodySource =
  | string
  | { readonly params: Readonly<Record<string, string>> }
  | { readonly form: Readonly<Record<string, string>> }
  | { readonly blob: string; readonly type: string }
  | { readonly bytes: number }
  | { readonly stream: string };

/** What a script sees of a call. */
export type Seen =
  SeenResponse | SeenFailure | { readonly events: readonly string[] } | 'loaded' | 'not loaded' | 'queued';

/** All that a script learns of a failure. */
export interface SeenFailure {
  /**
   * `network error` is the `TypeError` that says nothing, after the browser has tried; for an `EventSource`, that it has
   * given up. `type error` says that the call itself is wrong, and that nothing was tried.
   */
  readonly fails: 'network error' | 'type error';
  /**
   * What the script does not learn: why. Where more than one thing is wrong, browsers name the one that they look at
   * first, and any of these will do. Not compared where a browser says nothing.
   */
  readonly reasons?: readonly FetchFailureReason[];
}

/** A response, as far as a script may see it. What is left out here is compared between the browsers only. */
export interface SeenResponse {
  readonly status: number;
  /** `cors` if unset. An `XMLHttpRequest` does not say. */
  readonly type?: 'basic' | 'cors' | 'opaque' | 'opaqueredirect';
  readonly body?: string;
  /** All that is visible, beside the fields that belong to the adapter: see `agreement.ts`. None if unset. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether it came after a redirect. `false` if unset. */
  readonly redirected?: boolean;
  /** Whether `performance` shows the details (Fetch, "TAO check"), if the script has looked. */
  readonly timed?: boolean;
}

/** A request as it reaches a server. What is left out must not be there. */
export interface Wire {
  readonly method: string;
  /** A path, or a URL if the host is another one than the paths of the case belong to. */
  readonly url: string;
  /** The origin of the page if unset; `none` where no `Origin` is sent. */
  readonly origin?: string;
  readonly requestMethod?: string;
  readonly requestHeaders?: string;
  readonly cookie?: boolean;
  readonly authorization?: boolean;
  /** The essence of `Content-Type`. */
  readonly contentType?: string;
  /** What else there is that the Fetch standard decides. Compared between the browsers, for calls of `fetch()`. */
  readonly others?: string;
}

/** An answer of the raw server. A list of values is sent as so many lines. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
  /** The whole of it, status line and all, one character for a byte: for what no server of Node would write. */
  readonly bytes?: string;
}

/** A page that most policies of the app admit. */
export const APP = 'http://app.shop.example.com';
/** A page that no policy but `*` admits, on another site. */
export const EVIL = 'http://evil.example';
/** The app: another origin than {@link APP}, but the same site, so that cookies go. */
export const API = 'http://api.shop.example.com';
/** The same app on another host. */
export const MIRROR = 'http://mirror.shop.example.com';
/** The raw server, on two hosts. */
export const RAW = 'http://raw.shop.example.com';
export const OTHER_RAW = 'http://raw-mirror.shop.example.com';

/** The same over TLS. */
export const SECURE_APP = 'https://app.shop.example.com';
export const SECURE_API = 'https://api.shop.example.com';
export const SECURE_RAW = 'https://raw.shop.example.com';

/** A readable response. */
export function read(body: string, headers?: Readonly<Record<string, string>>, status = 200): SeenResponse {
  return { status, body, ...(headers && { headers }) };
}

/** A response that the script does not get. */
export function refused(...reasons: readonly FetchFailureReason[]): SeenFailure {
  return { fails: 'network error', reasons };
}

/** A request that is never sent, because the app has refused its preflight: with 403, and without any CORS header. */
export const PREFLIGHT_REFUSED = refused('preflight-status', 'allow-origin-missing');

/** A call that is wrong in itself. */
export function invalid(reason: FetchFailureReason): SeenFailure {
  return { fails: 'type error', reasons: [reason] };
}

/** A request that is no preflight. */
export function sent(method: string, url: string, rest: Partial<Wire> = {}): Wire {
  return { method, url, ...rest };
}

/** A preflight. */
export function asked(
  requestMethod: string,
  url: string,
  requestHeaders?: string,
  rest: Partial<Wire> = {},
): Wire {
  return { method: 'OPTIONS', url, requestMethod, ...(requestHeaders && { requestHeaders }), ...rest };
}
