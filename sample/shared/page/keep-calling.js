import { marked, newCall } from './call.js';
import { badge, element, proseOf } from './element.js';
import { everySecond } from './every-second.js';
import { answeredOf, pathOf, sentOf } from './exchange.js';
import { getJson } from './get-json.js';

/**
 * Makes a call again and again, as the page of a front end might, and shows each time what the browser lets this page's
 * scripts see of it.
 *
 * @param api the URL of the API
 * @param path of the call
 * @param init as for `fetch()`
 * @param why from what went over the wire, says in a sentence what has decided
 */
export async function keepCalling(api, path, init, why) {
  document.title = `A page on ${location.origin}`;
  document.querySelector('#origin').append(location.origin);
  const place = document.querySelector('#seen');
  let shown = '';
  await everySecond(async () => {
    const call = newCall();
    const seen = await see(marked(api + path, call), init);
    const result = resultOf(seen, await exchangesOf(api, call), why);
    // Leaves alone what has not changed: who listens to the page hears of changes only, and what was opened stays open.
    if (result.outerHTML !== shown) {
      shown = result.outerHTML;
      place.replaceChildren(result);
    }
    place.setAttribute('aria-busy', 'false');
    place.dataset.call = call;
  });
}

/** Makes a call, and returns what a script can see of the answer. */
async function see(url, init) {
  try {
    const response = await fetch(url, init);
    return { readable: true, text: `${response.status} ${await response.text()}` };
  } catch (error) {
    return { readable: false, text: String(error) };
  }
}

/** What went over the wire; nothing if the API is gone, since then it can't tell either. */
async function exchangesOf(api, call) {
  try {
    return await getJson(`${api}/exchanges/${call}`);
  } catch {
    return [];
  }
}

function resultOf({ readable, text }, exchanges, why) {
  return element(
    'div',
    {},
    badge(readable, readable ? 'Readable' : 'Hidden'),
    element('pre', { class: 'box text' }, text),
    element(
      'p',
      { class: 'why' },
      ...proseOf(exchanges.length === 0 ? 'The API has got nothing.' : why(exchanges)),
    ),
    ...exchanges.map(exchangeOf),
  );
}

function exchangeOf(exchange) {
  const { method, status, handler } = exchange;
  return element(
    'details',
    {},
    element(
      'summary',
      {},
      element('code', {}, `${method} ${pathOf(exchange)} → ${status}`),
      handler === undefined ? ', no handler ran' : `, ${handler} ran`,
    ),
    element('pre', { class: 'box' }, ...sentOf(exchange), '\n\n', ...answeredOf(exchange)),
  );
}
