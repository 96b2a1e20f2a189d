import { Logger } from '@nestjs/common';
import { oneLine, originText } from '../explain/words.js';
import type { Exchange } from './exchange.js';
import type { RawResponse } from './request-hook.js';
import { isForeignByHost } from './same-origin.js';
import { ReportLimit } from './source-failures.js';

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

const logger = new Logger('CorsModule');

const limit = new ReportLimit();

/**
 * Says, once a minute, that a request was refused only because its `Host` is not that of its `Origin`: behind a proxy
 * that rewrites it, these are the app's own pages.
 */
export function logHostRefusal({ request, origin = '', context }: Exchange): void {
  if (!isForeignByHost(request, origin, context.governance.publicOrigins)) return;
  const more = limit.next();
  if (more === undefined) return;
  logger.warn(hostRefusal(origin, request.host) + more);
}

/** Why a host has decided, and what to do about it. */
export function hostRefusal(origin: string, host: string | undefined): string {
  return oneLine(
    `${originText(origin)} was refused by enforce. No policy allows it, and its host is not ${host === undefined || host === '' ? 'known' : JSON.stringify(host)}, ` +
      "with which it was compared. If it is the app's own origin behind a proxy, name it in publicOrigins",
  );
}
