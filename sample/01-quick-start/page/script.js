import { calls } from './calls.js';
import { element } from './element.js';
import { getJson } from './get-json.js';
import { showPolicies } from './policies.js';
import { rowOf } from './rows.js';
import { why } from './why.js';

const setup = await getJson('/setup.json');
const isAllowed = location.origin === setup.allowed;
introduce();

const policies = await getJson(`${setup.api}/explain`);
showPolicies(document.querySelector('#policies tbody'), policies);

document.querySelector('#run').addEventListener('click', () => void runAll());
await runAll();

function introduce() {
  document.title = isAllowed ? 'The allowed page' : 'The refused page';
  document.body.dataset.page = isAllowed ? 'allowed' : 'refused';
  document
    .querySelector('#origin')
    .append(
      'You are on ',
      element('code', { class: 'badge' }, location.origin),
      isAllowed ? ', which the API’s policy “app” names.' : ', which no policy of the API names.',
    );
  document
    .querySelector('.actions')
    .append(
      element(
        'a',
        { href: isAllowed ? setup.refused : setup.allowed },
        isAllowed ? 'The same page on the refused origin' : 'The same page on the allowed origin',
      ),
    );
}

async function runAll() {
  const table = document.querySelector('#calls');
  table.setAttribute('aria-busy', 'true');
  const rows = [];
  for (const call of calls) rows.push(await run(call));
  table.querySelector('tbody').replaceChildren(...rows);
  table.setAttribute('aria-busy', 'false');
}

async function run(call) {
  // Under this name the server keeps what it received and sent. It stands in the URL, because a preflight carries
  // nothing else of the call, and because a browser then asks anew each time instead of remembering an approval.
  const name = crypto.randomUUID();
  const seen = await see(`${setup.api}${call.path}?call=${name}`, call.init);
  const exchanges = await getJson(`${setup.api}/explain/${name}`);
  const route = policies.find(({ where }) => where === call.handler);
  return rowOf(call, seen, exchanges, why(call, route, exchanges, location.origin));
}

/** Makes a call, and returns all that a script can see of the answer. */
async function see(url, init) {
  try {
    const response = await fetch(url, init);
    return { status: response.status, headers: [...response.headers], body: await response.text() };
  } catch (error) {
    return { error: String(error) };
  }
}
