import { badge, element } from './element.js';
import { everySecond } from './every-second.js';
import { examplesFor } from './examples.js';
import { getJson } from './get-json.js';
import { attempt, operate } from './operate.js';

const setup = await getJson('/setup.json');
const url = `${setup.api}/settings`;
const form = document.querySelector('#settings');
const outcome = document.querySelector('#outcome');
const refusal = document.querySelector('#refusal');
let shown = '';

form.addEventListener('submit', (event) => {
  event.preventDefault();
  void apply();
});
document.querySelector('#examples').append(...examplesFor(setup).map(itemOf));

// The file may be saved at any time.
await everySecond(() =>
  attempt(document.querySelector('#problem'), async () => {
    show(await operate(url));
  }),
);

async function apply() {
  outcome.replaceChildren();
  const settings = Object.fromEntries(new FormData(form));
  const done = await attempt(refusal, async () => {
    show(await operate(url, { method: 'PUT', json: settings }));
  });
  outcome.replaceChildren(outcomeOf(done));
  return done;
}

function outcomeOf(done) {
  return badge(done, done ? 'In force' : 'Refused');
}

/** Leaves alone what has not changed, and with it what somebody may be writing. */
function show({ settings, inForce, file, refusalOfFile }) {
  const text = JSON.stringify({ settings, refusalOfFile });
  if (text === shown) return;
  shown = text;
  fill(settings);
  document.querySelector('#in-force').textContent = JSON.stringify(inForce, null, 2);
  document.querySelector('#file').textContent = file;
  document.querySelector('#refusal-of-file').textContent = refusalOfFile;
}

function fill(settings) {
  for (const [name, value] of Object.entries(settings)) form.elements[name].value = value;
}

function itemOf({ title, settings }) {
  const button = element('button', { type: 'button' }, title);
  // On a small screen the form is out of sight from here.
  const tried = element('div', { class: 'tried', role: 'status' });
  const tryOut = async () => {
    fill(settings);
    const done = await apply();
    for (const other of document.querySelectorAll('.tried')) other.replaceChildren();
    tried.replaceChildren(outcomeOf(done), element('pre', {}, refusal.textContent));
  };
  button.addEventListener('click', () => void tryOut());
  return element('li', {}, button, tried);
}
