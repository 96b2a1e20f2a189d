import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import fastifyHttpProxy from '@fastify/http-proxy';
import type { INestApplication, ModuleMetadata, OnModuleDestroy } from '@nestjs/common';
import type { Express } from 'express';
import type { FastifyInstance } from 'fastify';
import { createProxyMiddleware } from 'http-proxy-middleware';
import { WebSocketServer } from 'ws';
import type { Platform } from '../../support/apps.js';
import { ran } from '../support/fixture.js';

/** A service of another team, which lets everybody in, sockets too. */
class Upstream implements OnModuleDestroy {
  private readonly server = createServer((request, response) => {
    ran('upstream');
    const origin = request.headers.origin;
    response.setHeader('Vary', 'Origin');
    response.setHeader('Access-Control-Allow-Origin', origin ?? '*');
    response.setHeader('Access-Control-Allow-Credentials', 'true');
    if (request.method === 'OPTIONS') response.setHeader('Access-Control-Allow-Methods', '*');
    response.statusCode = request.method === 'OPTIONS' ? 204 : 200;
    response.end(request.method === 'OPTIONS' ? undefined : `${request.method} at the upstream`);
  });

  private readonly sockets = new WebSocketServer({ server: this.server });

  async listen(): Promise<string> {
    this.sockets.on('connection', (socket) => {
      ran('connection');
      socket.on('message', () => socket.send('hello'));
    });
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  onModuleDestroy(): void {
    for (const socket of this.sockets.clients) socket.terminate();
    this.server.close();
    this.server.closeAllConnections();
  }
}

export function metadata(): ModuleMetadata {
  return { providers: [Upstream] };
}

export async function prepare(app: INestApplication, platform: Platform): Promise<void> {
  const upstream = await app.get(Upstream).listen();
  if (platform === 'express') {
    const proxy = createProxyMiddleware({ target: upstream, changeOrigin: true });
    (app.getHttpAdapter().getInstance() as Express).use('/legacy', proxy);
    (app.getHttpServer() as Server).on('upgrade', proxy.upgrade);
    return;
  }
  await (app.getHttpAdapter().getInstance() as FastifyInstance).register(fastifyHttpProxy, {
    upstream,
    prefix: '/legacy',
    websocket: true,
  });
}
