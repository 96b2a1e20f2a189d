import { requestTo, pathOf } from './requests.js';
import type { Setup } from './setups.js';

/** The fields that a handler has to set by hand for one of the requests to have the answer that it should. */
export function fieldsOf(setup: Setup, path: string): Readonly<Record<string, string>> {
  const name = path === pathOf(setup, true) ? 'allowed origin' : 'refused origin';
  return requestTo({ platform: 'fastify', variant: 'by hand', setup }, name).cors;
}
