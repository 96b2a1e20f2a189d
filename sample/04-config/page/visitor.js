import { corsCheck } from './cors-check.js';
import { isPreflight } from './exchange.js';
import { getJson } from './get-json.js';
import { keepCalling } from './keep-calling.js';

/* A page of a front end. Its own origin comes from the name by which it was asked for, its credentials mode from the URL. */

const { api } = await getJson('/setup.json');
const credentials = new URLSearchParams(location.search).get('credentials') ?? 'same-origin';
document
  .querySelector('#call')
  .append(`renames a report${credentials === 'include' ? ', with cookies' : ''}.`);
await keepCalling(
  api,
  '/reports/1',
  {
    method: 'PUT',
    credentials,
    headers: { 'content-type': 'application/json' },
    body: '{"title":"Sales in April"}',
  },
  why,
);

function why(exchanges) {
  const preflight = exchanges.find(isPreflight);
  if (preflight.status !== 204) {
    return 'The configuration does not allow this origin: the preflight is refused, and the PUT is never sent.';
  }
  switch (corsCheck(preflight.responseHeaders, location.origin, credentials === 'include')) {
    case 'any':
      return 'The configuration allows every origin.';
    case 'any-with-credentials':
      return 'The configuration allows every origin, with `*`, which does not do for calls with cookies.';
    case 'no-credentials':
      return 'The configuration allows this origin, but no cookies: the PUT is never sent.';
    default:
      return 'The configuration allows this origin.';
  }
}
