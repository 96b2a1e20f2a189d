import fastifyCompress from '@fastify/compress';
import fastifyHelmet from '@fastify/helmet';
import { Controller, Get, type INestApplication, type ModuleMetadata } from '@nestjs/common';
import compression from 'compression';
import type { FastifyInstance } from 'fastify';
import helmet from 'helmet';
import type { Platform } from '../../support/apps.js';
import { ran } from '../support/fixture.js';

@Controller('reports')
class ReportsController {
  @Get() list(): string {
    ran('reports');
    return 'report '.repeat(500);
  }
}

export function metadata(): ModuleMetadata {
  return { controllers: [ReportsController] };
}

export async function prepare(app: INestApplication, platform: Platform): Promise<void> {
  if (platform === 'express') {
    app.use(helmet());
    app.use(compression());
    return;
  }
  const fastify = app.getHttpAdapter().getInstance() as FastifyInstance;
  await fastify.register(fastifyHelmet);
  await fastify.register(fastifyCompress);
}
