import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { job, reply, serve } from '../support/child.js';
import { createApp } from './app.js';
import { createFloor } from './floor.js';
import type { Server } from './setups.js';

/*
 * One server under load. Its parent sends the load; it answers with the CPU time that the process has used.
 */

serve(async () => {
  const server = await start(job<Server>());
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    reply(user + system);
  });
  reply((server.address() as AddressInfo).port);
});

async function start(server: Server): Promise<HttpServer> {
  if (server.variant === 'node:http') {
    const floor = createFloor().listen(0, '127.0.0.1');
    await once(floor, 'listening');
    return floor;
  }
  const app = await createApp(server);
  await app.listen(0, '127.0.0.1');
  return app.getHttpServer() as HttpServer;
}
