import { Injectable, type CallHandler, type ExecutionContext, type NestInterceptor } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Observable } from 'rxjs';
import { WireLog } from '../shared/wire-log.js';

/** Notes which handlers run. An interceptor comes after all guards and right before the handler. */
@Injectable()
export class HandlerLog implements NestInterceptor {
  constructor(private readonly wire: WireLog) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { raw } = context.switchToHttp().getRequest<FastifyRequest>();
    this.wire.noteHandler(raw, `${context.getClass().name}#${context.getHandler().name}`);
    return next.handle();
  }
}
