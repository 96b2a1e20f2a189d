import {
  asked,
  APP,
  OTHER_RAW,
  PREFLIGHT_REFUSED,
  read,
  refused,
  SECURE_API,
  SECURE_RAW,
  sent,
} from '../case.js';
import type { Departures } from './departure.js';

const JSON_BODY = { contentType: 'application/json' };
const TEXT = { contentType: 'text/plain' };

const CACHE_OF_ITS_OWN =
  'Firefox keeps what it has loaded with credentials apart from what it has loaded without.';

/** Firefox's departures. */
export const FIREFOX_DEPARTURES: Departures = {
  'request-headers/safe/accept-beyond-ascii': {
    quirk: 'bytes-beyond-ascii-unsafe',
    sees: PREFLIGHT_REFUSED,
    server: [asked('GET', '/origins/any', 'accept')],
  },
  'request-headers/unsafe/repeated/together-above-1024-bytes': {
    quirk: 'values-together-unmeasured',
    sees: read('ok'),
    server: [sent('GET', '/headers/none')],
  },
  'request-headers/allow-headers/any-does-not-cover-authorization': {
    quirk: 'star-covers-authorization',
    sees: read('ok'),
    server: [asked('GET', '/a', 'authorization'), sent('GET', '/a', { authorization: true })],
  },
  'preflight-cache/max-age/junk-is-as-if-unset': {
    quirk: 'malformed-max-age-not-kept',
    server: [asked('PUT', '/a'), sent('PUT', '/a'), asked('PUT', '/a'), sent('PUT', '/a')],
  },
  'preflight-cache/max-age/negative-is-as-if-unset': {
    quirk: 'malformed-max-age-not-kept',
    server: [asked('PUT', '/a'), sent('PUT', '/a'), asked('PUT', '/a'), sent('PUT', '/a')],
  },
  'preflight-cache/any-covers-another-method': {
    quirk: 'star-not-kept',
    server: [asked('PUT', '/a'), sent('PUT', '/a'), asked('DELETE', '/a'), sent('DELETE', '/a')],
  },
  'preflight-cache/any-covers-another-header': {
    quirk: 'star-not-kept',
    server: [asked('GET', '/a', 'x-one'), sent('GET', '/a'), asked('GET', '/a', 'x-two'), sent('GET', '/a')],
  },
  'preflight-cache/with-credentials-serves-without': {
    quirk: 'credentialed-preflights-apart',
    server: [asked('PUT', '/a'), sent('PUT', '/a', { cookie: true }), asked('PUT', '/a'), sent('PUT', '/a')],
  },
  'odd-answers/300-kilobytes': {
    beyond: 'Firefox reads up to 384 kB of headers (network.http.max_response_header_size).',
    sees: read('ok'),
  },
  'odd-answers/lone-cr-in-a-value': {
    quirk: 'lone-cr-ends-line',
    sees: read('ok'),
  },
  'odd-answers/nul-in-a-name': {
    beyond: 'Firefox leaves the line out, and reads the others.',
    sees: read('ok'),
  },
  'odd-answers/nul-in-the-status-line': {
    beyond: 'Firefox does not look at the reason of the status line.',
    sees: read('ok'),
  },
  'odd-answers/switching-protocols': {
    beyond: 'Firefox takes a 101 that it has not asked for as the response.',
    sees: { status: 101, body: '' },
  },
  'redirects/app/json-post-turns-simple': {
    quirk: 'redirects-ask-again',
    server: [
      asked('POST', '/moved?to=/origins/list&status=302', 'content-type'),
      sent('POST', '/moved?to=/origins/list&status=302', JSON_BODY),
      asked('GET', '/origins/list'),
      sent('GET', '/origins/list'),
    ],
  },
  'redirects/put/303': {
    quirk: 'redirects-ask-again',
    sees: refused('allow-origin-missing'),
    server: [asked('PUT', '/a', 'content-type'), sent('PUT', '/a', JSON_BODY), asked('GET', '/final')],
  },
  'redirects/authorization/another-origin-drops-it': {
    quirk: 'preflight-shows-tainted-origin',
    server: [
      asked('PUT', '/a', 'authorization,x-one'),
      sent('PUT', '/a', { authorization: true }),
      asked('PUT', `${OTHER_RAW}/final`, 'x-one', { origin: APP }),
      sent('PUT', `${OTHER_RAW}/final`, { origin: 'null' }),
    ],
  },
  'streams/upload': { quirk: 'streams-become-text', server: [sent('POST', '/responses/upload', TEXT)] },
  'streams/upload/from-a-refused-origin': {
    quirk: 'streams-become-text',
    sees: refused('allow-origin-missing'),
    server: [sent('POST', '/responses/upload', TEXT)],
  },
  'secure/upload-stream/is-preflighted-without-a-header': {
    quirk: 'streams-become-text',
    server: [sent('POST', `${SECURE_API}/secure/upload`, TEXT)],
  },
  'secure/upload-stream/refused': {
    quirk: 'streams-become-text',
    sees: refused('allow-origin-missing'),
    server: [sent('POST', `${SECURE_API}/secure/upload`, TEXT)],
  },
  'secure/upload-stream/same-origin-needs-no-preflight': {
    quirk: 'streams-become-text',
    server: [sent('POST', `${SECURE_API}/secure/upload`, { ...TEXT, cookie: true })],
  },
  'secure/upload-stream/no-cors-is-not-possible': {
    quirk: 'streams-become-text',
    sees: { status: 0, type: 'opaque', body: '' },
    server: [sent('POST', `${SECURE_API}/secure/upload`, TEXT)],
  },
  'secure/upload-stream/307-cannot-be-replayed': {
    quirk: 'streams-become-text',
    sees: refused('allow-origin-missing'),
    server: [sent('POST', `${SECURE_RAW}/a`, TEXT), sent('POST', `${SECURE_RAW}/final`, TEXT)],
  },
  'secure/upload-stream/303-becomes-a-get': {
    quirk: 'streams-become-text',
    server: [sent('POST', `${SECURE_RAW}/a`, TEXT), sent('GET', `${SECURE_RAW}/final`)],
  },
  'http-cache/app/any-is-shared-with-a-script-element': {
    beyond: CACHE_OF_ITS_OWN,
    server: [sent('GET', '/cached/any.js', { origin: 'none', cookie: true }), sent('GET', '/cached/any.js')],
  },
  'http-cache/allow-origin-without-vary-is-poisoned': {
    beyond: CACHE_OF_ITS_OWN,
    sees: ['loaded', read('0', { 'cache-control': 'max-age=600' })],
    server: [sent('GET', '/a.js', { origin: 'none', cookie: true }), sent('GET', '/a.js')],
  },
  'http-cache/any-only-where-there-is-an-origin-is-poisoned': {
    beyond: CACHE_OF_ITS_OWN,
    sees: ['loaded', read('0', { 'cache-control': 'max-age=600' })],
    server: [sent('GET', '/a.js', { origin: 'none', cookie: true }), sent('GET', '/a.js')],
  },
  'http-cache/always-any-needs-no-vary': {
    beyond: CACHE_OF_ITS_OWN,
    server: [sent('GET', '/a.js', { origin: 'none', cookie: true }), sent('GET', '/a.js')],
  },
};
