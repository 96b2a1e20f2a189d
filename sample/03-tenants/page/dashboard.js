import { element } from './element.js';
import { everySecond } from './every-second.js';
import { getJson } from './get-json.js';
import { attempt, operate } from './operate.js';

const { api } = await getJson('/setup.json');
const cards = new Map();

// Others may change the lists as well.
await everySecond(() => attempt(document.querySelector('#problem'), refresh));

async function refresh() {
  for (const tenant of await operate(`${api}/tenants`)) {
    if (!cards.has(tenant.name)) cards.set(tenant.name, addCard(tenant));
    showOrigins(cards.get(tenant.name), tenant);
  }
}

function addCard({ name, key }) {
  const card = element(
    'section',
    { class: 'card', id: name, 'aria-labelledby': `name-${name}` },
    element('h3', { id: `name-${name}` }, name),
    element('p', {}, 'Key: ', element('code', {}, key)),
    element('ul', { 'aria-labelledby': `name-${name}` }),
    formFor(name),
    element('p', { role: 'alert' }),
  );
  document.querySelector('#tenants').append(card);
  return card;
}

function formFor(name) {
  const input = element('input', {
    id: `origin-${name}`,
    list: 'known',
    placeholder: 'https://app.example.com',
    autocomplete: 'off',
    spellcheck: 'false',
    required: '',
  });
  const form = element(
    'form',
    {},
    element('label', { for: input.id }, 'One more origin'),
    element('div', {}, input, element('button', {}, 'Add')),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void change(name, 'PUT', input.value).then((done) => done && form.reset());
  });
  return form;
}

/** Leaves alone what has not changed, and with it the focus of who is about to press a button. */
function showOrigins(card, { name, origins }) {
  const list = card.querySelector('ul');
  const shown = [...list.children].map(({ dataset }) => dataset.origin);
  if (shown.join() !== origins.join()) list.replaceChildren(...origins.map((origin) => itemOf(name, origin)));
}

function itemOf(name, origin) {
  const remove = element(
    'button',
    { type: 'button', 'aria-label': `Remove ${origin} from ${name}` },
    'Remove',
  );
  remove.addEventListener('click', () => void change(name, 'DELETE', origin));
  return element('li', { 'data-origin': origin }, element('code', {}, origin), remove);
}

/** Changes a list, and returns whether that was possible. */
function change(name, method, origin) {
  return attempt(cards.get(name).querySelector('[role=alert]'), async () => {
    await operate(`${api}/tenants/${name}/origins?origin=${encodeURIComponent(origin)}`, { method });
    await refresh();
  });
}
