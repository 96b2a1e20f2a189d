import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import type { Express } from 'express';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createSchema, createYoga } from 'graphql-yoga';
import type { Platform } from '../../support/apps.js';
import { ran } from '../support/fixture.js';

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
  const yoga = createYoga<{ req: FastifyRequest; reply: FastifyReply }>({ schema });
  (app.getHttpAdapter().getInstance() as FastifyInstance).route({
    url: yoga.graphqlEndpoint,
    method: ['GET', 'POST', 'OPTIONS'],
    handler: (req, reply) => yoga.handleNodeRequestAndResponse(req, reply, { req, reply }),
  });
}
