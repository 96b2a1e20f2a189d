import { element } from './element.js';
import { everySecond } from './every-second.js';
import { getJson } from './get-json.js';
import { attempt, operate } from './operate.js';

const { api } = await getJson('/setup.json');
const cards = new Map();

// Others may change the lists as well.
await everySecond(() =>
  attempt(document.querySelector('#problem'), async () => show(await operate(`${api}/customers`))),
);

function show(customers) {
  for (const customer of customers) {
    if (!cards.has(customer.slug)) cards.set(customer.slug, addCard(customer));
    showOrigins(cards.get(customer.slug), customer);
  }
  removeOthers(customers.map(({ slug }) => slug));
}

function removeOthers(slugs) {
  for (const [slug, card] of cards) {
    if (slugs.includes(slug)) continue;
    card.remove();
    cards.delete(slug);
  }
}

function addCard({ slug, name }) {
  const card = element(
    'section',
    { class: 'card', id: slug, 'aria-labelledby': `name-${slug}` },
    element('h3', { id: `name-${slug}` }, name),
    element('p', {}, 'Path: ', element('code', {}, `/customers/${slug}`)),
    element('ul', { 'aria-labelledby': `name-${slug}` }),
    formFor(slug),
    element('p', { role: 'alert' }),
  );
  document.querySelector('#customers').append(card);
  return card;
}

function formFor(slug) {
  const input = element('input', {
    id: `origin-${slug}`,
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
    void change(slug, 'PUT', input.value).then((done) => done && form.reset());
  });
  return form;
}

/** Leaves alone what has not changed, and with it the focus of who is about to press a button. */
function showOrigins(card, { slug, name, origins }) {
  const list = card.querySelector('ul');
  const shown = [...list.children].map(({ dataset }) => dataset.origin);
  if (shown.join('\n') === origins.join('\n')) return;
  list.replaceChildren(...origins.map((origin) => itemOf(slug, name, origin)));
}

function itemOf(slug, name, origin) {
  const remove = element(
    'button',
    { type: 'button', 'aria-label': `Remove ${origin} from ${name}` },
    'Remove',
  );
  remove.addEventListener('click', () => void change(slug, 'DELETE', origin));
  return element('li', { 'data-origin': origin }, element('code', {}, origin), remove);
}

/** Changes a list, and returns whether that was possible. */
function change(slug, method, origin) {
  return attempt(cards.get(slug).querySelector('[role=alert]'), async () => {
    const query = new URLSearchParams({ origin });
    show(await operate(`${api}/customers/${slug}/origins?${query}`, { method }));
  });
}
