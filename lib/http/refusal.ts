import type { Exchange } from './exchange.js';
import type { RawResponse } from './request-hook.js';
import { isForeignByHost } from './same-origin.js';

/** What Nest itself answers where a guard refuses. */
const BODY = JSON.stringify({ message: 'Forbidden resource', error: 'Forbidden', statusCode: 403 });

const FIELDS = { 'content-type': 'application/json; charset=utf-8', 'content-length': String(BODY.length) };

/** Answers a request that a policy refuses, in front of everything of the app. */
export function writeRefusal(response: RawResponse, method: string): void {
  response.writeHead(403, { ...FIELDS });
  response.end(method === 'HEAD' ? undefined : BODY);
}

/** The same for a request to change the protocol, which has no response yet. */
export const UPGRADE_REFUSAL = [
  'HTTP/1.1 403 Forbidden',
  'Connection: close',
  ...Object.entries(FIELDS).map(([name, value]) => `${name}: ${value}`),
  '',
  BODY,
].join('\r\n');

/** Says why, where it was only the host that decided, or where somebody seems to have taken `Origin` away. */
export function logRefusal({ request, origin, url, context }: Exchange): void {
  const { governance, log } = context;
  if (origin === undefined) log.originLost(request.method, url);
  else if (isForeignByHost(request, origin, governance.publicOrigins)) log.hostRefusal(origin, request.host);
}
