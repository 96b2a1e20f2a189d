import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { initTRPC } from '@trpc/server';
import { createExpressMiddleware } from '@trpc/server/adapters/express';
import { fastifyTRPCPlugin } from '@trpc/server/adapters/fastify';
import type { Express } from 'express';
import type { FastifyInstance } from 'fastify';
import type { Platform } from '../../support/apps.js';
import { ran } from '../support/fixture.js';

const { procedure, router } = initTRPC.create();

const appRouter = router({
  hello: procedure.query(() => {
    ran('procedure');
    return 'world';
  }),
  rename: procedure.mutation(() => {
    ran('procedure');
    return 'renamed';
  }),
});

export function metadata(): ModuleMetadata {
  return {};
}

export async function prepare(app: INestApplication, platform: Platform): Promise<void> {
  const options = {
    router: appRouter,
    responseMeta: () => ({ headers: { 'access-control-allow-origin': '*' } }),
  };
  if (platform === 'express') {
    (app.getHttpAdapter().getInstance() as Express).use('/trpc', createExpressMiddleware(options));
    return;
  }
  await (app.getHttpAdapter().getInstance() as FastifyInstance).register(fastifyTRPCPlugin, {
    prefix: '/trpc',
    trpcOptions: options,
  });
}
