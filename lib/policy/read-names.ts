import {
  isCorsHeader,
  isForbiddenMethod,
  isForbiddenRequestHeader,
  isForbiddenResponseHeader,
  isSafelistedResponseHeader,
  isToken,
} from '../protocol/names.js';
import type { ValueProblem } from './cors-problem.js';

/** What reading one name gives: the name in the one form in which policies keep it, or what is wrong with it. */
export type ReadName = { readonly name: string } | { readonly problem: ValueProblem };

/**
 * Methods whose names are upper case. Methods are compared byte for byte, and browsers upper-case only six of them
 * (Fetch, "normalize a method"), so that another spelling of one of these is a mistake, not another method.
 */
const UPPER_CASE_METHODS = new Set(
  'GET HEAD POST PUT DELETE OPTIONS PATCH QUERY SEARCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK'.split(
    ' ',
  ),
);

/** Reads an element of `methods`. */
export function readMethod(value: string): ReadName {
  const upper = value.toUpperCase();
  if (!isToken(value)) return { problem: notAToken('method-invalid', 'method', value) };
  if (isForbiddenMethod(value)) {
    return {
      problem: {
        code: 'method-forbidden',
        message: 'is a forbidden method, which no browser sends for a script',
        fix: 'leave it out',
      },
    };
  }
  if (value !== upper && UPPER_CASE_METHODS.has(upper)) {
    return {
      problem: {
        code: 'method-case',
        message: `is no method that browsers ask for, methods are case-sensitive (did you mean ${upper}?)`,
        fix: `write "${upper}"`,
      },
    };
  }
  return { name: value };
}

/** Reads an element of `allowedHeaders`. */
export function readRequestHeader(value: string): ReadName {
  if (!isToken(value)) return { problem: notAToken('header-invalid', 'header', value) };
  if (isCorsHeader(value)) return { problem: protocolHeader() };
  if (isForbiddenRequestHeader(value)) {
    return {
      problem: {
        code: 'header-forbidden',
        message: 'is a forbidden request-header, which only the browser itself sets, never a script',
        fix: 'leave it out',
      },
    };
  }
  return { name: value.toLowerCase() };
}

/** Whether `allowedHeaders` may name a request header. `'*'` stands there for all, not for a header of that name. */
export function isListableRequestHeader(name: string): boolean {
  return name !== '*' && 'name' in readRequestHeader(name);
}

/** Reads an element of `exposedHeaders`. The safelisted response headers need no exposing: they read as no name. */
export function readResponseHeader(value: string): ReadName | undefined {
  if (!isToken(value)) return { problem: notAToken('header-invalid', 'header', value) };
  if (isCorsHeader(value)) return { problem: protocolHeader() };
  if (isForbiddenResponseHeader(value)) {
    return {
      problem: {
        code: 'header-forbidden',
        message: 'is a forbidden response-header name, which no script can read',
        fix: 'leave it out',
      },
    };
  }
  return isSafelistedResponseHeader(value) ? undefined : { name: value.toLowerCase() };
}

function protocolHeader(): ValueProblem {
  return {
    code: 'header-forbidden',
    message: 'belongs to the CORS protocol itself and is never listed',
    fix: 'leave it out',
  };
}

function notAToken(code: 'method-invalid' | 'header-invalid', what: string, value: string): ValueProblem {
  const parts = value.split(',').map((part) => part.trim());
  if (parts.length > 1 && parts.every(isToken)) {
    return { code, message: `is several ${what}s in one string`, fix: `write ${JSON.stringify(parts)}` };
  }
  const trimmed = value.trim();
  const fix = isToken(trimmed)
    ? `write ${JSON.stringify(trimmed)}`
    : `write the ${what}'s name, or leave it out`;
  return { code, message: `is no ${what} name (a token of RFC 9110)`, fix };
}
