import { marked, newCall } from './call.js';
import { badge, element } from './element.js';
import { isPreflight, pathOf } from './exchange.js';
import { getJson } from './get-json.js';

/*
 * Fills the table of lesson 8: what the standard makes of each exchange, as the virtual browser on the server has run it,
 * what this browser has made of the same, and which engine is known to do so.
 */

/** The engines that the page knows something of, as it names them. */
const ENGINES = { chromium: 'Chromium', firefox: 'Firefox', webkit: 'WebKit' };

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
  const { calls, outcomes } = await getJson(`${api}/engines/exchanges/${row.id}`);
  const outcome = await runHere(calls);
  const actual = await linesOf(outcome);
  const { standard, ...known } = await allLinesOf(outcomes);
  const isEqual = sameLines(actual, standard);
  const like = Object.keys(known).filter((engine) => sameLines(actual, known[engine]));
  row.dataset.call = outcome.call;
  row.dataset.equal = isEqual;
  row.dataset.like = like.join(' ');
  if (!row.querySelector('details')) row.querySelector('th').append(codeOf(calls));
  for (const cell of row.querySelectorAll('.filled')) cell.remove();
  row.append(
    filled('standard', run(standard, actual)),
    filled('here', run(actual, standard)),
    filled(
      'equal',
      badge(isEqual, isEqual ? 'Equal' : 'Different'),
      ...(isEqual ? [] : [element('p', {}, `As ${titlesOf(like) || 'no engine that is known'}`)]),
    ),
  );
}

/** The runs of all engines as lines, and that of the standard. */
async function allLinesOf(outcomes) {
  const entries = Object.entries(outcomes).map(async ([name, outcome]) => [name, await linesOf(outcome)]);
  return Object.fromEntries(await Promise.all(entries));
}

function sameLines(one, other) {
  return one.join('\n') === other.join('\n');
}

function titlesOf(engines) {
  return engines
    .map((name) => ENGINES[name])
    .join(', ')
    .replace(/, (?!.*, )/, ' and ');
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

/** How many exchanges differ, and which engine has done just the same. */
function summaryOf(rows) {
  const different = rows.filter(({ dataset }) => dataset.equal === 'false').length;
  const engine = Object.keys(ENGINES).find((name) =>
    rows.every(({ dataset }) => dataset.like.split(' ').includes(name)),
  );
  const count = `Your browser departs from the standard in ${different} of ${rows.length}`;
  if (engine === undefined) return `${count}. No engine that is known does just the same.`;
  return `${count}, and does in all what ${ENGINES[engine]} is known to do.`;
}
