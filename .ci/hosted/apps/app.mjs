/* The app of the wire table on either platform, which serves nobody yet. */
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { AllowOrigin, CorsModule, NoCors, Preflight } from 'nestjs-cors';
import { appModule } from '../../runtimes/app-module.mjs';

const library = { AllowOrigin, CorsModule, NoCors, Preflight };
const AppModule = appModule(library);

export async function createApp(platform) {
  const adapter = platform === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
  return await NestFactory.create(AppModule, adapter, { logger: false });
}
