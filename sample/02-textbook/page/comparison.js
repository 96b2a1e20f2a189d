import { newCall } from './call.js';
import { badge, element } from './element.js';
import { getJson } from './get-json.js';
import { run } from './run.js';

/*
 * Fills the table that compares URLs with that of the page: the origins as the browser computes them, and what becomes
 * of a script's request.
 */

const { api } = await getJson('/setup.json');
const table = document.querySelector('#comparison');
for (const row of table.querySelectorAll('tbody tr')) await fill(row);
table.setAttribute('aria-busy', 'false');

async function fill(row) {
  const { href, origin } = new URL(row.querySelector('code').textContent);
  const call = newCall();
  const { failed } = await run(`await fetch('${href}')`, call);
  const exchanges = await getJson(`${api}/exchanges/${call}`);
  row.append(
    element('td', {}, differences(new URL(href), location)),
    element('td', {}, badge(origin === location.origin, origin === location.origin ? 'Same' : 'Another')),
    element('td', {}, badge(!failed, failed ? 'Failed' : 'Readable')),
    element('td', {}, element('code', {}, exchanges.map(summaryOf).join('\n') || 'No request')),
  );
}

/** HTML, "same origin": scheme, host and port are compared, and nothing else. */
function differences(url, page) {
  const parts = { protocol: 'scheme', hostname: 'host', port: 'port' };
  const different = Object.keys(parts).filter((part) => url[part] !== page[part]);
  return different.length === 0 ? 'none' : different.map((part) => parts[part]).join(', ');
}

function summaryOf({ method, status }) {
  return `${method} → ${status}`;
}
