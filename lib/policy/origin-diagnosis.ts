import type { CorsProblemCode, ValueProblem } from './cors-problem.js';
import { readWrittenOrigin } from './origin-grammar.js';
import { bareText, dissect, mendOrigin } from './origin-mending.js';
import { MISTAKES, type Mistake } from './origin-mistakes.js';

/**
 * Longer strings are not taken apart: nothing that somebody meant as one origin is ten times as long as one, and the
 * expressions that take it apart are fast enough only for short ones.
 */
const MAX_DIAGNOSED_LENGTH = 4096;

/** What separates the origins of a list that is kept in one environment variable. */
const LIST_SEPARATOR = /[\s,;|]+/;

/** What to do where neither a mended value nor the kind of mistake says more. */
const GENERAL_ADVICE =
  'write one origin such as "https://example.com", or a pattern such as "https://*.example.com"';

/** What to do where no value can be shown that was surely meant. */
const ADVICE: Partial<Record<CorsProblemCode, string>> = {
  'origin-scheme-missing':
    'write scheme, host and port, as in "https://example.com" or "http://localhost:3000"',
  'origin-scheme': 'write an origin such as "https://example.com" or "capacitor://localhost"',
  'origin-wildcard':
    'put "*." or "**." in front of your own domain, as in "https://*.example.com", or list the origins',
  'origin-port': 'write a port from 1 to 65535, as in "https://example.com:8443", or :* for any port',
  'origin-ip': 'write the address as browsers do, as in "http://127.0.0.1:3000" or "http://[::1]:3000"',
  'origin-unicode': 'write the host in punycode, as in "https://xn--bcher-kva.example"',
  'origin-host': 'write a host name that a browser can show, as in "https://example.com"',
};

/** Says what is wrong with a string that is no origin and no pattern, and shows the mended value where there is one. */
export function diagnoseOrigin(text: string): ValueProblem {
  if (bareText(text) === '') {
    return {
      code: 'origin-empty',
      message: 'is empty',
      fix: 'write an origin such as "https://example.com"',
    };
  }
  if (text.length > MAX_DIAGNOSED_LENGTH) return problem('origin-invalid', 'is far too long for an origin');
  const listed = mendList(text);
  if (listed !== undefined) {
    const fix = `write one string for each: ${listed.join(', ')}`;
    return { code: 'origin-invalid', message: 'holds several origins in one string', fix };
  }
  const pieces = dissect(text);
  const { code, message, advice } = MISTAKES.find(({ applies }) => applies(pieces, text)) ?? TOO_LONG;
  return advice === undefined ? problem(code, message, mendOrigin(text)) : { code, message, fix: advice };
}

/** All parts are within their limits, but not all together: only a trailing dot can do that. */
const TOO_LONG: Pick<Mistake, 'code' | 'message' | 'advice'> = {
  code: 'origin-invalid',
  message: 'is longer than any origin that browsers send',
};

function problem(code: CorsProblemCode, message: string, mended?: string): ValueProblem {
  return {
    code,
    message,
    fix: mended === undefined ? (ADVICE[code] ?? GENERAL_ADVICE) : `write "${mended}"`,
  };
}

/** The origins of a list in one string, mended and in quotation marks; `undefined` if it is no such list. */
function mendList(text: string): readonly string[] | undefined {
  const items = text.split(LIST_SEPARATOR).filter((item) => item !== '');
  const separated = /[,;|]/.test(text) || items.every((item) => item.includes('://'));
  if (items.length < 2 || !separated) return undefined;
  const mended = items.map((item) => (readWrittenOrigin(item) === undefined ? mendOrigin(item) : item));
  return mended.includes(undefined) ? undefined : mended.map((item) => `"${item}"`);
}
