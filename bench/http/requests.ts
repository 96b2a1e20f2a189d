import type { Platform } from '../support/options.js';
import { allowedOrigin, REFUSED_ORIGIN } from '../support/origins.js';
import { resourcePath } from './app.js';
import { ALLOWED_HEADERS, EXPOSED_HEADERS, MAX_AGE, METHODS, PREFLIGHT_VARY } from './policy.js';
import type { Server, Setup, Variant } from './setups.js';

export const REQUESTS = [
  'no Origin',
  'allowed origin',
  'refused origin',
  'preflight approved',
  'preflight refused',
] as const;

/** What is asked of a server. */
export type RequestName = (typeof REQUESTS)[number];

/** A request, and the answer without which it is not worth timing. */
export interface BenchRequest {
  readonly method: 'GET' | 'OPTIONS';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
  /** Every `Access-Control-*` field and `Vary` of the answer, by lower-case name. */
  readonly cors: Readonly<Record<string, string>>;
}

export function isPreflight(name: RequestName): boolean {
  return name.startsWith('preflight');
}

/** Without CORS, a preflight is a 404, which is nothing to compare with: its floor is another one. */
export function asks({ variant }: Server, name: RequestName): boolean {
  if (variant === 'node:http') return name === 'preflight approved';
  return !((variant.startsWith('bare') || variant === 'by hand') && isPreflight(name));
}

/** The request, to the route in the middle of the app's. */
export function requestTo({ platform, variant, setup }: Server, name: RequestName): BenchRequest {
  const allowed = allowedOrigin(setup.origins);
  const origin = name.endsWith('refused') || name.startsWith('refused') ? REFUSED_ORIGIN : allowed;
  const path = pathOf(setup, name === 'allowed origin');
  if (isPreflight(name)) {
    const headers = {
      origin,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'content-type,x-csrf-token',
    };
    return {
      method: 'OPTIONS',
      path,
      headers,
      ...preflightAnswer(platform, variant, origin, origin === allowed),
    };
  }
  const headers = name === 'no Origin' ? {} : { origin };
  const isAllowed = name === 'allowed origin';
  return { method: 'GET', path, headers, status: 200, cors: answerHeaders(variant, origin, isAllowed) };
}

/** The path of the resource in the middle of the app's. What nobody may read is beside it: by hand it has other fields. */
export function pathOf({ routes }: Setup, isAllowed: boolean): string {
  return resourcePath(Math.floor(routes / 4) + (isAllowed ? 0 : 1));
}

const CREDENTIALS = { 'access-control-allow-credentials': 'true' };

function answerHeaders(
  variant: Variant,
  origin: string,
  isAllowed: boolean,
): Readonly<Record<string, string>> {
  if (variant.startsWith('bare')) return {};
  const exposed = { 'access-control-expose-headers': EXPOSED_HEADERS.join(', ') };
  const allowed = isAllowed && { 'access-control-allow-origin': origin };
  // The other libraries send the rest to refused origins as well, and even where there is no origin.
  const isSent = isAllowed || (variant !== 'nestjs-cors' && variant !== 'by hand');
  return { vary: 'Origin', ...allowed, ...(isSent && { ...CREDENTIALS, ...exposed }) };
}

function preflightAnswer(
  platform: Platform,
  variant: Variant,
  origin: string,
  isAllowed: boolean,
): Pick<BenchRequest, 'status' | 'cors'> {
  const allowed = isAllowed && { 'access-control-allow-origin': origin };
  if (variant === 'nestjs-cors' || variant === 'node:http') {
    const approved = {
      ...CREDENTIALS,
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': ALLOWED_HEADERS.join(','),
      'access-control-max-age': String(MAX_AGE),
    };
    return {
      status: isAllowed ? 204 : 403,
      cors: { vary: PREFLIGHT_VARY, ...allowed, ...(isAllowed && approved) },
    };
  }
  // To refuse is to leave out `Access-Control-Allow-Origin`. Both join lists, each in its own way, and send with a
  // preflight what only the actual response can expose.
  const join = platform === 'fastify' ? ', ' : ',';
  return {
    status: 204,
    cors: {
      vary: 'Origin',
      ...allowed,
      ...CREDENTIALS,
      'access-control-expose-headers': EXPOSED_HEADERS.join(join),
      'access-control-allow-methods': METHODS.join(join),
      'access-control-allow-headers': ALLOWED_HEADERS.join(join),
      'access-control-max-age': String(MAX_AGE),
    },
  };
}
