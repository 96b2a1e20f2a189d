import type { DynamicModule, INestApplication, Type } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { job, reply, serve } from '../support/child.js';
import type { Platform } from '../support/options.js';
import type { ColdVariant } from './run.js';

/** The start that a process is to make. */
export interface ColdStartJob {
  readonly platform: Platform;
  readonly variant: ColdVariant;
  /** The built checkout whose Nest, and whose nestjs-cors, is taken. A path. */
  readonly folder: string;
}

/** What something took. */
export interface Cost {
  /** CPU time of all threads, in milliseconds. */
  readonly cpu: number;
  /** By how much the live heap has grown, in bytes. */
  readonly heap: number;
}

/** What a start took, once Nest and its platform were loaded. */
export interface ColdStart {
  /** Of the import of nestjs-cors; where there is none, of nothing. */
  readonly imported: Cost;
  /** From the import until the app listens. */
  readonly listening: Cost;
}

/** A plain policy. */
const ORIGINS = ['https://app.example.com', 'https://admin.example.com'] as const;

serve(async () => {
  const { platform, variant, folder } = job<ColdStartJob>();
  const resolve = createRequire(`${folder}/package.json`).resolve;
  const load = async <T>(name: string): Promise<T> => (await import(pathToFileURL(resolve(name)).href)) as T;

  // One after the other, as an app does it, so that what is measured finds all of it.
  await load('reflect-metadata');
  const { Controller, Get, Module } = await load<typeof import('@nestjs/common')>('@nestjs/common');
  const { NestFactory } = await load<typeof import('@nestjs/core')>('@nestjs/core');
  const adapter = await loadAdapter(platform, load);

  const measured = measure();
  let imports: readonly DynamicModule[] = [];
  if (variant === 'nestjs-cors') {
    const { CorsModule } = await load<typeof import('nestjs-cors')>('nestjs-cors');
    imports = [CorsModule.forRoot({ origin: ORIGINS })];
  }
  const imported = measured();

  class CatsController {
    list(): string {
      return 'cats';
    }
  }
  Controller('cats')(CatsController);
  Get()(CatsController.prototype, 'list', descriptorOf(CatsController, 'list'));
  class AppModule {}
  Module({ imports: [...imports], controllers: [CatsController] })(AppModule);
  const app: INestApplication = await NestFactory.create(AppModule, adapter(), {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  if (variant === 'enableCors') app.enableCors({ origin: [...ORIGINS] });
  await app.listen(0, '127.0.0.1');
  const start: ColdStart = { imported, listening: measured() };
  reply(start);
});

async function loadAdapter(
  platform: Platform,
  load: <T>(name: string) => Promise<T>,
): Promise<() => AbstractHttpAdapter> {
  if (platform === 'express') {
    const { ExpressAdapter } =
      await load<typeof import('@nestjs/platform-express')>('@nestjs/platform-express');
    return () => new ExpressAdapter();
  }
  const { FastifyAdapter } =
    await load<typeof import('@nestjs/platform-fastify')>('@nestjs/platform-fastify');
  return () => new FastifyAdapter();
}

function descriptorOf(type: Type, name: string): PropertyDescriptor {
  return Object.getOwnPropertyDescriptor(type.prototype, name) as PropertyDescriptor;
}

/** Tells what has been used since now. What telling takes itself is in none of it. */
function measure(): () => Cost {
  const heapBefore = liveHeap();
  let spent = 0;
  let begun = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(begun);
    spent += (user + system) / 1000;
    const heap = liveHeap() - heapBefore;
    begun = process.cpuUsage();
    return { cpu: spent, heap };
  };
}

function liveHeap(): number {
  gc?.();
  gc?.();
  return process.memoryUsage().heapUsed;
}
