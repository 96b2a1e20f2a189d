import { Catch, HttpStatus, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { CorsConfigurationError } from 'nestjs-cors';

/** Shows the operator what is wrong with what has come in, and how to mend it. */
@Catch(CorsConfigurationError)
export class CorsConfigurationFilter implements ExceptionFilter {
  constructor(private readonly host: HttpAdapterHost) {}

  catch({ message, problems }: CorsConfigurationError, context: ArgumentsHost): void {
    const statusCode = HttpStatus.BAD_REQUEST;
    const response: unknown = context.switchToHttp().getResponse();
    this.host.httpAdapter.reply(response, { statusCode, message, problems }, statusCode);
  }
}
