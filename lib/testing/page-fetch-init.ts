import type { ReadableStream } from 'node:stream/web';

/** Which requests carry cookies. @see Fetch, Requests: "credentials mode" */
export type CredentialsMode = 'omit' | 'same-origin' | 'include';

/** What a request is for, as far as script can choose. @see Fetch, Requests: "mode" */
export type RequestMode = 'cors' | 'no-cors' | 'same-origin';

/** What a request is for: something that script can choose, or to show another document. @see Fetch, Requests: "mode" */
export type AnyRequestMode = RequestMode | 'navigate';

/** What becomes of redirects. @see Fetch, Requests: "redirect mode" */
export type RedirectMode = 'follow' | 'error' | 'manual';

/** How much of the page's URL goes into `Referer`, and when `Origin` becomes `null`. @see Referrer Policy, 3 */
export type ReferrerPolicy =
  | 'no-referrer'
  | 'no-referrer-when-downgrade'
  | 'same-origin'
  | 'origin'
  | 'strict-origin'
  | 'origin-when-cross-origin'
  | 'strict-origin-when-cross-origin'
  | 'unsafe-url';

/** Headers as script gives them: a `Headers` object, pairs, or an object. */
export type HeadersInput =
  Iterable<readonly [name: string, value: string]> | Readonly<Record<string, string>>;

/** The fields of a form. A `FormData` is sent as `multipart/form-data`, everything else as browsers do by default. */
export type FormFields = Readonly<Record<string, string>> | URLSearchParams | FormData;

/** What script can send as a body. */
export type BodyInput =
  string | URLSearchParams | FormData | Blob | ArrayBuffer | ArrayBufferView | ReadableStream;

/** The second argument of `page.fetch()`: that of `fetch()`, as far as CORS is concerned. */
export interface PageFetchInit {
  /** As script writes it: `patch` is not `PATCH`. Default: `GET`. */
  readonly method?: string | undefined;
  /** Forbidden request-headers are dropped silently, as browsers do. */
  readonly headers?: HeadersInput | undefined;
  /** Gives the request a `Content-Type` as browsers do, unless `headers` has one. A stream needs `duplex: 'half'`. */
  readonly body?: BodyInput | null | undefined;
  /** Default: `same-origin`. XHR's `withCredentials` is `include`. */
  readonly credentials?: CredentialsMode | undefined;
  /** Default: `cors`. */
  readonly mode?: RequestMode | undefined;
  /** Default: `follow`. */
  readonly redirect?: RedirectMode | undefined;
  /** `''` is that of the page, which is the default. */
  readonly referrerPolicy?: ReferrerPolicy | '' | undefined;
  /** Must be `half` where `body` is a stream. */
  readonly duplex?: 'half' | undefined;
  /** Ends the request. */
  readonly signal?: AbortSignal | undefined;
  /**
   * Whether this is an `XMLHttpRequest` that has a listener on its `upload`: such a request always needs a preflight
   * (Fetch, "use-CORS-preflight flag"). Default: `false`.
   */
  readonly uploadListener?: boolean | undefined;
}
