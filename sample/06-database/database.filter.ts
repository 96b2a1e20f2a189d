import { Catch, HttpException, HttpStatus, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** Tells the operator that the database is away. Whatever else is wrong, handlers say themselves, with an `HttpException`. */
@Catch()
export class DatabaseFilter implements ExceptionFilter {
  constructor(private readonly host: HttpAdapterHost) {}

  catch(error: unknown, context: ArgumentsHost): void {
    const response: unknown = context.switchToHttp().getResponse();
    const [answer, status] =
      error instanceof HttpException
        ? [error.getResponse(), error.getStatus()]
        : [AWAY, HttpStatus.SERVICE_UNAVAILABLE];
    this.host.httpAdapter.reply(response, answer, status);
  }
}

const AWAY = {
  statusCode: HttpStatus.SERVICE_UNAVAILABLE,
  message: 'The database cannot be reached at the moment. Pages are refused until it can.',
};
