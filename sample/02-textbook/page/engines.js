import { marked, newCall } from './call.js';
import { badge, element } from './element.js';
import { isPreflight, pathOf } from './exchange.js';
import { getJson } from './get-json.js';

/*
 * Fills the table of lesson 8: what the standard makes of each exchange, as the virtual browser on the server has run it,
 * and what this browser has made of the same.
 */

/** The engines that the page knows something of, as it names them. */
const ENGINES = Object.entries({ chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKit' });

const { api } = await getJson('/setup.json');
const table = document.querySelector('#engines');
const summary = document.querySelector('#summary');
const again = document.querySelector('#again');

again.addEventListener('click', () => void fillAll());
await fillAll();

async function fillAll() {
  again.disabled = true;
  table.setAttribute('aria-busy', 'true');
  // One after the other, so that none disturbs another's connections.
  for (const row of table.querySelectorAll('tbody tr')) await fill(row);
  summary.textContent = summaryOf([...table.querySelectorAll('tbody tr')]);
  table.setAttribute('aria-busy', 'false');
  again.disabled = false;
}

async function fill(row) {
  const { calls, standard } = await getJson(`${api}/engines/exchanges/${row.id}`);
  const expected = await linesOf(standard);
  const outcome = await runHere(calls);
  const actual = await linesOf(outcome);
  const isEqual = expected.join('\n') === actual.join('\n');
  row.dataset.call = outcome.call;
  row.dataset.equal = isEqual;
  if (!row.querySelector('details')) row.querySelector('th').append(codeOf(calls));
  for (const cell of row.querySelectorAll('.filled')) cell.remove();
  row.append(
    filled('standard', run(expected, actual)),
    filled('here', run(actual, expected)),
    filled('equal', badge(isEqual, isEqual ? 'Equal' : 'Different')),
  );
}

/** Runs the calls in this browser, one after the other. */
async function runHere(calls) {
  const call = newCall();
  const script = [];
  for (const { url, init, streams } of calls) {
    try {
      const body = streams ? { body: streamOf(init.body) } : {};
      const response = await fetch(marked(url, call), { ...init, ...body });
      script.push(response.status);
    } catch {
      script.push('error');
    }
  }
  return { call, script };
}

function streamOf(text) {
  return new Blob([text]).stream();
}

/** A run as lines: each request that has reached a server, and then what the script got. */
async function linesOf({ call, script }) {
  const exchanges = await getJson(`${api}/exchanges/${call}`);
  const got = script.map((status) => (status === 'error' ? 'an error' : status));
  return [...exchanges.map(lineOf), `script: ${got.join(', ')}`];
}

function lineOf(exchange) {
  const { method, status, requestHeaders } = exchange;
  const { 'access-control-request-method': asked, 'access-control-request-headers': names } = requestHeaders;
  const question = isPreflight(exchange) ? ` for ${[asked, names ?? []].flat().join(', ')}` : '';
  return `${method} ${hostOf(requestHeaders)}${pathOf(exchange)}${question}${originOf(requestHeaders)} → ${status}`;
}

/** The host, where it is not the API's. */
function hostOf({ host }) {
  return host === new URL(api).host ? '' : `${new URL(`http://${host}`).hostname} `;
}

/** `Origin`, where it is not this page's. */
function originOf({ origin }) {
  if (origin === location.origin) return '';
  return origin === undefined ? ', no Origin' : `, Origin: ${origin}`;
}

/** The lines of a run, those in bold that the other one has not, or not as often. */
function run(lines, other) {
  const left = [...other];
  const shown = lines.map((line) => {
    const at = left.indexOf(line);
    if (at === -1) return element('strong', {}, line);
    left.splice(at, 1);
    return element('span', {}, line);
  });
  return element('pre', {}, ...shown.flatMap((line, at) => (at === 0 ? [line] : ['\n', line])));
}

function codeOf(calls) {
  const code = calls.map(({ url, init, streams }) => {
    const options = JSON.stringify(init, null, 2);
    const written = streams ? options.replace(/"body": (".*?")/, '"body": new Blob([$1]).stream()') : options;
    return `await fetch('${url}'${written === '{}' ? '' : `, ${written}`});`;
  });
  return element(
    'details',
    {},
    element('summary', {}, 'Code'),
    element('pre', {}, element('code', {}, code.join('\n'))),
  );
}

function filled(name, ...content) {
  return element('td', { class: `filled ${name}` }, ...content);
}

/** How many exchanges differ, and which engine is known to differ in just these. */
function summaryOf(rows) {
  const isDifferent = (row) => row.dataset.equal === 'false';
  const departs = (engine, row) => row.querySelector(`[data-engine=${engine}]`) !== null;
  const engine = ENGINES.find(([name]) => rows.every((row) => isDifferent(row) === departs(name, row)));
  const count = `Your browser departs from the standard in ${rows.filter(isDifferent).length} of ${rows.length}`;
  return engine === undefined
    ? `${count}: in others than any engine that is known.`
    : `${count}: in those in which ${engine[1]} is known to.`;
}
