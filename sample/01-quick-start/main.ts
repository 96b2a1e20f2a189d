import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { createApi } from '../shared/create-api.js';
import { AppModule } from './app.module.js';
import { Pages } from './pages.js';

const app = await createApi(AppModule);
await app.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1');

const { port } = app.getHttpServer().address() as AddressInfo;
const pages = app.get(Pages);
pages.api = `http://localhost:${port}`;

console.log(`
  nestjs-cors, quick start

  The API       ${pages.api}/explain   every route with its policy, and where each part of it comes from
  Allowed page  ${pages.allowed.origin}   the policy "app" names this origin
  Refused page  ${pages.refused.origin}   no policy names this one

  Open both pages side by side. They run the same script, which calls the API eight times, and show what the browser
  let the script read and why. Look for
    - the same answer, readable on one page and hidden on the other, and the header that makes the difference
    - the PUT: approved by a preflight on one page, never sent by the other
    - the 404, which the allowed page can tell from a broken connection, because errors carry the headers too
    - the last row: no page can read the answer, and yet the handler ran

  Ctrl+C stops it. PORT, ALLOWED_PORT and REFUSED_PORT choose the ports.
`);
