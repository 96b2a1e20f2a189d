import { corsCheck } from './cors-check.js';
import { isPreflight } from './exchange.js';

/**
 * Says why the script may or may not read the answer to a call. These are the checks of the Fetch standard, made with
 * what the server says that it received and sent.
 *
 * @param call one of `calls`
 * @param route what `CorsService.routes()` says of the handler
 * @param exchanges what went over the wire for this call
 * @param origin the origin of this page
 * @returns whether the script may read the answer, and the reasons, as sentences
 */
export function why(call, route, exchanges, origin) {
  const preflight = exchanges.find(isPreflight);
  const actual = exchanges.find((exchange) => exchange !== preflight);
  if (actual !== undefined) {
    const check = checked(call, route, actual, origin);
    return preflight === undefined
      ? check
      : { ...check, reason: `The server approved the preflight. ${check.reason}` };
  }
  return preflight === undefined
    ? hidden('Nothing of this call reached the API.')
    : hidden(
        `The browser asked first, with a preflight, and the server refused: ${refusal(route, preflight)}.`,
        `So the ${call.init.method} was never sent.`,
      );
}

/** What the CORS check comes to, in words. */
function checked(call, route, actual, origin) {
  const { responseHeaders } = actual;
  switch (corsCheck(responseHeaders, origin, call.init.credentials === 'include')) {
    case 'missing':
      return hidden(`The answer names no origin: ${objection(route, origin)}.`, aftermath(route, actual));
    case 'another':
      return hidden(`The answer names ${responseHeaders['access-control-allow-origin']}, not this origin.`);
    case 'any-with-credentials':
      return hidden(
        '`*` is not enough for a call with `credentials: include`. The answer would have to name this origin.',
      );
    case 'no-credentials':
      return hidden('The answer names this origin, but does not allow credentials.');
    case 'any':
      return readable(
        '`*` stands for every origin, as long as the call is made without cookies.',
        unexposed(actual),
      );
    default:
      return readable(
        'The policy names this origin, and so does the answer.',
        call.init.credentials === 'include'
          ? '`Access-Control-Allow-Credentials` covers the cookies.'
          : evenErrors(actual),
      );
  }
}

/** What a policy has against a preflight, in the order in which the server decides. */
function refusal({ policy }, { requestHeaders }) {
  const origin = requestHeaders.origin;
  const requestedMethod = requestHeaders['access-control-request-method'];
  const requestedHeaders = requestHeaders['access-control-request-headers'];
  if (!policy.origin.some((entry) => entry === '*' || entry === origin)) {
    return objection({ policy }, origin);
  }
  if (!['GET', 'HEAD', 'POST', ...policy.methods].includes(requestedMethod)) {
    return `the policy does not allow ${requestedMethod}`;
  }
  const refused = (requestedHeaders ?? '').split(',').filter((name) => !policy.allowedHeaders.includes(name));
  return `the policy allows the headers ${list(policy.allowedHeaders)}, but not ${list(refused)}`;
}

/** What a route has against an origin. */
function objection({ policy }, origin) {
  if (policy.origin.length === 0) return 'the route is closed, whoever asks';
  return `the policy is for ${list(policy.origin)}, not for ${list([origin])}`;
}

/** What became of a call whose answer the script may not read. */
function aftermath({ policy }, { status }) {
  return policy.enforce && status === 403
    ? 'The policy says `enforce`, so the handler did not even run.'
    : `The handler ran all the same, and answered ${status}: CORS is about who may read, not about who may ask.`;
}

function unexposed({ responseHeaders }) {
  const exposed = responseHeaders['access-control-expose-headers'];
  return exposed === undefined
    ? ''
    : `Of the API’s own headers, the script sees ${list(exposed.split(', '))} only.`;
}

function evenErrors({ status }) {
  return status < 400
    ? ''
    : `Errors carry the headers too, so the script knows a ${status} from a broken connection.`;
}

/** `a`, `a and b`, `a, b and c`. */
function list(values) {
  const quoted = values.map((value) => `\`${value}\``);
  return [quoted.slice(0, -1).join(', '), ...quoted.slice(-1)].filter(Boolean).join(' and ');
}

function readable(...sentences) {
  return { readable: true, reason: sentences.join(' ').trim() };
}

function hidden(...sentences) {
  return { readable: false, reason: sentences.join(' ') };
}
