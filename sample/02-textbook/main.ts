import 'reflect-metadata';
import { VersioningType } from '@nestjs/common';
import { createApi } from '../shared/create-api.js';
import { AppModule } from './app.module.js';
import { API, BAR, FOO, PORT, SHOP } from './origins.js';

// The trailing slash is for the classic, lesson 7: `http://bar.other/resources/public-data/`.
const app = await createApi(AppModule, { routerOptions: { ignoreTrailingSlash: true } });
// So is this: `Accept: application/xml;state=restricted`.
app.enableVersioning({ type: VersioningType.MEDIA_TYPE, key: 'state=' });
await app.listen(PORT, '127.0.0.1');

console.log(`
  nestjs-cors, the textbook scenarios

  Contents                   ${SHOP}

  1. The same-origin policy  ${SHOP}/same-origin.html
  2. A public API            ${SHOP}/public-api.html
  3. One origin is admitted  ${SHOP}/one-origin.html
  4. The preflight           ${SHOP}/preflight.html
  5. Credentials             ${SHOP}/credentials.html
  6. A server that refuses   ${SHOP}/enforce.html
  7. The XHR classic         ${FOO}/xhr-classic.html
  8. Where engines differ    ${SHOP}/engines.html

  The API                    ${API}/repos/nestjs/nest
  The API of the classic     ${BAR}/resources/public-data/

  Browsers take names that end in .localhost for this machine. Ctrl+C stops it. PORT and PAGES_PORT choose the ports.
`);
