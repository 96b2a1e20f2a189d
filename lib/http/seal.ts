import type { ServerResponse } from 'node:http';
import type { Exchange } from './exchange.js';
import type { HeaderFields } from '../protocol/header-fields.js';
import { announceActual, isHeard } from './announce.js';
import { preflightAnswer } from './preflight.js';
import { startsWithWriteHead } from './runtime.js';
import { isCorsField, sealedFields, type GivenFields } from './sealed-fields.js';

/** Where a sealed response keeps its seal. */
const SEAL = Symbol('nestjs-cors:seal');

type WriteHead = (this: SealableResponse, status: number, reason?: unknown, fields?: unknown) => unknown;

/** A raw response, sealed or not. */
export interface SealableResponse extends Pick<
  ServerResponse,
  'headersSent' | 'statusCode' | 'getHeader' | 'getHeaderNames' | 'setHeader' | 'removeHeader'
> {
  writeHead: WriteHead;
  write: (...args: readonly unknown[]) => boolean;
  end: (...args: readonly unknown[]) => unknown;
  flushHeaders: (...args: readonly unknown[]) => unknown;
  [SEAL]?: Seal;
}

/** The seal of a response. */
class Seal {
  isBroken = false;
  /** Whether whatever somebody writes behind the header section is dropped. */
  isEmpty = false;

  /**
   * @param exchange - what the response answers
   * @param writeHead - the response's own
   */
  constructor(
    public exchange: Exchange,
    readonly writeHead: WriteHead,
  ) {}
}

/**
 * Seals a response: whatever a handler, filter, middleware or plugin does to its headers, at the moment when it starts
 * the policy's headers are written, once, and every other header of the protocol is taken out. Errors, streams and raw
 * responses need no special case, because Node starts every response with `writeHead`.
 *
 * What the seal needs is in its closure and not in properties of the response: where Express has had a response first, no
 * two have one shape, and each property that is read or written costs as much as the closure.
 */
export function seal(response: SealableResponse, exchange: Exchange): void {
  const existing = response[SEAL];
  if (existing !== undefined) {
    // A response can come by twice, through an app mounted in another or sent round again: the last exchange counts.
    // There must be no second seal around the first, which may be under somebody else's `writeHead` by now.
    existing.exchange = exchange;
    return;
  }
  const own = new Seal(exchange, response.writeHead);
  response[SEAL] = own;
  const sealed: WriteHead = function (this: SealableResponse, status, reason, fields) {
    if (own.isBroken) own.writeHead.call(this, status, reason, fields);
    else writeSealed(this, own, own.writeHead, status, reason, fields);
    // As Node's own does, for whoever goes on with `.end()`. What imitates a response of Node may have one that does not,
    // and Express would have replaced it with Node's before anybody could call it.
    return this;
  };
  // In two steps, because V8 expects a function that is assigned to a property where it is written to live for long. Until
  // the code is optimized, it would lie among the old objects with all that it holds, where only a full collection looks.
  response.writeHead = sealed;
  if (!startsWithWriteHead) sealStarts(response, own);
}

/**
 * Runtimes other than Node start a response in `end`, `write` and `flushHeaders` without a call of its `writeHead`: Deno before
 * 2.7.13 any response, Bun 1.2 what is written in parts. There each of them sets the policy's headers before it does.
 */
function sealStarts(response: SealableResponse, own: Seal): void {
  for (const name of ['write', 'end', 'flushHeaders'] as const) {
    const start: SealableResponse['end'] = response[name];
    response[name] = function (this: SealableResponse, ...args: readonly unknown[]): never {
      if (!own.isBroken && !this.headersSent) writeSealed(this, own, setHead, this.statusCode);
      if (own.isEmpty && name === 'write') return true as never;
      return start.call(this, ...(own.isEmpty ? args.filter(isFunction) : args)) as never;
    };
  }
}

/** Sets what `writeHead` would write, and leaves it to the runtime to write it. */
const setHead: WriteHead = function (status, fields) {
  this.statusCode = status;
  for (const [name, value] of Object.entries((fields ?? {}) as HeaderFields)) {
    if (value !== undefined) this.setHeader(name, value);
  }
};

/** Takes the seal off a response whose fields are the policy's already. */
export function breakSeal(response: SealableResponse): void {
  const own = response[SEAL];
  if (own !== undefined) own.isBroken = true;
}

/**
 * Seals the body as well, of a response to a preflight that somebody may answer in front of the platform: before anything of
 * it is written the answer is made ours, which has none.
 */
export function sealBody(response: SealableResponse): void {
  const own = response[SEAL] as Seal;
  const { write, end } = response;
  const isEmpty = (): boolean => {
    if (!own.isBroken && own.exchange.stage === 'sealed') answerUnseen(response, own, own.writeHead);
    return own.isEmpty;
  };
  response.write = (...args) => isEmpty() || write.call(response, ...args);
  response.end = (...args) => end.call(response, ...(isEmpty() ? args.filter(isFunction) : args));
}

/**
 * Has all of a response's fields stand where `getHeaders()` finds them. Those that are given to `writeHead` stand there only
 * if others have been set before; and what imitates a response of Node, for a function in a cloud, reads nothing else.
 */
export function showFields(response: SealableResponse): void {
  if (response.headersSent || response.getHeaderNames().length > 0) return;
  response.setHeader('vary', '');
  response.removeHeader('vary');
}

/** The exchange of a sealed response. */
export function exchangeOf(response: SealableResponse): Exchange | undefined {
  return response[SEAL]?.exchange;
}

function writeSealed(
  response: SealableResponse,
  own: Seal,
  writeHead: WriteHead,
  status: number,
  reason?: unknown,
  fields?: unknown,
): void {
  const { exchange } = own;
  own.isBroken = true;
  try {
    if (exchange.stage === 'sealed') {
      exchange.request = exchange.context.view(exchange.request);
      if (answerUnseen(response, own, writeHead)) return;
    }
    const policy = exchange.policy();
    if (policy === undefined) {
      writeHead.call(response, status, reason, fields);
      if (isHeard(exchange.context)) announceActual(exchange, status);
      return;
    }
    const given = (typeof reason === 'string' ? fields : (fields ?? reason)) as GivenFields;
    const verdict = {
      allowed: exchange.isReadable(policy, status),
      origin: exchange.origin ?? '',
      vary: exchange.vary(),
    };
    const sealed = sealedFields(policy, verdict, given, takeOut(response, exchange), exchange);
    if (typeof reason === 'string') writeHead.call(response, status, reason, sealed);
    else writeHead.call(response, status, sealed);
    if (isHeard(exchange.context)) announceActual(exchange, status);
  } catch (error) {
    // A bad status or header value: whoever wrote it may answer with an error instead, which is sealed as well.
    if (!response.headersSent) own.isBroken = false;
    throw error;
  }
}

/**
 * Somebody in front of the platform answers a preflight: a middleware on an instance that was given to the adapter, or
 * another listener of the server. Its answer is made ours. Where a source would have to be waited for, it is refused.
 *
 * @returns whether it was a preflight
 */
function answerUnseen(response: SealableResponse, own: Seal, writeHead: WriteHead): boolean {
  const { request, context } = own.exchange;
  const answer = preflightAnswer(request, context, false);
  if (answer === undefined) return false;
  const { status, fields } = answer;
  for (const name of response.getHeaderNames()) {
    // It is about the connection and no answer: a server that closes ends it so.
    if (name !== 'connection') response.removeHeader(name);
  }
  own.isBroken = true;
  own.isEmpty = true;
  // Fastify answers a malformed URL by itself, where nobody stands in front whose body would have been sealed.
  sealBody(response);
  writeHead.call(response, status, fields);
  return true;
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function';
}

/** Takes the protocol's fields out of those that have been set on a response, and tells its `Vary`. */
function takeOut(response: SealableResponse, exchange: Exchange): ReturnType<SealableResponse['getHeader']> {
  let vary: ReturnType<SealableResponse['getHeader']>;
  for (const name of response.getHeaderNames()) {
    if (name === 'vary') vary = response.getHeader(name);
    else if (isCorsField(name)) {
      response.removeHeader(name);
      exchange.noteForeign(name);
    }
  }
  return vary;
}
