import { corsHeaders, expected, PREFLIGHT_VARY } from './cors-headers.js';
import { preflightHeaders, send, type WireRequest } from './http.js';

/** What a page gets to see of a path: the protocol's fields of the response, and the answer to its preflight. */
export interface Reach {
  readonly response: object;
  readonly preflight: readonly [status: number, headers: object];
}

/** Asks for a path from a page on an origin, with a preflight and without. */
export async function reach(
  port: number,
  path: string,
  origin: string,
  { method = 'GET', headers = {} }: Pick<WireRequest, 'method' | 'headers'> = {},
): Promise<Reach> {
  const response = await send(port, { method, path, headers: { ...headers, origin } });
  const preflight = await send(port, {
    method: 'OPTIONS',
    path,
    headers: { ...headers, ...preflightHeaders(origin, method) },
  });
  return { response: corsHeaders(response), preflight: [preflight.status, corsHeaders(preflight)] };
}

/**
 * Whoever asks may read, and send the method.
 *
 * @param origin - the page's, or `*`
 * @param more - what else a response has
 */
export function open(origin: string, method = 'GET', more: Parameters<typeof expected>[0] = {}): Reach {
  const isListed = !['GET', 'HEAD', 'POST'].includes(method);
  const approval = { acao: origin, ...(isListed && { acam: method }), vary: PREFLIGHT_VARY };
  return {
    response: expected({ acao: origin, ...(origin !== '*' && { vary: 'Origin' }), ...more }),
    preflight: [204, expected(approval)],
  };
}

const REFUSED_PREFLIGHT = [403, expected({ vary: PREFLIGHT_VARY })] as const;

/** A policy allows others. */
export const REFUSED: Reach = { response: expected({ vary: 'Origin' }), preflight: REFUSED_PREFLIGHT };

/** Nobody is allowed. */
export const CLOSED: Reach = { response: {}, preflight: REFUSED_PREFLIGHT };
