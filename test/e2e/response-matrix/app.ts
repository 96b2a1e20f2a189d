import { Readable } from 'node:stream';
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import {
  ForbiddenException,
  Module,
  type CanActivate,
  type ExecutionContext,
  type INestApplication,
  type MiddlewareConsumer,
  type NestModule,
  type Type,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { CorsModule, type CorsModuleOptions } from '../../../lib/index.js';
import type { Platform } from '../../support/apps.js';
import { matrixControllers } from './controllers.js';

/** Says which part of the app shall answer instead of the handler. */
export const MAKE = 'x-make';

/** What an app sets itself before anything of it runs, in the tables where that matters. */
export const FOREIGN_FIELDS = {
  cors: {
    'access-control-allow-origin': 'https://foreign.example.com',
    'access-control-allow-methods': 'BREW',
  },
  vary: 'X-App',
} as const;

const STATIC_FILES = fileURLToPath(new URL('../../support/static/', import.meta.url));

/** The part of both platforms' requests that the middlewares and guards here read. */
interface AnyRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

function makes(request: AnyRequest, what: string): boolean {
  return request.headers[MAKE] === what;
}

/** An app with one route for each kind of response, all of them under one policy. */
export function matrixModule(decorate: ClassDecorator, options: CorsModuleOptions): Type {
  class RootGuard implements CanActivate {
    canActivate(context: ExecutionContext): boolean {
      return !makes(context.switchToHttp().getRequest<AnyRequest>(), 'root-guard');
    }
  }

  @Module({
    imports: [CorsModule.forRoot(options)],
    controllers: matrixControllers(decorate),
    providers: [{ provide: APP_GUARD, useClass: RootGuard }],
  })
  class MatrixModule implements NestModule {
    configure(consumer: MiddlewareConsumer): void {
      consumer.apply(nestMiddleware).forRoutes('*path');
    }
  }
  return MatrixModule;
}

function nestMiddleware(request: AnyRequest, response: ServerResponse, next: () => void): void {
  if (makes(request, 'middleware-throws')) throw new ForbiddenException();
  if (makes(request, 'middleware-ends')) {
    response.statusCode = 202;
    response.end('by the middleware');
  } else next();
}

/** Sets up what is no module's: global guards, middlewares, plugins, static files. */
export async function prepareMatrixApp(
  app: INestApplication,
  platform: Platform,
  { foreign = false } = {},
): Promise<void> {
  if (foreign) {
    app.use((_request: AnyRequest, response: ServerResponse, next: () => void) => {
      for (const [name, value] of Object.entries(FOREIGN_FIELDS.cors)) response.setHeader(name, value);
      response.setHeader('vary', FOREIGN_FIELDS.vary);
      next();
    });
  }
  app.use((request: AnyRequest, response: ServerResponse, next: (error?: Error) => void) => {
    if (makes(request, 'use-throws')) next(new ForbiddenException());
    else if (makes(request, 'use-ends')) response.writeHead(203).end('by app.use()');
    else next();
  });
  app.use('/mounted', (_request: AnyRequest, response: ServerResponse) => response.end('mounted'));
  app.useGlobalGuards({
    canActivate: (context) => !makes(context.switchToHttp().getRequest<AnyRequest>(), 'global-guard'),
  });
  if (platform === 'fastify') await prepareFastify(app as NestFastifyApplication);
  else prepareExpress(app as NestExpressApplication);
}

async function prepareFastify(app: NestFastifyApplication): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', async (request, reply) => {
    if (makes(request, 'rate-limit')) await reply.code(429).send('slow down');
  });
  await fastify.register(async (instance) => {
    instance.get('/plugin', () => 'a plugin');
    instance.get('/entry/plugin', (_request, reply) => reply.send(Readable.from(['a stream'])));
  });
  fastify.get('/raw', () => 'a route of Fastify itself');
  app.useStaticAssets({ root: STATIC_FILES, prefix: '/static/' });
}

function prepareExpress(app: NestExpressApplication): void {
  app.use((request: AnyRequest, response: ServerResponse, next: () => void) => {
    if (makes(request, 'rate-limit')) response.writeHead(429).end('slow down');
    else next();
  });
  app.use('/plugin', (_request: AnyRequest, response: ServerResponse) => response.end('a middleware'));
  app.use('/entry', (_request: AnyRequest, response: ServerResponse) => {
    Readable.from(['a stream']).pipe(response);
  });
  const express = app.getHttpAdapter().getInstance();
  express.get('/raw', (_request, response) => response.send('a route of Express itself'));
  app.useStaticAssets(STATIC_FILES, { prefix: '/static' });
}
