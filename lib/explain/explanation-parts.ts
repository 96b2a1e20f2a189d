import { isCorsField, type GivenFields } from '../http/sealed-fields.js';
import { requestPath } from '../routing/request-path.js';
import type { CorsStep } from './cors-explanation.js';
import type { PlainRequest } from './read-request.js';
import type { ExplainedStep } from './steps.js';
import { pathText, tokenText } from './words.js';

/** What a request is for, as it is shown: `DELETE /orders/7`. */
export function subjectOf({ url }: PlainRequest, method: string): string {
  return `${tokenText(method)} ${pathText(requestPath(url) ?? url)}`;
}

/** The fields of the protocol, and `Vary`, of a response to a request that nobody else has to do with. */
export function corsFieldsOf(fields: GivenFields): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fields ?? {})
      .filter(([name]) => name === 'vary' || isCorsField(name))
      .map(([name, value]) => [name, String(value)]),
  );
}

/** What steps say in the message of the whole. */
export function clausesOf(steps: readonly ExplainedStep[]): string {
  return steps
    .map(({ clause }) => clause)
    .filter((clause) => clause !== '')
    .join('; ');
}

/** A step without what only the explanation as a whole needs. */
export function toStep({ closest: _closest, clause: _clause, ...step }: ExplainedStep): CorsStep {
  return step;
}
