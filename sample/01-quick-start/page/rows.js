import { element, proseOf } from './element.js';
import { answeredOf, sentOf } from './exchange.js';

/** The row of one call. */
export function rowOf(call, seen, exchanges, { readable, reason }) {
  const couldRead = seen.error === undefined;
  const row = element(
    'tr',
    { id: call.id, class: couldRead ? 'readable' : 'hidden' },
    element('th', { scope: 'row' }, element('strong', {}, call.title), element('pre', {}, requestOf(call))),
    element(
      'td',
      { class: 'seen' },
      element('span', { class: 'badge' }, couldRead ? 'Readable' : 'Hidden'),
      ...seenBy(seen),
    ),
    element('td', { class: 'why' }, ...proseOf(reason)),
    element('td', { class: 'wire' }, ...exchanges.map(exchangeOf)),
  );
  if (readable !== couldRead) {
    // Should the explanation and the browser ever disagree, it is the explanation that is wrong.
    row.querySelector('.why').append(element('em', {}, ' But the browser decided otherwise!'));
  }
  return row;
}

function requestOf({ path, init: { method = 'GET', headers = {}, credentials } }) {
  const names = Object.keys(headers);
  return [
    `${method} ${path}`,
    ...(names.length > 0 ? [`headers: ${names.join(', ')}`] : []),
    ...(credentials === undefined ? [] : [`credentials: ${credentials}`]),
  ].join('\n');
}

function seenBy({ error, status, headers, body }) {
  if (error !== undefined) return [element('pre', {}, error)];
  const lines = [`status: ${status}`, ...headers.map(([name, value]) => `${name}: ${value}`)];
  return [element('pre', {}, lines.join('\n')), element('pre', { class: 'box' }, body)];
}

function exchangeOf(exchange) {
  return element('pre', { class: 'box' }, ...sentOf(exchange), '\n\n', ...answeredOf(exchange));
}
