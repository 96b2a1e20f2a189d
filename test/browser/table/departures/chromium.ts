import { asked, PREFLIGHT_REFUSED, read, sent } from '../case.js';
import type { Departures } from './departure.js';

/** Chromium's departures. */
export const CHROMIUM_DEPARTURES: Departures = {
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
  'request-headers/client-hints': {
    quirk: 'client-hints-safelisted',
    sees: read('ok'),
    server: [sent('GET', '/headers/none')],
  },
  'preflight-cache/max-age/negative-is-as-if-unset': {
    quirk: 'negative-max-age-not-kept',
    server: [asked('PUT', '/a'), sent('PUT', '/a'), asked('PUT', '/a'), sent('PUT', '/a')],
  },
  'preflight-cache/a-refused-response-clears-it': {
    quirk: 'preflights-kept-after-failure',
    server: [asked('PUT', '/a'), sent('PUT', '/a'), sent('PUT', '/a'), sent('PUT', '/a')],
  },
  'odd-answers/lone-cr-in-a-value': {
    quirk: 'lone-cr-ends-line',
    sees: read('ok'),
  },
  'redirects/credentials-in-location/same-origin-as-the-page': {
    quirk: 'credentials-in-subresource-urls-fail',
    sees: { fails: 'network error' },
    server: [sent('GET', '/a', { origin: 'none', cookie: true })],
  },
  'streams/upload': {
    quirk: 'streams-need-http2',
    sees: { fails: 'network error' },
    server: [asked('POST', '/responses/upload')],
  },
};
