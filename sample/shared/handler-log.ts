import type { IncomingMessage } from 'node:http';
import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { Observable } from 'rxjs';
import { WireLog } from './wire-log.js';

/** Notes which handlers run. An interceptor comes after all guards and right before the handler. */
@Injectable()
export class HandlerLog implements NestInterceptor {
  constructor(private readonly wire: WireLog) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    // Fastify wraps Node's request, Express extends it.
    const request = context.switchToHttp().getRequest<IncomingMessage & { readonly raw?: IncomingMessage }>();
    this.wire.noteHandler(request.raw ?? request, `${context.getClass().name}#${context.getHandler().name}`);
    return next.handle();
  }
}
