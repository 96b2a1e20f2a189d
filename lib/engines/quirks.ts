/** The engines that ship. */
export type ShippingEngine = 'chromium' | 'firefox' | 'webkit';

/** Whose behaviour it is: the Fetch standard's, which no browser follows to the letter, or that of an engine. */
export type EngineName = 'standard' | ShippingEngine;

/** An engine as it was seen. */
export interface EngineSeen {
  /** What people call it. */
  readonly title: string;
  /** What it was seen with; `undefined` for the standard. */
  readonly version: string | undefined;
  /** When: a month, or for the standard the day of its text. */
  readonly date: string;
  /** The longest time that an answer to a preflight is kept, in seconds. */
  readonly maxPreflightAge: number;
  /** Where that time is known from. */
  readonly maxPreflightAgeSource: string;
}

/** What is known of each engine. WebKitGTK is what Tauri and Wails show on Linux; Safari was not at hand. */
export const ENGINES: Readonly<Record<EngineName, EngineSeen>> = {
  standard: {
    title: 'the standard',
    version: undefined,
    date: '2026-07-02',
    maxPreflightAge: 7200,
    // The standard leaves the limit to browsers.
    maxPreflightAgeSource: 'the limit of Chromium, since the standard names none',
  },
  chromium: {
    title: 'Chromium',
    version: '156.0.8078.108',
    date: '2026-11',
    maxPreflightAge: 7200,
    maxPreflightAgeSource: 'row 6',
  },
  firefox: {
    title: 'Firefox',
    version: '153.8.0esr',
    date: '2026-11',
    // Seen up to 600 s only. The longer time is the careful one: what an app has taken back may go on for so long.
    maxPreflightAge: 86_400,
    maxPreflightAgeSource: 'at least 600 in row 6; the limit is of nsCORSListenerProxy.cpp, as on MDN',
  },
  webkit: {
    title: 'WebKit',
    version: '2.50.6 (WebKitGTK)',
    date: '2026-11',
    maxPreflightAge: 600,
    maxPreflightAgeSource: 'row 6: asked again at 615 s, not at 585 s',
  },
};

/** One way in which engines depart from the standard. */
export interface Quirk {
  /** Who has it; for the versions and the date see {@link ENGINES}. */
  readonly engines: readonly ShippingEngine[];
  /** Where it was seen: rows of the comparison of three engines, or a case of `test/browser/table`. */
  readonly source: string;
  /**
   * What an engine that has it does, as a sentence whose subject is left out. `{name|example}` stands for what a request
   * fills in: {@link quirkSentence}.
   */
  readonly sentence: string;
  /** What the standard has instead, likewise. */
  readonly standard: string;
}

/**
 * Every quirk. What the three engines and the standard agree on is no quirk, whatever people think of it: a preflight
 * cache that is keyed by the whole URL (row 9), no `Sec-Fetch-*` over plain http beyond loopback (row 23), `Origin: null` of
 * a form under `no-referrer` (row 25), or custom schemes (row 22).
 */
export const QUIRKS = {
  'redirects-ask-again': {
    engines: ['firefox', 'webkit'],
    source: 'row 1',
    sentence: 'preflights the {method|GET} after the {status|303}, though nothing asks for it any more',
    standard: 'asks for nothing once no header and no method asks',
  },
  'lost-body-headers-still-named': {
    engines: ['webkit'],
    source: 'row 1',
    sentence: 'names {headers|content-type} in the preflight of the {method|GET} after the {status|303}',
    standard: 'deletes the headers of the body, and asks for none of them',
  },
  'lost-authorization-still-named': {
    engines: ['webkit'],
    source: 'row 2',
    sentence:
      'names authorization in the preflight of the {method|GET} after the {status|302}, though it sends none',
    standard: 'removes Authorization from a request that leaves its origin, and does not ask for it',
  },
  'second-redirect-wants-credentials': {
    engines: ['webkit'],
    source: 'row 3',
    sentence:
      'wants Access-Control-Allow-Credentials, and no *, of the {status|302} of another origin, to which its own origin has redirected',
    standard: 'checks each redirect for what the request includes',
  },
  'preflight-shows-tainted-origin': {
    engines: ['firefox'],
    source: 'row 4',
    sentence:
      'sends the preflight after a redirect between other origins with Origin: {origin|https://shop.example.com}, and the request after it with null',
    standard: 'sends the preflight after a redirect between other origins with Origin: null',
  },
  'star-covers-authorization': {
    engines: ['chromium', 'firefox', 'webkit'],
    source: 'row 5',
    sentence: 'lets * in Access-Control-Allow-Headers cover Authorization',
    standard: 'wants Authorization listed by name',
  },
  'malformed-max-age-not-kept': {
    engines: ['firefox'],
    source: 'row 7',
    sentence: 'does not keep an answer with Access-Control-Max-Age: {value|abc} at all',
    standard: 'keeps an answer with a malformed Access-Control-Max-Age for 5 s',
  },
  'negative-max-age-not-kept': {
    engines: ['chromium', 'webkit'],
    source: 'preflight-cache/max-age/negative-is-as-if-unset of test/browser/table',
    sentence: 'takes Access-Control-Max-Age: {value|-1} for 0',
    standard: 'takes a negative Access-Control-Max-Age for none, and keeps the answer for 5 s',
  },
  'star-not-kept': {
    engines: ['firefox'],
    source: 'preflight-cache/any-covers-another-method of test/browser/table',
    sentence: 'keeps of an answer with * no more than what was asked for',
    standard: 'keeps that everything is allowed',
  },
  'credentialed-preflights-apart': {
    engines: ['firefox'],
    source: 'row 8',
    sentence: 'does not let an answer that was given with credentials serve a request without',
    standard: 'lets an answer that was given with credentials serve requests without',
  },
  'preflights-kept-after-failure': {
    engines: ['chromium', 'webkit'],
    source: 'row 10',
    sentence: 'keeps what a preflight has allowed though the request after it has failed',
    standard: 'drops what a preflight has allowed once the request after it has failed',
  },
  'user-agent-kept-from-script': {
    engines: ['chromium'],
    source: 'row 11',
    sentence: 'ignores a User-Agent that script sets',
    standard: 'sends a User-Agent that script sets, and asks for it',
  },
  'client-hints-safelisted': {
    engines: ['chromium'],
    source: 'row 12',
    sentence: 'does not ask for the client hint {header|save-data}',
    standard: 'asks for client hints as for any header',
  },
  'referrer-policy-leaves-origin': {
    engines: ['chromium'],
    source: 'rows 13 and 14',
    sentence:
      'sends Origin: {origin|https://shop.example.com} of a fetch() whose referrer policy is {policy|no-referrer}',
    standard: 'sends Origin: null of a fetch() under such a referrer policy, unless its mode is cors',
  },
  'lines-measured-together': {
    engines: ['chromium', 'webkit'],
    source: 'rows 15 and 16',
    sentence: 'joins the lines of {header|accept} before it measures them',
    standard: 'measures each line of a header by itself',
  },
  'values-together-unmeasured': {
    engines: ['firefox'],
    source: 'row 15',
    sentence: 'asks for no safelisted header however long all of their values are together',
    standard: 'asks for all safelisted headers whose values have more than 1024 bytes together',
  },
  'bytes-beyond-ascii-unsafe': {
    engines: ['firefox'],
    source: 'row 17',
    sentence: 'asks for {header|accept} with a byte beyond ASCII',
    standard: 'counts bytes beyond ASCII as safe',
  },
  'localhost-is-mixed-content': {
    engines: ['webkit'],
    source: 'row 18',
    sentence: 'sends nothing from a page on https to {origin|http://localhost:3000}: mixed content',
    standard: 'lets a page on https call this machine over http',
  },
  'local-network-needs-permission': {
    engines: ['chromium', 'firefox'],
    source: 'row 19',
    sentence:
      'sends nothing from a public page to {origin|http://127.0.0.1:3000} before the user has permitted it',
    standard: 'knows no permission for the local network',
  },
  'permitted-local-network-is-no-mixed-content': {
    engines: ['chromium'],
    source: 'fetch.md, 2',
    sentence:
      'calls {origin|http://192.168.0.2} from a page on https, once the user has permitted the local network',
    standard: 'refuses what is on http in the local network to a page on https',
  },
  'streams-need-http2': {
    engines: ['chromium'],
    source: 'row 20',
    sentence:
      'streams a body over HTTP/2 only, which there is none of on plain http, and fails after the preflight',
    standard: 'streams a body over HTTP/1.1 as well',
  },
  'streams-become-text': {
    engines: ['firefox'],
    source: 'row 20',
    sentence: 'sends the text [object ReadableStream] for a stream',
    standard: 'streams a body, and asks first',
  },
  'streams-throw': {
    engines: ['webkit'],
    source: 'row 20',
    sentence: 'takes no stream as body: fetch() throws',
    standard: 'streams a body, and asks first',
  },
  'file-access-shows-origin': {
    engines: ['chromium', 'webkit'],
    source: 'row 21',
    sentence: 'gives a page in a file the origin file://, where it was started with access to files',
    standard: 'gives a page in a file an opaque origin: null',
  },
  'extensions-skip-cors': {
    engines: ['chromium'],
    source: 'row 24',
    sentence:
      'lets an extension with a host permission read without CORS, with Origin: {origin|chrome-extension://…} where it writes',
    standard: 'knows no extensions',
  },
  'addresses-asked-three-times': {
    engines: ['firefox'],
    source: 'row 26',
    sentence: 'asks before each of the first three requests to an IP address, then keeps the answer',
    standard: 'keeps the first answer of an IP address as of any host',
  },
  'preflight-tells-mode-over-http': {
    engines: ['chromium'],
    source: 'fetch.md, 1.12 and 3',
    sentence: 'sends Sec-Fetch-Mode: cors with a preflight over plain http',
    standard: 'sends no Sec-Fetch-* over plain http',
  },
  'lone-cr-ends-line': {
    engines: ['chromium', 'firefox', 'webkit'],
    source: 'odd-answers/lone-cr-in-a-value of test/browser/table',
    sentence: 'takes a lone CR in a response for the end of a line',
    standard: 'has no response from such an answer',
  },
  'credentials-in-subresource-urls-fail': {
    engines: ['chromium'],
    source: 'redirects/credentials-in-location/same-origin-as-the-page of test/browser/table',
    sentence: 'follows no redirect to a URL with a user name or a password, to the own origin neither',
    standard: 'follows a redirect within the own origin to a URL with a user name or a password',
  },
} as const satisfies Readonly<Record<string, Quirk>>;

/** The name of a quirk. */
export type QuirkName = keyof typeof QUIRKS;

/** Every name, in the order of the table. */
export const QUIRK_NAMES: readonly QuirkName[] = Object.freeze(Object.keys(QUIRKS) as QuirkName[]);

/** Every name of an engine, the standard first. */
export const ENGINE_NAMES: readonly EngineName[] = Object.freeze(Object.keys(ENGINES) as EngineName[]);

/** What a request fills into a sentence: `{ headers: 'content-type', method: 'GET', status: '303' }`. */
export type QuirkFacts = Readonly<Record<string, string>>;

/**
 * What an engine with a quirk does, without a subject: `names content-type in the preflight of the GET after the 303`.
 *
 * @param facts - of a request; what is left out is that of the example in the table
 */
export function quirkSentence(name: QuirkName, facts: QuirkFacts = {}): string {
  return QUIRKS[name].sentence.replace(
    /\{(\w+)\|([^}]*)\}/g,
    (_, fact: string, example: string) => facts[fact] ?? example,
  );
}
