import type { AbstractHttpAdapter } from '@nestjs/core';
import { currentRequestHook, type RequestHook } from '../routing/nest-internals.js';
import type { PlatformRequest } from '../routing/route-matcher.js';
import { platformOf } from './platform.js';
import type { HookOutcome, RawResponse } from './request-hook.js';

type Done = (error?: Error) => void;

/** A request hook of ours: it says what becomes of the request instead of calling `done`. */
export type OwnHook = (request: PlatformRequest, response: RawResponse) => HookOutcome;

/**
 * Puts a hook into the adapter's request slot, in front of whoever else is there or comes later. The slot is the only
 * place from which Fastify and Express run something before every middleware, but it holds one hook, and a plain call
 * of `setOnRequestHook()` would throw another one out, or be thrown out by the next.
 */
export function shareRequestSlot(adapter: AbstractHttpAdapter, own: OwnHook): void {
  const platform = platformOf(adapter);
  let other = currentRequestHook(adapter);
  const runOther = (request: PlatformRequest, response: object, done: Done): unknown =>
    other === undefined ? done() : other.call(adapter, request as never, response as never, done);

  adapter.setOnRequestHook((request: PlatformRequest, response: object, done: Done): unknown => {
    const outcome = own(request, platform.rawResponse(response) as RawResponse);
    if (outcome === 'continue') return runOther(request, response, done);
    if (outcome === 'answered') return platform.hijack(response);
    outcome.then((settled) => {
      if (settled === 'answered') platform.hijack(response);
      else runAsAdapter(adapter, (once) => runOther(request, response, once), done);
    }, done);
    return undefined;
  });
  adapter.setOnRequestHook = (hook): void => {
    other = hook as RequestHook;
  };
}

/**
 * Runs a hook as the adapter does, which no longer listens to what we return: what the hook throws or rejects with is
 * passed on, and a promise that resolves lets the request go on with Fastify, while Express waits for `done`.
 */
function runAsAdapter(adapter: AbstractHttpAdapter, run: (done: Done) => unknown, done: Done): void {
  let isDone = false;
  const once: Done = (error) => {
    if (isDone) return;
    isDone = true;
    done(error);
  };
  try {
    const result = run(once);
    if (!(result instanceof Promise)) return;
    result.then(adapter.getType() === 'fastify' ? () => once() : undefined, once);
  } catch (error) {
    once(error as Error);
  }
}
