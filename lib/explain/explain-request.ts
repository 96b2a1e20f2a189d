import { beside } from '../http/beside-routes.js';
import { preflightFacts } from '../http/preflight.js';
import { LatePart } from '../late-part.js';
import { show } from '../policy/show.js';
import type { CorsExplainOptions, CorsExplanation, ExplainableRequest } from './cors-explanation.js';
import { explainActual, explainHandshake } from './explain-actual.js';
import { explainPreflight } from './explain-preflight.js';
import type { ExplainContext } from './governing.js';
import { readRequest, type PlainRequest } from './read-request.js';

/** What knows engines, for who asks about one. */
const ENGINE = new LatePart(() => import('./explain-engine.js'));

/**
 * Explains what becomes of a request, without sending or running anything but origin functions and sources.
 *
 * @throws TypeError if the request is none, or there is no such engine
 */
export async function explainRequest(
  given: ExplainableRequest,
  context: ExplainContext,
  options?: CorsExplainOptions,
): Promise<CorsExplanation> {
  const request = readRequest(given);
  const engine = options === undefined ? undefined : readEngine(options);
  const explanation = await explain(request, context);
  if (engine === undefined) return explanation;
  const { explainEngine } = await ENGINE.load();
  return { ...explanation, engine: explainEngine(explanation, request, engine, context) };
}

async function explain(request: PlainRequest, context: ExplainContext): Promise<CorsExplanation> {
  const atGateway = context.gateways?.contextOf(request, context);
  const there = atGateway === undefined ? context : { ...context, ...atGateway };
  // Whatever else it is: it goes to nobody who would know a preflight.
  if (context.takesHandshakes && request.headers['upgrade'] !== undefined) {
    return explainHandshake(request, beside(there));
  }
  const facts = preflightFacts(request);
  return facts === undefined ? explainActual(request, there) : explainPreflight(request, facts, there);
}

/** @throws TypeError if there are other options; whether there is such an engine, the table knows */
function readEngine(options: unknown): CorsExplainOptions['engine'] {
  if (typeof options === 'object' && options !== null) {
    const unknown = Object.keys(options).find((name) => name !== 'engine');
    if (unknown === undefined) return (options as CorsExplainOptions).engine;
    throw new TypeError(`explain(): ${show(unknown)} is no option; write { engine: 'webkit' }`);
  }
  throw new TypeError(`explain(): options is ${show(options)}; write { engine: 'webkit' }`);
}

export { refusalHints } from './refusal-hint.js';
export { suggestChange } from './suggest-change.js';
