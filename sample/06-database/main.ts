import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { createApi } from '../shared/create-api.js';
import { OperatorToken } from '../shared/operator.guard.js';
import { originOf } from '../shared/origin.js';
import { Pages } from '../shared/pages.js';
import { AppModule } from './app.module.js';
import { CustomerOrigins } from './customer-origins.js';
import { postgresUrl } from './postgres.js';

const app = await createApi(AppModule);
await app.init();
const pages = app.get(Pages);

// Where the pages are is known only now. Each customer has the origin of its own.
const origins = app.get(CustomerOrigins);
for (const customer of ['acme', 'globex']) await origins.add(pages.originOf(customer), customer);

await app.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1');

const { port } = app.getHttpServer().address() as AddressInfo;
pages.api = originOf('api.localhost', port);
const visitor = (name: string): string => `${pages.originOf(name)}/visitor.html?customer=acme`;

console.log(`
  nestjs-cors, origins in a database

  Dashboard     ${pages.originOf('dashboard')}/#${app.get(OperatorToken).value}
  The API       ${pages.api}/customers/acme/orders
  Acme's page   ${visitor('acme')}   in acme's list
  Globex' page  ${visitor('globex')}   in another customer's list
  Partner page  ${visitor('partner')}   in no list

  The table is in ${postgresUrl() === undefined ? 'SQLite, in memory. DATABASE_URL=postgresql://… has it in PostgreSQL' : 'PostgreSQL'}.

  Add and remove origins on the dashboard, and watch the pages gain and lose access. Look for
    - the preflight: its path says which customer's list decides
    - on PostgreSQL: a second one of these, and psql, whose changes count here within a moment
    - on PostgreSQL: what becomes of the pages while the server is stopped, and after

  Browsers take names that end in .localhost for this machine. Ctrl+C stops it. PORT and PAGES_PORT choose the ports.
`);
