import type { RequestListener } from 'node:http';
import { createRequire } from 'node:module';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import type { Express } from 'express';
import type { FastifyInstance } from 'fastify';
import type { Platform } from '../../support/apps.js';
import { ran } from '../support/fixture.js';

interface Yoga extends RequestListener {
  readonly graphqlEndpoint: string;
  handleNodeRequestAndResponse(request: object, response: object, context: object): Promise<unknown>;
}

// Its types bring the browser's along, for the library's sources as well.
const { createSchema, createYoga } = createRequire(import.meta.url)('graphql-yoga') as {
  readonly createSchema: (options: { readonly typeDefs: string; readonly resolvers: object }) => object;
  readonly createYoga: (options: { readonly schema: object }) => Yoga;
};

export function metadata(): ModuleMetadata {
  return {};
}

/** Mounted as its documentation says. It sends back every origin, with credentials, unless it is told otherwise. */
export function prepare(app: INestApplication, platform: Platform): void {
  const schema = createSchema({
    typeDefs: 'type Query { hello: String }',
    resolvers: {
      Query: {
        hello: () => {
          ran('resolver');
          return 'world';
        },
      },
    },
  });
  if (platform === 'express') {
    (app.getHttpAdapter().getInstance() as Express).use('/graphql', createYoga({ schema }));
    return;
  }
  const yoga = createYoga({ schema });
  (app.getHttpAdapter().getInstance() as FastifyInstance).route({
    url: yoga.graphqlEndpoint,
    method: ['GET', 'POST', 'OPTIONS'],
    handler: (req, reply) => yoga.handleNodeRequestAndResponse(req, reply, { req, reply }),
  });
}
