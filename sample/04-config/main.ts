import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { createExpressApi } from '../shared/create-api.js';
import { OperatorToken } from '../shared/operator.guard.js';
import { originOf } from '../shared/origin.js';
import { Pages } from '../shared/pages.js';
import { AppModule } from './app.module.js';
import { SETTINGS_FILE } from './settings-file.js';

const app = await createExpressApi(AppModule);
await app.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1');

const { port } = app.getHttpServer().address() as AddressInfo;
const pages = app.get(Pages);
pages.api = originOf('api.localhost', port);

console.log(`
  nestjs-cors, a configuration that changes

  Dashboard  ${pages.originOf('dashboard')}/#${app.get(OperatorToken).value}
  The API    ${pages.api}/reports/public
  App page   ${pages.originOf('app')}/visitor.html   allowed by the configuration
  Beta page  ${pages.originOf('beta')}/visitor.html   not allowed yet

  The configuration  ${SETTINGS_FILE}
  When the app starts, CORS_ORIGINS, CORS_CREDENTIALS and CORS_MAX_AGE of the environment go before it.

  Change it on the dashboard, or save the file, and watch the pages gain and lose access while the app runs. Then try
  a mistake: the app says what is wrong and how to mend it, and goes on with what was in force.

  Browsers take names that end in .localhost for this machine. Ctrl+C stops it. PORT and PAGES_PORT choose the ports, and
  CORS_FILE another file.
`);
