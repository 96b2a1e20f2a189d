import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { inspect } from 'node:util';
import { Module, type INestApplication, type LoggerService } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CorsModule, type CorsModuleOptions } from 'nestjs-cors';
import { createAdapter, type Platform } from '../../support/apps.js';
import { takeRan, takeSpans, type Fixture } from './fixture.js';
import type { Answer, Order, Started, Task } from './messages.js';

/*
 * The process in which the apps of a suite run, one after the other. Packages that are CommonJS cannot load Nest's ES
 * modules inside of Jest before Node 24.9, and tracing has to be there before anything else is loaded.
 */

/** Keeps what an app warns of. */
class Log implements LoggerService {
  private readonly lines: string[] = [];

  readonly warn = (...parts: readonly unknown[]): void => void this.lines.push(parts.map(words).join(' '));
  readonly error = this.warn;
  readonly fatal = this.warn;

  log(): void {}

  take(): readonly string[] {
    return this.lines.splice(0);
  }
}

const log = new Log();
const connections = new Set<Socket>();
let running: INestApplication | undefined;

async function start(
  name: string,
  platform: Platform,
  cors: CorsModuleOptions | undefined,
): Promise<Started> {
  const fixture = (await import(`../apps/${name}.js`)) as Fixture;
  log.take();
  takeRan();
  const { imports = [], ...rest } = fixture.metadata(platform);

  @Module({ imports: [...(cors === undefined ? [] : [CorsModule.forRoot(cors)]), ...imports], ...rest })
  class AppModule {}

  const app: INestApplication = await NestFactory.create(AppModule, createAdapter(platform), {
    logger: log,
    abortOnError: false,
  });
  running = app;
  (app.getHttpServer() as Server).on('connection', (socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
  });
  try {
    await fixture.prepare?.(app, platform);
    await app.listen(0, '127.0.0.1');
  } catch (error) {
    await close();
    throw error;
  }
  return { port: ((app.getHttpServer() as Server).address() as AddressInfo).port };
}

/** Ends the running app, and all connections to it: also those that asked for a WebSocket, which the server forgets. */
async function close(): Promise<void> {
  const app = running;
  running = undefined;
  const closed = app?.close();
  for (const socket of connections) socket.destroy();
  await closed;
}

async function perform(task: Task): Promise<unknown> {
  switch (task.task) {
    case 'start':
      return await start(task.fixture, task.platform, task.cors);
    case 'ran':
      return takeRan();
    case 'spans':
      return takeSpans();
    case 'log':
      return log.take();
    case 'close':
      return await close();
  }
}

async function answerTo({ id, ...task }: Order): Promise<Answer> {
  try {
    return { id, value: await perform(task) };
  } catch (error) {
    return { id, error: words(error) };
  }
}

function words(value: unknown): string {
  return typeof value === 'string'
    ? value
    : value instanceof Error
      ? (value.stack ?? value.message)
      : inspect(value);
}

process.on('message', (order: Order) => void answerTo(order).then((answer) => process.send?.(answer)));
// Whoever started this process is gone, however that came.
process.on('disconnect', () => process.exit());
