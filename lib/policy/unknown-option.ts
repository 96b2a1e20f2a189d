import type { ValueProblem } from './cors-problem.js';
import { POLICY_OPTIONS } from './policy-fields.js';
import { suggest } from './suggest.js';

/** Options of other CORS packages that look as if they belonged here, and what does their work. */
const FOREIGN: ReadonlyMap<string, string> = new Map([
  ['preflightContinue', 'leave it out: an OPTIONS request that is no preflight always reaches its handler'],
  [
    'strictPreflight',
    'leave it out: only OPTIONS with Origin and Access-Control-Request-Method is a preflight',
  ],
  ['preflight', 'leave it out, or put @NoCors() on the route'],
  ['hideOptionsRoute', 'leave it out: no OPTIONS route is registered'],
  ['cacheControl', 'leave it out: browsers keep preflights by maxAge alone'],
  ['delegator', 'use decorators on the routes, or a function in origin'],
  ['allowPrivateNetwork', 'leave it out: Private Network Access is gone, its successor has no headers'],
  ['privateNetworkAccess', 'leave it out: Private Network Access is gone, its successor has no headers'],
]);

/** What other CORS packages call an option, where it is more than a few letters away. */
const SYNONYMS: ReadonlyMap<string, string> = new Map([
  ['allowOrigin', 'origin'],
  ['allowOrigins', 'origin'],
  ['allowedOrigin', 'origin'],
  ['allowedOrigins', 'origin'],
  ['allowMethods', 'methods'],
  ['allowedMethods', 'methods'],
  ['headers', 'allowedHeaders'],
  ['allowCredentials', 'credentials'],
  ['supportsCredentials', 'credentials'],
  ['withCredentials', 'credentials'],
]);

/** Where an option stands that is unknown where it was written. */
const HOMES: ReadonlyMap<string, string> = new Map([
  ['origin', '@AllowOrigin'],
  ['credentials', '@AllowOrigin'],
  ['exposedHeaders', '@AllowOrigin'],
  ['enforce', '@AllowOrigin'],
  ['dangerously', '@AllowOrigin'],
  ['methods', '@Preflight'],
  ['allowedHeaders', '@Preflight'],
  ['maxAge', '@Preflight'],
  ['optionsSuccessStatus', '@Preflight'],
  ['merge', 'the policy or decorator whose lists it is about'],
  ['reportOnly', 'the policy or decorator whose fields it is about'],
  ['policies', 'the options of CorsModule'],
  ['routes', 'the options of CorsModule'],
  ['publicOrigins', 'the options of CorsModule'],
  ['refusals', 'the options of CorsModule'],
  ['debug', 'the options of CorsModule'],
  ['exact', 'an entry of routes'],
  ['unmanaged', 'an entry of routes'],
  ['insecureOrigins', 'dangerously'],
  ['publicSuffixes', 'dangerously'],
  ['nullOrigin', 'dangerously'],
  ['fileOrigin', 'dangerously'],
]);

/**
 * What is wrong with an option that does not exist where it stands.
 *
 * @param known - the options that do
 */
export function unknownOption(name: string, known: readonly string[]): ValueProblem {
  const meant = SYNONYMS.get(name) ?? suggest(name, [...known, ...HOMES.keys()]);
  const advice = FOREIGN.get(name);
  if (advice !== undefined || meant === undefined) {
    return problem('', advice ?? `remove it, the options here are ${known.join(', ')}`);
  }
  const doubt = meant === name ? '' : ` (did you mean ${meant}?)`;
  return problem(doubt, known.includes(meant) ? `write ${meant}` : `move it to ${homeOf(meant, known)}`);
}

function problem(doubt: string, fix: string): ValueProblem {
  return { code: 'option-unknown', message: `is no option here${doubt}`, fix };
}

/** An entry of `routes` holds its policy in an option of its own. */
function homeOf(option: string, known: readonly string[]): string {
  const inEntry = known.includes('policy') && POLICY_OPTIONS.includes(option);
  return inEntry ? 'policy' : (HOMES.get(option) as string);
}
