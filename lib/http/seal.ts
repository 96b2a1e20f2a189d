import type { ServerResponse } from 'node:http';
import type { Exchange } from './exchange.js';
import { isCorsField, sealedFields, type GivenFields } from './sealed-fields.js';

/** Where a sealed response keeps its exchange. */
const EXCHANGE = Symbol('nestjs-cors:exchange');

/** Where a sealed response keeps the `writeHead` that it had. */
const WRITE_HEAD = Symbol('nestjs-cors:writeHead');

type WriteHead = (status: number, reason?: unknown, fields?: unknown) => unknown;

/** A raw response, sealed or not. */
export interface SealableResponse extends Pick<
  ServerResponse,
  'headersSent' | 'getHeader' | 'getHeaderNames' | 'removeHeader'
> {
  writeHead: WriteHead;
  [EXCHANGE]?: Exchange;
  [WRITE_HEAD]?: WriteHead;
}

/**
 * Seals a response: whatever a handler, filter, middleware or plugin does to its headers, at the moment when it starts
 * the policy's headers are written, once, and every other header of the protocol is taken out. Errors, streams and raw
 * responses need no special case, because Node starts every response with `writeHead`.
 *
 * The original `writeHead` is assigned again when the seal breaks rather than the property deleted, which would cost a
 * response its hidden class.
 */
export function seal(response: SealableResponse, exchange: Exchange): void {
  // A response can come by twice, through an app mounted in another or sent round again: the last exchange counts. Its
  // seal must not be put around the one that is there, which may be under somebody else's `writeHead` by now.
  const isSealed = response[EXCHANGE] !== undefined;
  response[EXCHANGE] = exchange;
  if (isSealed) return;
  response[WRITE_HEAD] = response.writeHead;
  response.writeHead = sealedWriteHead;
}

/** The exchange of a sealed response. */
export function exchangeOf(response: SealableResponse): Exchange | undefined {
  return response[EXCHANGE];
}

/** One function for all responses, so that sealing one costs no closure. */
function sealedWriteHead(
  this: SealableResponse,
  status: number,
  reason?: unknown,
  fields?: unknown,
): unknown {
  const writeHead = this[WRITE_HEAD] as WriteHead;
  const exchange = this[EXCHANGE] as Exchange;
  this.writeHead = writeHead;
  try {
    const policy = exchange.policy();
    if (policy === undefined) return writeHead.call(this, status, reason, fields);
    const given = (typeof reason === 'string' ? fields : (fields ?? reason)) as GivenFields;
    const verdict = {
      allowed: exchange.isAllowed(policy),
      origin: exchange.origin ?? '',
      vary: exchange.vary(),
    };
    const sealed = sealedFields(policy, verdict, given, this.getHeader('vary'));
    for (const name of this.getHeaderNames()) if (isCorsField(name)) this.removeHeader(name);
    return typeof reason === 'string'
      ? writeHead.call(this, status, reason, sealed)
      : writeHead.call(this, status, sealed);
  } catch (error) {
    // A bad status or header value: whoever wrote it may answer with an error instead, which is sealed as well.
    if (!this.headersSent) this.writeHead = sealedWriteHead;
    throw error;
  }
}
