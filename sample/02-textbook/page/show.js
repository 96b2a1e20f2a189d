import { badge, element, proseOf } from './element.js';
import { answeredOf, isPreflight, sentOf } from './exchange.js';
import { requestOf, verdictOn } from './verdict.js';

/** The nodes that show one run of an exercise. */
export function resultOf({ text, failed, requests }, exchanges, origin) {
  return [
    part(
      'seen',
      'What the script saw',
      badge(!failed, failed ? 'An error' : 'A result'),
      element('pre', { class: 'box' }, text),
    ),
    ...(exchanges.length === 0
      ? [element('p', { class: 'nothing' }, 'No request of this script has reached a server.')]
      : []),
    ...exchanges.map((exchange) => exchangeOf(exchange, requestOf(exchange, requests), origin)),
  ];
}

function exchangeOf(exchange, request, origin) {
  const verdict = verdictOn(exchange, request, origin);
  return element(
    'div',
    { class: 'exchange' },
    part('sent', 'What was sent', element('pre', { class: 'box' }, ...sentOf(exchange))),
    part('answered', 'What came back', element('pre', { class: 'box' }, ...answeredOf(exchange))),
    part(
      'decided',
      'What the browser decided, and why',
      badge(verdict.passed, verdict.outcome),
      element('p', { class: 'why' }, ...proseOf(verdict.why), ...contradictions(exchange, request, verdict)),
      element('p', { class: 'handler' }, ...proseOf(handlerOf(exchange))),
    ),
  );
}

/** Should the explanation and the browser ever disagree, it is the explanation that is wrong. */
function contradictions(exchange, request, { passed }) {
  if (request === undefined || isPreflight(exchange)) return [];
  if (request.mode === 'no-cors' || passed === request.readable) return [];
  return [element('em', {}, ' But the browser decided otherwise!')];
}

function handlerOf({ handler }) {
  return handler === undefined ? 'On the server, no handler ran.' : `On the server, \`${handler}\` ran.`;
}

function part(name, title, ...content) {
  return element('section', { class: name }, element('h4', {}, title), ...content);
}
