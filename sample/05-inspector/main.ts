import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { createApi } from '../shared/create-api.js';
import { AppModule } from './app.module.js';
import { Visitors } from './visitors.js';

const app = await createApi(AppModule);
await app.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1');

const { port } = app.getHttpServer().address() as AddressInfo;
await app.get(Visitors).come(`http://127.0.0.1:${port}`);

console.log(`
  nestjs-cors, the inspector

  Routes       http://localhost:${port}/_cors                     every policy, and where each of its fields comes from
  Explain      http://localhost:${port}/_cors?view=explain        what would become of a request, and why
  Refusals     http://localhost:${port}/_cors?view=refusals       as they happen, and what reportOnly would refuse
  Differences  http://localhost:${port}/_cors?view=differences    to what the policies were before they were tightened

  A few visitors call the API all the time. Look for
    - the page that calls over https, and the one without "www.", with what tells them from the one that is allowed
    - the request header with a typo
    - the old front end: it is let in today, and reportOnly says what happens once it is not

  Ctrl+C stops it. PORT chooses the port.
`);
