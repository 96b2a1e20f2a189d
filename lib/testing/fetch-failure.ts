/** Where a fetch failed. The set is closed. */
export type FetchStep =
  /** Script got a TypeError before anything was sent (Fetch, Request class and Headers class). */
  | 'request'
  /** The browser refused to send it (Fetch, Main fetch). */
  | 'main-fetch'
  /** The preflight's answer did not approve the request, which was never sent (Fetch, CORS-preflight fetch). */
  | 'preflight'
  /** There was no response: the connection failed or was ended. */
  | 'network'
  /** The response does not say that this origin may read it (Fetch, CORS check). */
  | 'cors-check'
  /** A redirect that may not be followed (Fetch, HTTP-redirect fetch). */
  | 'redirect'
  /** A no-cors response that this origin may not embed (Fetch, Cross-Origin-Resource-Policy header). */
  | 'resource-policy';

/** Why a fetch failed. The set is closed. */
export type FetchFailureReason =
  // request
  /** An option with a value that `fetch()` does not know. */
  | 'option-invalid'
  /** No URL, or a `data:` URL that holds no data. */
  | 'url-invalid'
  /** The URL has a user name or a password. */
  | 'url-credentials'
  /** The method is no token. */
  | 'method-invalid'
  /** CONNECT, TRACE or TRACK. */
  | 'method-forbidden'
  /** `no-cors` with a method other than GET, HEAD and POST. */
  | 'method-not-safelisted'
  /** A header name that is no token, or a value with line breaks or characters beyond Latin-1. */
  | 'header-invalid'
  /** A body with GET or HEAD. */
  | 'body-not-allowed'
  /** A stream as body without `duplex: 'half'`. */
  | 'stream-without-duplex'
  /** A stream as body with `no-cors`. */
  | 'stream-not-allowed'
  /** A stream as body, which this engine does not take. */
  | 'stream-not-supported'
  // main-fetch
  /** Another origin with `mode: 'same-origin'`. */
  | 'not-same-origin'
  /** `no-cors` with a redirect mode other than `follow`. */
  | 'redirect-mode-not-allowed'
  /** A URL that is neither http nor https. */
  | 'scheme-not-http'
  /** An http URL from a page on https. One on this machine is let off, though not by every engine. */
  | 'mixed-content'
  /** A public page calls the local network, and the user has not permitted it. Of engines, not of the standard. */
  | 'local-network-not-permitted'
  // preflight and cors-check
  /** No `Access-Control-Allow-Origin`. */
  | 'allow-origin-missing'
  /** `Access-Control-Allow-Origin` names another origin. */
  | 'allow-origin-mismatch'
  /** `Access-Control-Allow-Origin` was sent twice, or lists several origins. */
  | 'allow-origin-multiple'
  /** `Access-Control-Allow-Origin: *` with credentials. */
  | 'allow-origin-wildcard'
  /** `Access-Control-Allow-Credentials` is not `true`, with credentials. */
  | 'allow-credentials-missing'
  // preflight
  /** The preflight's answer has another status than 200 to 299. */
  | 'preflight-status'
  /** `Access-Control-Allow-Methods` has an element that is no token. */
  | 'allow-methods-malformed'
  /** `Access-Control-Allow-Headers` has an element that is no token. */
  | 'allow-headers-malformed'
  /** The method is neither in `Access-Control-Allow-Methods` nor CORS-safelisted. */
  | 'method-not-allowed'
  /** A CORS-unsafe request-header name is not in `Access-Control-Allow-Headers`. */
  | 'header-not-allowed'
  /** `Access-Control-Allow-Headers: *`, which does not cover `Authorization`. */
  | 'authorization-not-listed'
  // network
  /** Nobody listens, the connection was closed, what came is no HTTP, or what should go is none to Node. */
  | 'connection-failed'
  /** The `signal` ended it. */
  | 'aborted'
  /** A stream as body, which this engine sends over HTTP/2 only. */
  | 'stream-needs-http2'
  // redirect
  /** A redirect with `redirect: 'error'`. */
  | 'redirect-not-expected'
  /** A `Location` that is no URL, or more than one. */
  | 'location-invalid'
  /** A redirect to a URL that is neither http nor https. */
  | 'location-scheme'
  /** A redirect to a URL with a user name or a password: to another origin, or in some engines anywhere. */
  | 'location-credentials'
  /** The 21st redirect. */
  | 'too-many-redirects'
  /** A stream cannot be sent a second time. */
  | 'body-not-replayable'
  // resource-policy
  /** `Cross-Origin-Resource-Policy` leaves out this origin. */
  | 'resource-policy-blocked';

/** Why script got nothing. */
export interface FetchFailure {
  /** Where it failed. */
  readonly step: FetchStep;
  /** Why it failed there. */
  readonly reason: FetchFailureReason;
  /** What happened, as a sentence without its start: `the preflight answered 403, …`. */
  readonly message: string;
  /** The section of the Fetch standard that says so, by its name: `CORS check`. */
  readonly section: string;
}
