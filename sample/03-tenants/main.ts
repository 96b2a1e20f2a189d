import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { createApi } from '../shared/create-api.js';
import { OperatorToken } from '../shared/operator.guard.js';
import { originOf } from '../shared/origin.js';
import { Pages } from '../shared/pages.js';
import { AppModule } from './app.module.js';
import { TenantOrigins } from './tenant-origins.js';
import { TENANTS } from './tenants.js';

const app = await createApi(AppModule);
await app.init();
const pages = app.get(Pages);

// Each tenant begins with the origin of its own pages.
const origins = app.get(TenantOrigins);
for (const { name } of TENANTS) await origins.add(pages.originOf(name), name);

await app.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1');

const { port } = app.getHttpServer().address() as AddressInfo;
pages.api = originOf('api.localhost', port);
const visitor = (name: string): string => `${pages.originOf(name)}/visitor.html?key=key-of-acme`;

console.log(`
  nestjs-cors, origins of tenants

  Dashboard     ${pages.originOf('dashboard')}/#${app.get(OperatorToken).value}
  The API       ${pages.api}/orders   401 to who has no key
  Acme's page   ${visitor('acme')}   in acme's list
  Globex' page  ${visitor('globex')}   in another tenant's list
  Partner page  ${visitor('partner')}   in no list

  The lists are kept ${process.env['REDIS_URL'] === undefined ? 'in memory. REDIS_URL=redis://… keeps them in Redis' : 'in Redis'}.

  Add and remove origins on the dashboard, and watch the pages gain and lose access. Look for
    - the preflight: it carries no key, so any tenant's origin may pass
    - the request after it: the guard knows the key, and another tenant's origin gets a 403 before the handler runs
    - the 401 for a wrong key: a page may read it, so its developer learns what is wrong

  Browsers take names that end in .localhost for this machine. Ctrl+C stops it. PORT and PAGES_PORT choose the ports.
`);
