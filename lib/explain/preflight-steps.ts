import type { Policy } from '../policy/policy.js';
import { isListableRequestHeader } from '../policy/read-names.js';
import { suggest } from '../policy/suggest.js';
import { elementEnd, elementStart } from '../protocol/ascii.js';
import { isForbiddenMethod, isSafelistedMethod } from '../protocol/names.js';
import { refusedRequestHeader } from '../protocol/request-headers.js';
import { decidePreflight, type PreflightFacts, type PreflightReason } from '../protocol/verdict.js';
import type { CorsHint } from './cors-explanation.js';
import { ownerOf, type Governing } from './governing.js';
import { makeStep, type ExplainedStep } from './steps.js';
import { listed, tokenText } from './words.js';

/** A preflight in which there is nothing to refuse: what replaces a part of it shows what the rest comes to. */
const HARMLESS: PreflightFacts = { origin: 'https://example.com', method: 'GET', headers: undefined };

/** Further names are not looked at. More than a server accepts in its whole header section. */
const MAX_READ = 16_384;

/** More refused names than these are counted. */
const MAX_REFUSED = 20;

/** What a preflight comes to for one part of it alone. */
function decidePart(policy: Policy, part: Partial<PreflightFacts>): PreflightReason {
  return decidePreflight(policy, { ...HARMLESS, ...part }, 'origin-allowed').reason;
}

/** Whether the policy allows the method that a preflight asks for. */
export function methodStep(governing: Governing, policy: Policy, method: string): ExplainedStep {
  const owner = ownerOf(governing, 'methods');
  const name = tokenText(method);
  if (decidePart(policy, { method }) === 'preflight-approved') {
    const message = isSafelistedMethod(method) ? `${name} is CORS-safelisted` : `${owner} allows ${name}`;
    return makeStep('method', governing, 'method-allowed', true, message);
  }
  if (isForbiddenMethod(method)) {
    const message = `${name} is a forbidden method, which no page can send`;
    return makeStep('method', governing, 'method-not-allowed', false, message);
  }
  const message = `${owner} does not allow the method ${name}`;
  const hint = methodHint(policy, method);
  const addition = hint?.message ?? `it allows ${allowedMethods(policy)}`;
  return makeStep('method', governing, 'method-not-allowed', false, message, { hint, addition });
}

function allowedMethods({ methods: { any, names } }: Policy): string {
  return any ? 'every name of a method that pages can send' : listed(['GET', 'HEAD', 'POST', ...names]);
}

function methodHint(policy: Policy, method: string): CorsHint | undefined {
  const upper = method.toUpperCase();
  return upper !== method && decidePart(policy, { method: upper }) === 'preflight-approved'
    ? { code: 'method-case', message: `methods are case-sensitive, and it allows ${upper}` }
    : undefined;
}

/** Whether the policy allows the request headers that a preflight asks for; names each that it does not. */
export function headersStep(
  governing: Governing,
  policy: Policy,
  headers: string | undefined,
): ExplainedStep {
  const owner = ownerOf(governing, 'allowedHeaders');
  if (decidePart(policy, { headers }) === 'preflight-approved') {
    const asked = elementsOf(headers ?? '').map(tokenText);
    const message =
      asked.length === 0 ? 'no request header is asked for' : `${owner} allows ${listed(asked)}`;
    return makeStep('headers', governing, 'headers-allowed', true, message);
  }
  const refused = refusedNames(policy, headers ?? '');
  if (refused.length === 0) {
    const message = `Access-Control-Request-Headers is longer than ${owner} can ever need`;
    return makeStep('headers', governing, 'headers-not-allowed', false, message);
  }
  const noun = refused.length === 1 ? 'the request header' : 'the request headers';
  const message = `${owner} does not allow ${noun} ${listed(refused.map(tokenText), MAX_REFUSED)}`;
  const slip = slipHint(policy, refused);
  const hint = slip ?? missingHint(governing, refused);
  const addition = slip?.message ?? [allowedHeaders(policy), hint?.message ?? []].flat().join('; ');
  return makeStep('headers', governing, 'headers-not-allowed', false, message, { hint, addition });
}

function allowedHeaders({ allowedHeaders: { any, names } }: Policy): string {
  const allowed = [...(any ? ['any but authorization'] : []), ...names];
  return `it allows ${allowed.length === 0 ? 'none' : listed(allowed)}`;
}

/** Every name that is refused, once, as it was sent. */
export function refusedNames(policy: Policy, headers: string): readonly string[] {
  const refused = elementsOf(headers).filter(
    (name) => refusedRequestHeader(policy.allowedHeaders, name) !== undefined,
  );
  return [...new Set(refused)];
}

function elementsOf(headers: string): readonly string[] {
  const names: string[] = [];
  const list = headers.slice(0, MAX_READ);
  for (let start = elementStart(list, 0); start < list.length;) {
    const end = elementEnd(list, start);
    names.push(list.slice(start, end));
    start = elementStart(list, end);
  }
  return names;
}

function slipHint(
  { allowedHeaders: { any, names } }: Policy,
  refused: readonly string[],
): CorsHint | undefined {
  if (any && refused.some((name) => name.toLowerCase() === 'authorization')) {
    return {
      code: 'authorization',
      message: "'*' does not cover authorization, which has to be listed by name",
    };
  }
  for (const name of refused) {
    const meant = suggest(name, names);
    if (meant !== undefined) return { code: 'header-typo', message: `it allows ${meant}` };
  }
  return undefined;
}

/** Which list has to name what is refused, so far as lists may name it. */
function missingHint(governing: Governing, refused: readonly string[]): CorsHint | undefined {
  const { composed, report, isRoute } = governing;
  const missing = [...new Set(refused.map((name) => name.toLowerCase()))].filter(isListableRequestHeader);
  if (missing.length === 0) return undefined;
  const places = composed?.layersWithout(missing) ?? [];
  const names = listed(missing.map(tokenText), MAX_REFUSED);
  const byDefault = `${report?.where ?? ownerOf(governing, 'allowedHeaders')}, with merge: 'extend'${isRoute ? ', or in its @Headers()' : ''}`;
  return {
    code: 'header-missing',
    message: `name ${names} in allowedHeaders of ${places.length === 0 ? byDefault : listed(places)}`,
  };
}
