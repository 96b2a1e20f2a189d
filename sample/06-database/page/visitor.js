import { isPreflight } from './exchange.js';
import { getJson } from './get-json.js';
import { keepCalling } from './keep-calling.js';

/* A page of a front end. Its own origin comes from the name by which it was asked for, the customer from the URL. */

const { api } = await getJson('/setup.json');
const customer = new URLSearchParams(location.search).get('customer') ?? '';
document.querySelector('#call').append(`orders something for ${customer}.`);
await keepCalling(
  api,
  `/customers/${encodeURIComponent(customer)}/orders`,
  {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"item":"An anvil"}',
  },
  why,
);

function why(exchanges) {
  return exchanges.find(isPreflight)?.status === 204
    ? `The table has a row with “${customer}” and this origin.`
    : `The table has no row with “${customer}” and this origin, or cannot be asked: the preflight is refused, and the POST is never sent.`;
}
