import { createServer, type Server } from 'node:http';
import { ALLOWED_HEADERS, MAX_AGE, PREFLIGHT_VARY } from './policy.js';

/** The least that a preflight can cost: what Node takes to read it and to write an answer that is always the same. */
export function createFloor(): Server {
  return createServer((request, response) => {
    response.writeHead(204, {
      'Access-Control-Allow-Origin': request.headers.origin ?? '',
      'Access-Control-Allow-Credentials': 'true',
      'Access-Control-Allow-Methods': 'PUT',
      'Access-Control-Allow-Headers': ALLOWED_HEADERS.join(','),
      'Access-Control-Max-Age': String(MAX_AGE),
      Vary: PREFLIGHT_VARY,
    });
    response.end();
  });
}
