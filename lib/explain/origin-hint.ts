import type { CorsProblemCode } from '../policy/cors-problem.js';
import { diagnoseOrigin } from '../policy/origin-diagnosis.js';
import type { OriginEntry } from '../policy/origin-entry.js';
import { readWrittenOrigin } from '../policy/origin-grammar.js';
import { mendOrigin } from '../policy/origin-mending.js';
import type { OriginRule } from '../policy/origin-set.js';
import { FILE_ORIGIN, isSerializedOrigin, OPAQUE_ORIGIN } from '../protocol/serialized-origin.js';
import { closestOrigin } from './closest-origin.js';
import type { CorsHint, CorsHintCode } from './cors-explanation.js';

/** What was probably meant with a refused origin. */
export interface OriginHint {
  readonly closest: string | undefined;
  readonly hint: CorsHint | undefined;
  /** Both in one clause, for a human; `''` if there is nothing to say. */
  readonly clause: string;
}

/** Longer values are not taken apart, as in {@link diagnoseOrigin}. */
const MAX_MENDED_LENGTH = 4096;

const TRAILING_SLASH = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s]+\/$/i;

/** The mistakes that have a name of their own here. */
const HINT_CODES: Partial<Record<CorsProblemCode, CorsHintCode>> = {
  'origin-case': 'upper-case',
  'origin-path': 'path',
  'origin-default-port': 'default-port',
};

const NOTHING: OriginHint = { closest: undefined, hint: undefined, clause: '' };

/**
 * Says what was probably meant with a refused origin.
 *
 * @param origin - the value of `Origin`
 * @param rule - the origins of the policy that refuses it, compiled
 * @param entries - the same, one by one
 */
export function originHint(origin: string, rule: OriginRule, entries: readonly OriginEntry[]): OriginHint {
  if (!isSerializedOrigin(origin)) return malformedHint(origin, rule, entries);
  if (origin === OPAQUE_ORIGIN) return said('opaque', OPAQUE_MESSAGE);
  if (origin === FILE_ORIGIN) return said('opaque', FILE_MESSAGE);
  const found = closestOrigin(origin, rule, entries);
  if (found !== undefined) {
    return {
      closest: found.origin,
      hint: { code: found.code, message: `${found.origin} ${found.difference}` },
      clause: `the closest allowed origin is ${found.origin}, which ${found.difference}`,
    };
  }
  return isKeptFromSources(origin, rule) ? said('insecure', INSECURE_MESSAGE) : NOTHING;
}

const OPAQUE_MESSAGE =
  'null is the origin of sandboxed frames, of pages from file: and data: URLs, and of redirects from one origin to another';

const FILE_MESSAGE =
  'file:// is the origin of every page in a file, in app shells that give such pages access to files';

const INSECURE_MESSAGE =
  'functions, sources and regular expressions are not asked about plain http: origins where the policy has credentials';

/** Whether a source is not asked about an origin for its scheme alone. */
function isKeptFromSources(origin: string, { asked }: OriginRule): boolean {
  const secure = origin.replace(/^http:/, 'https:');
  return origin !== secure && asked.some((rule) => !rule.within(origin) && rule.within(secure));
}

/** No browser sends such an origin, so somebody has written it by hand. */
function malformedHint(origin: string, rule: OriginRule, entries: readonly OriginEntry[]): OriginHint {
  const { code, message } = mistakeIn(origin);
  const mended = code === 'repeated' || origin.length > MAX_MENDED_LENGTH ? undefined : mendOrigin(origin);
  // Mending a pattern gives a pattern, which nobody can have for an origin.
  if (mended === undefined || !isSerializedOrigin(mended)) return said(code, message);
  if (rule.any || rule.allows(mended)) {
    const clause = `${message}; the closest allowed origin is ${mended}`;
    return { closest: mended, hint: { code, message }, clause };
  }
  const { closest, clause } = originHint(mended, rule, entries);
  return { closest, hint: { code, message }, clause: clause === '' ? message : `${message}; ${clause}` };
}

function mistakeIn(origin: string): CorsHint {
  const parts = origin.split(/[\s,]+/);
  if (parts.length > 1 && parts.every(isSerializedOrigin)) {
    return { code: 'repeated', message: 'Origin has more than one origin' };
  }
  if (TRAILING_SLASH.test(origin)) return { code: 'trailing-slash', message: 'Origin has a trailing slash' };
  if (readWrittenOrigin(origin) !== undefined) return { code: 'malformed', message: 'Origin is a pattern' };
  const { code, message } = diagnoseOrigin(origin);
  return { code: HINT_CODES[code] ?? 'malformed', message: `Origin ${message}` };
}

function said(code: CorsHintCode, message: string): OriginHint {
  return { closest: undefined, hint: { code, message }, clause: message };
}
