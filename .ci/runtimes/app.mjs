/*
 * The app of the wire table, for a runtime that reads no TypeScript: `RUNTIME app.mjs fastify|express`. Prints the ports on
 * which it serves, and ends when its standard input does.
 */
import 'reflect-metadata';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import {
  Controller,
  Get,
  HttpException,
  Module,
  Options,
  Param,
  Put,
  Redirect,
  Res,
  Sse,
  StreamableFile,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { of } from 'rxjs';
import { AllowOrigin, CorsModule, NoCors, Preflight } from '../../dist/index.js';

const [, , platform] = process.argv;
const PAGE = 'https://app.example.com';
const ROOT = fileURLToPath(new URL('.', import.meta.url));

/** What decorators in front of a class and its methods would do. */
function decorate(target, ofClass, ofMethods) {
  for (const [name, decorators] of Object.entries(ofMethods)) {
    const descriptor = Object.getOwnPropertyDescriptor(target.prototype, name);
    for (const decorator of decorators) decorator(target.prototype, name, descriptor);
  }
  for (const decorator of ofClass) decorator(target);
  return target;
}

/** Somebody sets a field of the protocol on a response of Node's. */
function open(response) {
  const raw = response.raw ?? response;
  if (response.hijack !== undefined) response.hijack();
  raw.setHeader('Access-Control-Allow-Origin', '*');
  return raw;
}

class Cats {
  list() {
    return 'list';
  }
  json() {
    return { cats: 1 };
  }
  put(id) {
    return id;
  }
  options() {
    return 'own';
  }
  events() {
    return of({ data: 'cat' });
  }
  file() {
    return new StreamableFile(Readable.from(['ca', 'ts']));
  }
  end(response) {
    open(response).end('ended');
  }
  write(response) {
    const raw = open(response);
    raw.write('writ');
    raw.end('ten');
  }
  flush(response) {
    const raw = open(response);
    raw.flushHeaders();
    setTimeout(() => raw.end('flushed'), 10);
  }
  pipe(response) {
    Readable.from(['pi', 'ped']).pipe(open(response));
  }
  head(response) {
    open(response).writeHead(201, { 'Access-Control-Allow-Origin': '*', Vary: 'Accept' }).end('head');
  }
  fail() {
    throw new Error('this is the app of a test');
  }
  teapot() {
    throw new HttpException('teapot', 418);
  }
  moved() {}
  any() {
    return 'any';
  }
  enforced() {
    return 'enforced';
  }
  closed(response) {
    open(response).end('closed');
  }
}

decorate(Cats, [Controller('cats'), AllowOrigin(PAGE, { credentials: true, exposedHeaders: 'x-total' })], {
  list: [Get()],
  json: [Get('json')],
  put: [Put(':id'), Preflight({ allowedHeaders: ['content-type', 'x-token'], maxAge: 600 })],
  options: [Options(':id')],
  events: [Sse('events')],
  file: [Get('file')],
  end: [Get('end')],
  write: [Get('write')],
  flush: [Get('flush')],
  pipe: [Get('pipe')],
  head: [Get('head')],
  fail: [Get('fail')],
  teapot: [Get('teapot')],
  moved: [Get('moved'), Redirect('/cats', 302)],
  any: [Get('any'), AllowOrigin('*', { credentials: false })],
  enforced: [Get('enforced'), AllowOrigin({ enforce: true })],
  closed: [Get('closed'), NoCors()],
});
for (const name of ['end', 'write', 'flush', 'pipe', 'head', 'closed']) Res()(Cats.prototype, name, 0);
Param('id')(Cats.prototype, 'put', 0);

class Raw {
  left(response) {
    open(response).end('left');
  }
}
decorate(Raw, [Controller('left')], { left: [Get()] });
Res()(Raw.prototype, 'left', 0);

class AppModule {}
Module({
  imports: [
    CorsModule.forRoot({
      routes: [
        { path: '/files', policy: { origin: PAGE } },
        { path: '/shut', policy: false },
        { path: '/left', unmanaged: true },
      ],
    }),
  ],
  controllers: [Cats, Raw],
})(AppModule);

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

/** What is found wrong with origins: no parser of the runtime's is asked alone. */
async function problemsOf(...origin) {
  class Wrong {}
  Module({ imports: [CorsModule.forRoot({ origin })] })(Wrong);
  const options = { logger: false, abortOnError: false };
  const app = await NestFactory.create(Wrong, new ExpressAdapter(), options);
  return app.init().then(
    () => [],
    ({ problems }) => problems.map(({ code }) => code),
  );
}

const apps = [await start(platform === 'fastify' ? new FastifyAdapter() : new ExpressAdapter())];
// Express has no HTTP/2.
if (platform === 'fastify') apps.push(await start(new FastifyAdapter({ http2: true })));
const [port, http2Port] = apps.map((app) => app.getHttpServer().address().port);
const problems = await problemsOf(
  'https://xn--bcher-kva.example',
  'https://xn--a',
  'https://a.xn--abc-',
  'https://Bücher.example',
);
process.stdout.write(`${JSON.stringify({ port, http2Port, problems })}\n`);
process.stdin.on('end', () => process.exit(0)).resume();
