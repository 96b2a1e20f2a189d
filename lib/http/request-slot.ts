import type { AbstractHttpAdapter } from '@nestjs/core';
import { currentRequestHook, type RequestHook } from '../routing/nest-internals.js';
import type { Done, NestMajor } from '../routing/nest/nest-major.js';
import type { PlatformRequest } from '../routing/route-matcher.js';
import { platformOf } from './platform.js';
import type { HookOutcome, RawResponse } from './request-hook.js';

/** A request hook of ours: it says what becomes of the request instead of calling `done`. */
export type OwnHook = (request: PlatformRequest, response: RawResponse) => HookOutcome;

/**
 * Puts a hook into the adapter's request slot, in front of whoever else is there or comes later. The slot is the only
 * place from which Fastify and Express run something before every middleware, but it holds one hook, and a plain call
 * of `setOnRequestHook()` would throw another one out, or be thrown out by the next.
 */
export function shareRequestSlot(adapter: AbstractHttpAdapter, own: OwnHook, nest: NestMajor): void {
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
      else nest.runRequestHook(adapter, (once) => runOther(request, response, once), done);
    }, done);
    return undefined;
  });
  adapter.setOnRequestHook = (hook): void => {
    other = hook as RequestHook;
  };
}
