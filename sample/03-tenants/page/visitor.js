import { isPreflight } from './exchange.js';
import { getJson } from './get-json.js';
import { keepCalling } from './keep-calling.js';

/* A page of a front end. Its own origin comes from the name by which it was asked for, its key from the URL. */

const { api } = await getJson('/setup.json');
const key = new URLSearchParams(location.search).get('key') ?? '';
document.querySelector('#call').append(`gets the orders with the key “${key}”.`);
await keepCalling(api, '/orders', { headers: { 'x-api-key': key } }, why);

function why(exchanges) {
  const actual = exchanges.find((exchange) => !isPreflight(exchange));
  switch (actual?.status) {
    case undefined:
      return 'No tenant lists this origin: `mayAllow()` refuses the preflight, and the GET is never sent.';
    case 401:
      return 'The key is nobody’s, so the guard answers 401. The page may read that, because some tenant lists its origin.';
    case 403:
      return 'Some tenant lists this origin, so the preflight passes, which carries no key. But it is not the one whose key this is: 403, and the handler does not run.';
    default:
      return 'The tenant whose key this is lists this origin.';
  }
}
