import type { ServerResponse } from 'node:http';
import { Controller, Get, Header, Module, type MiddlewareConsumer, type NestModule } from '@nestjs/common';
import { CorsModule } from '../../../../lib/index.js';
import { APP } from '../case.js';
import { OriginsController, TenantOrigins } from './origins.controller.js';
import {
  HeadersController,
  ItemsController,
  MaxAgeController,
  MethodsController,
} from './preflights.controller.js';
import {
  AccountController,
  CachedController,
  EventsController,
  ExposedController,
  MovedController,
  ResponsesController,
  SecureController,
} from './responses.controller.js';

/** A document on the API's own origin. */
@Controller('page')
class PageController {
  @Get() @Header('Content-Type', 'text/html') @Header('Set-Cookie', 'sid=1; SameSite=Lax') page() {
    return '<!doctype html><title>The API</title>';
  }
}

/** The app of the table: policies of every kind. */
@Module({
  imports: [
    CorsModule.forRoot({
      origin: APP,
      // The pages are on http, which for other hosts than localhost needs a reason.
      dangerously: { insecureOrigins: true },
      policies: {
        account: { credentials: true, exposedHeaders: ['x-request-id'] },
        everybody: { origin: '*' },
      },
      routes: [
        { path: '/files/public/*path', policy: 'everybody' },
        { path: '/files/internal/*path', policy: false },
        { path: '/files/writable/*path', policy: { methods: ['PUT'], allowedHeaders: ['x-one'] } },
      ],
    }),
  ],
  controllers: [
    PageController,
    OriginsController,
    ItemsController,
    MethodsController,
    HeadersController,
    MaxAgeController,
    ResponsesController,
    ExposedController,
    AccountController,
    SecureController,
    EventsController,
    CachedController,
    MovedController,
  ],
  providers: [TenantOrigins],
})
export class PoliciesModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(serveFile).forRoutes('files/*path');
  }
}

function serveFile(_request: unknown, response: ServerResponse): void {
  response.writeHead(200, { 'Content-Type': 'text/plain' }).end('a file');
}
