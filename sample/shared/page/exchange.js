import { element } from './element.js';

/** Headers of HTTP's own machinery, and of no concern to CORS: they are not shown. */
const PLUMBING =
  /^(?:accept-(?:encoding|language)|cache-control|connection|content-length|date|keep-alive|pragma|priority|referer|sec-.*|transfer-encoding|upgrade-insecure-requests|user-agent)$/;

/** Whether a request is a preflight: Fetch, "CORS-preflight request". */
export function isPreflight({ method, requestHeaders }) {
  return method === 'OPTIONS' && requestHeaders['access-control-request-method'] !== undefined;
}

/** The path of a request, without the mark by which the server's log finds it again. */
export function pathOf({ url }) {
  return url.split('?')[0];
}

/** The nodes of what was sent: the request line, and the headers that matter. */
export function sentOf(exchange) {
  return [
    element('strong', {}, `${exchange.method} ${pathOf(exchange)}`),
    ...headerLines(exchange.requestHeaders),
  ];
}

/** The nodes of what came back: the status, and the headers that matter. */
export function answeredOf({ status, responseHeaders }) {
  return [element('strong', {}, `→ ${status}`), ...headerLines(responseHeaders)];
}

function headerLines(headers) {
  return Object.entries(headers)
    .filter(([name, value]) => !PLUMBING.test(name) && !(name === 'accept' && value.includes('*/*')))
    .map(([name, value]) => element('span', { class: isCors(name) ? 'cors' : '' }, `\n${name}: ${value}`));
}

function isCors(name) {
  return name === 'origin' || name.startsWith('access-control-');
}
