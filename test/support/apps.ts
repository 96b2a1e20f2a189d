import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import type { INestApplication, NestApplicationOptions, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';

/** An adapter under test. */
export type Platform = 'fastify' | 'express';

/** Both, for `describe.each`. */
export const PLATFORMS: readonly Platform[] = ['fastify', 'express'];

/** A new adapter. */
export function createAdapter(platform: Platform, options: object = {}): FastifyAdapter | ExpressAdapter {
  return platform === 'fastify' ? new FastifyAdapter(options as never) : new ExpressAdapter();
}

/** What a test does between the creation of an app and its start. */
export interface StartOptions extends NestApplicationOptions {
  readonly adapter?: FastifyAdapter | ExpressAdapter;
  readonly prepare?: (app: INestApplication) => void | Promise<void>;
}

/** A running app. */
export interface RunningApp {
  readonly app: INestApplication;
  readonly port: number;
}

/** Creates and starts an app on a free port of loopback. */
export async function startApp(
  platform: Platform,
  module: Type | object,
  { adapter = createAdapter(platform), prepare, ...options }: StartOptions = {},
): Promise<RunningApp> {
  const app = await NestFactory.create(module, adapter as never, {
    logger: false,
    abortOnError: false,
    ...options,
  });
  try {
    await prepare?.(app);
    await app.listen(0, '127.0.0.1');
  } catch (error) {
    await app.close();
    throw error;
  }
  return { app, port: (app.getHttpServer().address() as AddressInfo).port };
}
