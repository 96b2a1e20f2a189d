import {
  asked,
  invalid,
  OTHER_RAW,
  PREFLIGHT_REFUSED,
  read,
  refused,
  sent,
  type Seen,
  type Wire,
} from '../case.js';
import type { Departure, Departures } from './departure.js';

const JSON_BODY = { contentType: 'application/json' };

const BYTES =
  'WebKitGTK takes header values for UTF-8, where the standard has each byte stand for itself; what is none becomes U+FFFD.';

/** An upload of a stream, which WebKit has not: the call is wrong, and nothing is sent. */
const NO_STREAMS: Departure & { readonly sees: Seen; readonly server: readonly Wire[] } = {
  quirk: 'streams-throw',
  sees: invalid('stream-not-supported'),
  server: [],
};

/** WebKit's departures. */
export const WEBKIT_DEPARTURES: Departures = {
  'request-headers/safe/accept-beyond-ascii': {
    beyond: BYTES,
    server: [sent('GET', '/origins/any')],
  },
  'request-headers/safe/repeated/1024-bytes-together': {
    quirk: 'lines-measured-together',
    sees: PREFLIGHT_REFUSED,
    server: [asked('GET', '/origins/any', 'accept')],
  },
  'request-headers/allow-headers/any-does-not-cover-authorization': {
    quirk: 'star-covers-authorization',
    sees: read('ok'),
    server: [asked('GET', '/a', 'authorization'), sent('GET', '/a', { authorization: true })],
  },
  'preflight-cache/max-age/negative-is-as-if-unset': {
    quirk: 'negative-max-age-not-kept',
    server: [asked('PUT', '/a'), sent('PUT', '/a'), asked('PUT', '/a'), sent('PUT', '/a')],
  },
  'preflight-cache/a-refused-response-clears-it': {
    quirk: 'preflights-kept-after-failure',
    server: [asked('PUT', '/a'), sent('PUT', '/a'), sent('PUT', '/a'), sent('PUT', '/a')],
  },
  'odd-answers/value/80': { beyond: BYTES, sees: read('ok', { 'x-odd': 'a\u00ef\u00bf\u00bdb' }) },
  'odd-answers/value/9b': { beyond: BYTES, sees: read('ok', { 'x-odd': 'a\u00ef\u00bf\u00bdb' }) },
  'odd-answers/value/ff': { beyond: BYTES, sees: read('ok', { 'x-odd': 'a\u00ef\u00bf\u00bdb' }) },
  'odd-answers/value/100-kilobytes': {
    beyond: 'WebKitGTK reads less than 100 kB of headers (libsoup).',
    sees: refused('connection-failed'),
  },
  'odd-answers/lone-cr-in-a-value': {
    quirk: 'lone-cr-ends-line',
    sees: read('ok'),
  },
  'odd-answers/two-different-lengths': {
    beyond: 'WebKitGTK takes the last of two lengths.',
    sees: read('ok'),
  },
  'redirects/app/json-post-turns-simple': {
    quirk: 'lost-body-headers-still-named',
    server: [
      asked('POST', '/moved?to=/origins/list&status=302', 'content-type'),
      sent('POST', '/moved?to=/origins/list&status=302', JSON_BODY),
      asked('GET', '/origins/list', 'content-type'),
      sent('GET', '/origins/list'),
    ],
  },
  'redirects/put/303': {
    quirk: 'lost-body-headers-still-named',
    sees: refused('allow-origin-missing'),
    server: [
      asked('PUT', '/a', 'content-type'),
      sent('PUT', '/a', JSON_BODY),
      asked('GET', '/final', 'content-type'),
    ],
  },
  'redirects/authorization/another-origin-drops-it': {
    quirk: 'lost-authorization-still-named',
    server: [
      asked('PUT', '/a', 'authorization,x-one'),
      sent('PUT', '/a', { authorization: true }),
      asked('PUT', `${OTHER_RAW}/final`, 'authorization,x-one', { origin: 'null' }),
      sent('PUT', `${OTHER_RAW}/final`, { origin: 'null' }),
    ],
  },
  'streams/upload': NO_STREAMS,
  'streams/upload/from-a-refused-origin': NO_STREAMS,
  'secure/upload-stream/is-preflighted-without-a-header': NO_STREAMS,
  'secure/upload-stream/refused': NO_STREAMS,
  'secure/upload-stream/same-origin-needs-no-preflight': NO_STREAMS,
  'secure/upload-stream/no-cors-is-not-possible': NO_STREAMS,
  'secure/upload-stream/307-cannot-be-replayed': NO_STREAMS,
  'secure/upload-stream/303-becomes-a-get': NO_STREAMS,
  'http-cache/revalidated/304-without-headers-keeps-the-stored-ones': {
    beyond: 'WebKit looks for the headers of CORS in the 304 itself, and nowhere else.',
    sees: [read('stored', { 'cache-control': 'no-cache' }), refused('allow-origin-missing')],
  },
};
