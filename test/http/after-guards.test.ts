import { describe, expect, it } from '@jest/globals';
import type { CallHandler } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { of, type Observable } from 'rxjs';
import { EVENTS_GUARD } from '../../lib/http/cors.events-guard.js';
import { CorsInterceptor } from '../../lib/http/cors.interceptor.js';

const next: CallHandler = { handle: () => of('handled') };

function contextOf(type: string, ...args: unknown[]): ExecutionContextHost {
  const context = new ExecutionContextHost(args as never, class {} as never, () => {});
  context.setType(type);
  return context;
}

/** What passes for anything but an HTTP request that has come through the request hook. */
describe.each<[title: string, context: ExecutionContextHost]>([
  ['GraphQL', contextOf('graphql', undefined, { id: 1 }, {}, {})],
  ['WebSockets', contextOf('ws', { emit: () => {} }, 'data')],
  ['messages', contextOf('rpc', 'data', { pattern: 'cats' })],
  ['a type of HTTP without arguments', contextOf('http')],
  ['a type of HTTP with null for its response', contextOf('http', {}, null)],
  ['a type of HTTP with text for its response', contextOf('http', {}, 'text')],
  ['a type of HTTP with a response that nobody has sealed', contextOf('http', {}, { writeHead: () => {} })],
  ['a type of HTTP with a reply that nobody has sealed', contextOf('http', {}, { raw: {} })],
  ['a type of HTTP with a reply without a response', contextOf('http', {}, { raw: null })],
])('in a context of %s', (_, context) => {
  it('the interceptor lets the handler run at once', () => {
    const seen: unknown[] = [];
    (new CorsInterceptor().intercept(context, next) as Observable<unknown>).subscribe((value) =>
      seen.push(value),
    );
    expect(seen).toEqual(['handled']);
  });

  it('the guard of handlers that stream events lets it run as well', () => {
    expect(EVENTS_GUARD.canActivate(context)).toBe(true);
  });
});
