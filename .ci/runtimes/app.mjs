/*
 * The app of the wire table, for a runtime that reads no TypeScript: `RUNTIME app.mjs fastify|express`. Prints the ports on
 * which it serves, and ends when its standard input does.
 */
import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import * as library from '../../dist/index.js';
import { appModule, problemsOf } from './app-module.mjs';

const [, , platform] = process.argv;
const ROOT = fileURLToPath(new URL('.', import.meta.url));
const AppModule = appModule(library);

async function start(adapter) {
  const app = await NestFactory.create(AppModule, adapter, { logger: false });
  if (platform === 'fastify') {
    const { default: serve } = await import('@fastify/static');
    await app.register(serve, { root: ROOT, prefix: '/files/' });
  } else {
    const { default: express } = await import('express');
    app.use('/files', express.static(ROOT));
  }
  await app.listen(0, '127.0.0.1');
  return app;
}

const apps = [await start(platform === 'fastify' ? new FastifyAdapter() : new ExpressAdapter())];
// Express has no HTTP/2.
if (platform === 'fastify') apps.push(await start(new FastifyAdapter({ http2: true })));
const [port, http2Port] = apps.map((app) => app.getHttpServer().address().port);
// For these, no parser of the runtime's is asked alone.
const problems = await problemsOf(
  library,
  new ExpressAdapter(),
  'https://xn--bcher-kva.example',
  'https://xn--a',
  'https://a.xn--abc-',
  'https://Bücher.example',
);
process.stdout.write(`${JSON.stringify({ port, http2Port, problems })}\n`);
process.stdin.on('end', () => process.exit(0)).resume();
