import { beside } from '../http/beside-routes.js';
import { preflightFacts } from '../http/preflight.js';
import type { CorsExplanation, ExplainableRequest } from './cors-explanation.js';
import { explainActual, explainHandshake } from './explain-actual.js';
import { explainPreflight } from './explain-preflight.js';
import type { ExplainContext } from './governing.js';
import { readRequest } from './read-request.js';

/**
 * Explains what becomes of a request, without sending or running anything but origin functions and sources.
 *
 * @throws TypeError if the request is none
 */
export async function explainRequest(
  given: ExplainableRequest,
  context: ExplainContext,
): Promise<CorsExplanation> {
  const request = readRequest(given);
  const atGateway = context.gateways?.contextOf(request, context);
  const there = atGateway === undefined ? context : { ...context, ...atGateway };
  // Whatever else it is: it goes to nobody who would know a preflight.
  if (context.takesHandshakes && request.headers['upgrade'] !== undefined) {
    return explainHandshake(request, beside(there));
  }
  const facts = preflightFacts(request);
  return facts === undefined ? explainActual(request, there) : explainPreflight(request, facts, there);
}

export { refusalHints } from './refusal-hint.js';
export { suggestChange } from './suggest-change.js';
