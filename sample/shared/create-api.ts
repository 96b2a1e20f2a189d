import type { INestApplication, NestApplicationOptions, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyServerOptions } from 'fastify';
import { WireLog } from './wire-log.js';

const OPTIONS: NestApplicationOptions = { logger: ['error', 'warn'] };

// Browsers keep connections open; without this, the app would wait for them when it is stopped.
const CLOSING = { forceCloseConnections: true };

/** Makes a sample's API, on Fastify. It ends on a signal, and has its exchanges logged. */
export async function createApi(
  module: Type,
  options: FastifyServerOptions = {},
): Promise<NestFastifyApplication> {
  const adapter = new FastifyAdapter({ ...options, ...CLOSING });
  return prepared(await NestFactory.create<NestFastifyApplication>(module, adapter, OPTIONS));
}

/** The same on Express. */
export async function createExpressApi(module: Type): Promise<NestExpressApplication> {
  const adapter = new ExpressAdapter();
  return prepared(
    await NestFactory.create<NestExpressApplication>(module, adapter, { ...OPTIONS, ...CLOSING }),
  );
}

function prepared<App extends INestApplication>(app: App): App {
  app.enableShutdownHooks(['SIGINT', 'SIGTERM'], { useProcessExit: true });
  app.get(WireLog).watch(app.getHttpServer());
  return app;
}
