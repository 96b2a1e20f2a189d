import { newCall } from './call.js';
import { element } from './element.js';
import { runInFrame } from './frames.js';
import { getJson } from './get-json.js';
import { run } from './run.js';
import { resultOf } from './show.js';

/*
 * Makes exercises of the figures in a lesson's page. Each shows its code, runs it when the page is opened and whenever
 * it is told to, and then shows what happened.
 *
 *   data-code      the exercise whose code this one runs; its own if unset
 *   data-from      the origin whose script runs the code; this page's own if unset
 *   data-counter   the URL of a handler's counters, and the name of one
 *   data-uses      the exercise whose result the code uses, under that name
 *   data-server    show the server's page, too
 */

const setup = await getJson('/setup.json');
const values = new Map();

const exercises = [...document.querySelectorAll('figure.exercise')];
for (const figure of exercises) prepare(figure);
for (const figure of exercises) await runExercise(figure);

function prepare(figure) {
  const button = element('button', { type: 'button' }, 'Run again');
  button.addEventListener('click', () => void runExercise(figure));
  figure
    .querySelector('figcaption')
    .after(
      element(
        'p',
        { class: 'from' },
        element(
          'span',
          {},
          'A script of ',
          element('code', {}, originOf(figure)),
          'code' in figure.dataset ? ', with the same code' : '',
        ),
        button,
      ),
    );
  figure.append(
    element('div', { class: 'stage' }),
    element('div', { class: 'result', 'aria-live': 'polite', 'aria-busy': 'true' }),
  );
}

async function runExercise(figure) {
  const result = figure.querySelector('.result');
  result.setAttribute('aria-busy', 'true');
  const call = newCall();
  const before = await counterOf(figure);
  const outcome = await runFrom(figure, call);
  const after = await counterOf(figure);
  values.set(figure.id, outcome.value);
  const exchanges = await getJson(`${setup.api}/exchanges/${call}`);
  result.replaceChildren(
    ...resultOf(outcome, exchanges, originOf(figure)),
    ...(before === undefined ? [] : [counter(before, after)]),
    ...('server' in figure.dataset ? [serverPage(call)] : []),
  );
  result.dataset.call = call;
  result.setAttribute('aria-busy', 'false');
}

function runFrom(figure, call) {
  const { code: other, uses } = figure.dataset;
  const written = other === undefined ? figure : document.getElementById(other);
  const code = written.querySelector('.code').textContent.trim();
  const given = uses === undefined ? {} : { [uses]: values.get(uses) };
  const origin = originOf(figure);
  return origin === location.origin
    ? run(code, call, { ...given, stage: figure.querySelector('.stage') })
    : runInFrame(origin, code, call, given);
}

function originOf({ dataset }) {
  return dataset.from ?? location.origin;
}

async function counterOf({ dataset: { counter: described } }) {
  if (described === undefined) return undefined;
  const [url, name] = described.split(' ');
  return (await getJson(url))[name];
}

function counter(before, after) {
  return element(
    'p',
    { class: 'counter' },
    'The handler’s counter: ',
    element('output', {}, before),
    ' before, ',
    element('output', {}, after),
    ' after.',
  );
}

/** A page of the server's, in a frame. It is to be looked at; the scripts of this page may not read it. */
function serverPage(call) {
  const url = `${setup.api}/why/${call}`;
  return element(
    'section',
    { class: 'server' },
    element('h4', {}, 'What the server’s page says: ', element('a', { href: url }, 'open it')),
    element('iframe', { src: url, title: 'What the server says of this call' }),
  );
}
