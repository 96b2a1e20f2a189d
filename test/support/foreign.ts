import type { IncomingMessage, ServerResponse } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import type { Application } from 'express';
import type { FastifyInstance, HTTPMethods } from 'fastify';
import type { Platform } from './apps.js';

/** Answers a request of Node's: what is no handler of Nest. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** Serves a path and all below it, whatever the method, by something that is not Nest's. */
export function serve(app: INestApplication, platform: Platform, path: string, answer: Answer): void {
  const instance = app.getHttpAdapter().getInstance() as Application | FastifyInstance;
  serveOn(instance, platform, path, answer);
}

/** The same on an instance of the platform. */
export function serveOn(
  instance: Application | FastifyInstance,
  platform: Platform,
  path: string,
  answer: Answer,
): void {
  if (platform === 'express') {
    (instance as Application).use(path, answer);
    return;
  }
  const fastify = instance as FastifyInstance;
  const methods = fastify.supportedMethods.filter((method) => method !== 'TRACE') as HTTPMethods[];
  for (const url of [path, `${path}/`, `${path}/*`]) {
    // HEAD is among them.
    fastify.route({
      method: methods,
      url,
      exposeHeadRoute: false,
      handler: (request, reply) => {
        reply.hijack();
        answer(request.raw, reply.raw);
      },
    });
  }
}

/** Does CORS itself, and lets everybody in, with cookies. */
export const openToAll: Answer = (request, response) => {
  response.setHeader('Access-Control-Allow-Origin', request.headers.origin ?? '*');
  response.setHeader('Access-Control-Allow-Credentials', 'true');
  if (request.method === 'OPTIONS') response.setHeader('Access-Control-Allow-Methods', 'PUT, DELETE');
  response.statusCode = request.method === 'OPTIONS' ? 204 : 200;
  response.end(request.method === 'OPTIONS' ? undefined : 'by itself');
};

/** Answers without a word of CORS. */
export const says =
  (text: string): Answer =>
  (_request, response) => {
    response.end(text);
  };
