import type { CorsExplanation, CorsStep } from 'nestjs-cors';
import { SHOP } from './origins.js';

/** What `CorsService.explain()` says of the requests of one call, as HTML. */
export function whyPage(explanations: readonly CorsExplanation[]): string {
  // The style sheet is from another origin, which needs no CORS.
  return `<!doctype html>
<html lang="en">
  <meta charset="utf-8">
  <title>What the server says</title>
  <link rel="stylesheet" href="${SHOP}/server.css">
  ${explanations.map(sectionOf).join('\n  ') || '<p>Nothing of this call has reached this server.</p>'}
</html>
`;
}

function sectionOf({ kind, method, message, steps }: CorsExplanation): string {
  const title = kind === 'preflight' ? `The preflight for a ${method}` : `The ${method}`;
  return `<section>
    <h1>${escaped(title)}</h1>
    <p>${escaped(message)}</p>
    <ul>${steps.map(itemOf).join('')}</ul>
  </section>`;
}

function itemOf({ step, passed, reason, message }: CorsStep): string {
  return `<li class="${passed ? 'passed' : 'failed'}">${step} <code>${reason}</code> ${escaped(message)}</li>`;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** What comes from requests may be anything. */
function escaped(text: string): string {
  return text.replaceAll(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
