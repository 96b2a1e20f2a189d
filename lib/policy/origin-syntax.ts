import { LatePart } from '../late-part.js';
import type { ValueProblem } from './cors-problem.js';
import type { OriginPattern } from './origin-entry.js';
import type { WrittenOrigin } from './origin-grammar.js';
import { patternText, readWrittenOrigin, SAMPLE_LABEL } from './origin-grammar.js';
import { isBelowSuffix, registrationOf } from './registrable-domain.js';

/** What says why a string is no origin. */
export const DIAGNOSIS = new LatePart(() => import('./origin-diagnosis.js'));

/** What became of a value: an entry, or the one problem that says the most about it. */
export type Parsed<Entry> = { readonly entry: Entry } | { readonly problem: ValueProblem };

/**
 * Parses one string of a policy's `origin`. Whether the entry may stand where it stands is not asked here: `'*'` beside
 * others or with credentials, `'null'`, plain http and public suffixes are judged once the whole policy is known.
 *
 * | written | entry |
 * |---|---|
 * | `*` | any origin |
 * | `null` | the opaque origin, as an exact one |
 * | `https://example.com`, `http://localhost:3000`, `capacitor://localhost`, `http://[::1]` | exact |
 * | `https://*.example.com` | pattern: exactly one more label |
 * | `https://**.example.com` | pattern: one more label or several |
 * | `http://localhost:*`, `https://*.example.com:*` | pattern: any port, including none |
 * | `https://example.com/`, `HTTPS://example.com`, `https://example.com:443`, `example.com`, `https://*` | refused |
 *
 * A refused value never becomes an entry by being mended silently: what is in the source should be what is enforced.
 *
 * @throws MissingPart if there is something to say of it, and {@link DIAGNOSIS} is still to be loaded
 */
export function parseOrigin(text: string): Parsed<WrittenOrigin> {
  const entry = readWrittenOrigin(text);
  return entry === undefined ? { problem: DIAGNOSIS.get().diagnoseOrigin(text) } : { entry };
}

/** The problem of a pattern whose wildcard stands for the sites of strangers: `https://*.com`, `https://*.github.io`. */
export function publicSuffixProblem(pattern: OriginPattern): ValueProblem | undefined {
  if (pattern.labels === 'none') return undefined;
  const host = pattern.host.endsWith('.') ? pattern.host.slice(0, -1) : pattern.host;
  const sample = SAMPLE_LABEL + host;
  if (isBelowSuffix(sample, host.length)) return undefined;
  const registration = registrationOf(sample);
  if (registration === undefined) return undefined;
  // The host is a suffix; or the sample is one, by a rule that is itself a wildcard: `*.sch.uk` makes one of every name below it.
  const wildcardRule = registration.isSuffix;
  const domain = `your-domain.${wildcardRule ? SAMPLE_LABEL : ''}${host}`;
  const dot = pattern.host.slice(host.length);
  const own = patternText(pattern.scheme, pattern.labels, domain + dot, pattern.port);
  return {
    code: 'origin-public-suffix',
    message: 'has a wildcard right before a public suffix, below which anyone can have a site',
    fix: isPublicSuffix(domain)
      ? 'list your own hosts, each in full'
      : `name your own domain, as in "${own}"`,
  };
}

function isPublicSuffix(host: string): boolean {
  return registrationOf(host)?.isSuffix === true;
}
