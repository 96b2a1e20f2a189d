import { once } from 'node:events';
import { IncomingMessage, ServerResponse, type OutgoingHttpHeaders } from 'node:http';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Put, Res, type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import express from 'express';
import Fastify, { type FastifyInstance } from 'fastify';
import { AllowOrigin, CorsModule } from '../../lib/index.js';
import type { Platform } from '../support/apps.js';
import { expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { preflightHeaders } from '../support/http.js';

/*
 * Functions in a cloud have no server: what hosts them (serverless-http, @codegenie/serverless-express) hands the framework a
 * response of a class of its own, and reads the fields from `getHeaders()` when it has ended.
 */

const PAGE = 'https://app.example.com';
const OTHER = 'https://other.example.net';

@Controller('cats')
@AllowOrigin(PAGE, { credentials: true })
class CatsController {
  @Get() list(): string {
    return 'cats';
  }
  @Put() put(): string {
    return 'put';
  }
  @Get('raw') raw(
    @Res() response: ServerResponse & { readonly raw?: ServerResponse; hijack?(): void },
  ): void {
    response.hijack?.();
    const raw = response.raw ?? response;
    raw.writeHead(201, { 'Access-Control-Allow-Origin': '*', 'x-raw': 'yes' }).end('raw');
  }
  @Get('enforced') @AllowOrigin({ enforce: true }) enforced(): string {
    return 'enforced';
  }
}

@Module({ imports: [CorsModule.forRoot({})], controllers: [CatsController] })
class AppModule {}

/** As serverless-http has it, with a `writeHead` that returns nothing. Express replaces the prototype with its own. */
class Imitation extends ServerResponse {
  override writeHead(...args: readonly unknown[]): this {
    const [status, ...rest] = args as [number];
    for (const [name, value] of Object.entries(rest.at(-1) ?? {})) {
      this.setHeader(name, value as string);
      break;
    }
    super.writeHead(status, ...rest);
    return undefined as never;
  }
}

interface Answer {
  readonly status: number;
  readonly fields: OutgoingHttpHeaders;
  readonly text: string;
}

type Handle = (request: IncomingMessage, response: ServerResponse) => void;

/** The way in that a platform has for what is no server of its. */
function handleOf(app: INestApplication, platform: Platform): Handle {
  const instance: unknown = app.getHttpAdapter().getInstance();
  if (platform === 'express') return instance as Handle;
  return (...exchange) => (instance as FastifyInstance).routing(...exchange);
}

async function ask(handle: Handle, method: string, url: string, headers: object): Promise<Answer> {
  const request = Object.assign(new IncomingMessage(new Socket()), { method, url, headers });
  request.push(null);
  const response = new Imitation(request);
  let written = '';
  const socket = new Duplex({
    read: () => undefined,
    write: (chunk, _encoding, done) => {
      written += String(chunk);
      done();
    },
  });
  response.assignSocket(socket as Socket);
  const finished = once(response, 'finish');
  handle(request, response);
  await finished;
  const text = written.slice(written.indexOf('\r\n\r\n') + 4);
  return { status: response.statusCode, fields: response.getHeaders(), text };
}

/** What belongs to the protocol, of that which whoever hosts the function reads. */
function corsFields({ fields }: Answer): object {
  const ours = Object.entries(fields).filter(([name]) => /^(?:vary|access-control-.*)$/i.test(name));
  return Object.fromEntries(ours);
}

function plainExpress(): ExpressAdapter {
  return new ExpressAdapter(express().disable('x-powered-by'));
}

/** Where something stands in front of Nest, Express has had the response first. */
function expressBehind(): ExpressAdapter {
  const server = express().disable('x-powered-by');
  server.use((_request, _response, next) => next());
  return new ExpressAdapter(server);
}

function fastifyBehind(): FastifyAdapter {
  const instance = Fastify();
  instance.addHook('onRequest', (_request, _reply, done) => done());
  return new FastifyAdapter(instance as never);
}

describe.each([
  ['fastify', 'as it is', () => new FastifyAdapter()],
  ['fastify', 'behind a hook', fastifyBehind],
  ['express', 'as it is', plainExpress],
  ['express', 'behind a middleware', expressBehind],
] as const)('an app without a server, %s, %s', (platform, _place, adapter) => {
  let app: INestApplication | undefined;
  let handle: Handle;

  beforeAll(async () => {
    app = await NestFactory.create(AppModule, adapter() as never, { logger: false, abortOnError: false });
    await app.init();
    if (platform === 'fastify') await (app.getHttpAdapter().getInstance() as FastifyInstance).ready();
    handle = handleOf(app, platform);
  });

  afterAll(() => app?.close());

  const OPEN = expected({ acao: PAGE, acac: 'true', vary: 'Origin' });

  it('has the fields of the policy where they are read', async () => {
    const answer = await ask(handle, 'GET', '/cats', { origin: PAGE });
    expect(answer).toMatchObject({ status: 200 });
    expect(corsFields(answer)).toEqual(OPEN);
    expect(corsFields(await ask(handle, 'GET', '/cats', { origin: OTHER }))).toEqual({ vary: 'Origin' });
  });

  it('answers preflights with fields that are read', async () => {
    const answer = await ask(handle, 'OPTIONS', '/cats', preflightHeaders(PAGE, 'PUT'));
    expect(answer.status).toBe(204);
    expect(corsFields(answer)).toEqual(
      expected({ acao: PAGE, acac: 'true', acam: 'PUT', vary: PREFLIGHT_VARY }),
    );
    const refused = await ask(handle, 'OPTIONS', '/cats', preflightHeaders(OTHER, 'PUT'));
    expect(refused.status).toBe(403);
    expect(corsFields(refused)).toEqual({ vary: PREFLIGHT_VARY });
  });

  it('seals what a handler writes itself, which goes on with the response that it gets back', async () => {
    const answer = await ask(handle, 'GET', '/cats/raw', { origin: PAGE });
    expect(answer).toMatchObject({ status: 201, text: 'raw', fields: { 'x-raw': 'yes' } });
    expect(corsFields(answer)).toEqual(OPEN);
    expect(corsFields(await ask(handle, 'GET', '/cats/raw', { origin: OTHER }))).toEqual({ vary: 'Origin' });
  });

  it('enforces, and has the fields of the refusal read', async () => {
    const answer = await ask(handle, 'GET', '/cats/enforced', { origin: OTHER });
    expect(answer.status).toBe(403);
    expect(corsFields(answer)).toEqual({ vary: 'Origin' });
  });
});
