/*
 * The app that the wire table is about, without a compiler: whoever starts it gives it the library, the built one or the one
 * that is installed.
 */
import 'reflect-metadata';
import { Readable } from 'node:stream';
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
import { of } from 'rxjs';

const PAGE = 'https://app.example.com';

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

class Raw {
  left(response) {
    open(response).end('left');
  }
}

/** The root module, made once: its controllers get decorators of the library, and it has the policies. */
export function appModule({ AllowOrigin, CorsModule, NoCors, Preflight }) {
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

  return AppModule;
}

/**
 * The codes of what is found wrong with origins.
 *
 * @param adapter - one that has no app yet
 */
export async function problemsOf({ CorsModule }, adapter, ...origin) {
  class Wrong {}
  Module({ imports: [CorsModule.forRoot({ origin })] })(Wrong);
  const options = { logger: false, abortOnError: false };
  const app = await NestFactory.create(Wrong, adapter, options);
  return app.init().then(
    () => [],
    ({ problems }) => problems.map(({ code }) => code),
  );
}
