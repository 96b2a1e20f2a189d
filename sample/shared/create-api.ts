import type { Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyServerOptions } from 'fastify';
import { WireLog } from './wire-log.js';

/** Makes a sample's API, on Fastify. It ends on a signal, and has its exchanges logged. */
export async function createApi(
  module: Type,
  options: FastifyServerOptions = {},
): Promise<NestFastifyApplication> {
  // Browsers keep connections open; without `forceCloseConnections` the app would wait for them when it is stopped.
  const app = await NestFactory.create<NestFastifyApplication>(
    module,
    new FastifyAdapter({ ...options, forceCloseConnections: true }),
    { logger: ['error', 'warn'] },
  );
  app.enableShutdownHooks(['SIGINT', 'SIGTERM'], { useProcessExit: true });
  app.get(WireLog).watch(app.getHttpServer());
  return app;
}
