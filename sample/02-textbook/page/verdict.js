import { corsCheck } from './cors-check.js';
import { isPreflight, pathOf } from './exchange.js';

/** Fetch, "CORS-safelisted method". */
const SAFELISTED_METHODS = new Set(['GET', 'HEAD', 'POST']);

/**
 * The request of a script that an exchange belongs to; a preflight belongs to the request that it asks for. `undefined` if
 * it is another document's.
 */
export function requestOf(exchange, requests) {
  const { host, 'access-control-request-method': asked } = exchange.requestHeaders;
  const method = isPreflight(exchange) ? asked : exchange.method;
  return requests.find((request) => {
    const url = new URL(request.url, location.href);
    return url.host === host && url.pathname === pathOf(exchange) && request.method === method;
  });
}

/**
 * What the browser decides on a response, by the steps of the Fetch standard.
 *
 * @param exchange what was sent, and what came back
 * @param request as the script made it, if it did
 * @param origin of the script
 * @returns whether the step passed, the outcome in a word, and why, as a sentence
 */
export function verdictOn(exchange, request, origin) {
  if (request === undefined) {
    return passed('No check', 'This is no request of the script’s own, but of a document of the API’s.');
  }
  if (isPreflight(exchange)) return verdictOnPreflight(exchange, request, origin);
  // Fetch, "main fetch": a request in mode "no-cors" gets an opaque response, one to the same origin a basic one.
  if (request.mode === 'no-cors') {
    return request.isEmbedded
      ? passed(
          'Embedded',
          'The mode is `no-cors`: no CORS check. The page may use the response, but not read it.',
        )
      : passed('Opaque', 'The mode is `no-cors`: no CORS check, and nothing for the script to read.');
  }
  if (new URL(request.url).origin === origin)
    return passed('Readable', 'Same origin, so there is no CORS check.');
  const { succeeds, reason } = checked(exchange, request, origin);
  return succeeds ? passed('Readable', reason) : failed('Hidden', `${reason} So the CORS check fails.`);
}

/** Fetch, "CORS-preflight fetch": the CORS check, an ok status, the method, the request headers. */
function verdictOnPreflight({ status, requestHeaders, responseHeaders }, request, origin) {
  const method = requestHeaders['access-control-request-method'];
  const refused = (reason) => failed('Not sent', `${reason} So the ${method} is not sent.`);
  const { succeeds, reason } = checked({ responseHeaders }, request, origin);
  if (!succeeds) return refused(reason);
  if (status < 200 || status > 299) return refused(`${status} is no ok status.`);
  const methods = namesIn(responseHeaders['access-control-allow-methods']);
  if (!SAFELISTED_METHODS.has(method) && !methods.includes(method)) {
    return refused(`\`Access-Control-Allow-Methods\` does not name ${method}.`);
  }
  const headers = namesIn(responseHeaders['access-control-allow-headers']);
  const unnamed = namesIn(requestHeaders['access-control-request-headers']).find(
    (name) => !headers.includes(name),
  );
  if (unnamed !== undefined) return refused(`\`Access-Control-Allow-Headers\` does not name \`${unnamed}\`.`);
  return passed('Approved', `Origin, method and request headers are all allowed. So the ${method} is sent.`);
}

function checked({ responseHeaders }, { credentials }, origin) {
  const named = responseHeaders['access-control-allow-origin'];
  switch (corsCheck(responseHeaders, origin, credentials === 'include')) {
    case 'missing':
      return { succeeds: false, reason: 'There is no `Access-Control-Allow-Origin`.' };
    case 'another':
      return { succeeds: false, reason: `\`Access-Control-Allow-Origin\` names ${named}, not ${origin}.` };
    case 'any-with-credentials':
      return { succeeds: false, reason: 'The credentials mode is `include`, for which `*` does not do.' };
    case 'no-credentials':
      return {
        succeeds: false,
        reason:
          'The credentials mode is `include`, and there is no `Access-Control-Allow-Credentials: true`.',
      };
    case 'any':
      return {
        succeeds: true,
        reason: '`Access-Control-Allow-Origin` is `*`: any origin, without credentials.',
      };
    default:
      return {
        succeeds: true,
        reason:
          credentials === 'include'
            ? '`Access-Control-Allow-Origin` is the origin that was sent, and `Access-Control-Allow-Credentials` is `true`.'
            : '`Access-Control-Allow-Origin` is the origin that was sent.',
      };
  }
}

function namesIn(list = '') {
  return list
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function passed(outcome, why) {
  return { passed: true, outcome, why };
}

function failed(outcome, why) {
  return { passed: false, outcome, why };
}
