import { fileURLToPath } from 'node:url';
import type { ModuleMetadata } from '@nestjs/common';
import { ServeStaticModule } from '@nestjs/serve-static';
import type { ServerResponse } from 'node:http';
import { ran } from '../support/fixture.js';

export function metadata(): ModuleMetadata {
  return {
    imports: [
      ServeStaticModule.forRoot({
        rootPath: fileURLToPath(new URL('../../support/static', import.meta.url)),
        serveRoot: '/files',
        serveStaticOptions: {
          // Fonts and scripts of other sites' pages need it, as one reads.
          setHeaders(response: ServerResponse | { header(name: string, value: string): void }) {
            ran('file');
            if ('header' in response) response.header('access-control-allow-origin', '*');
            else response.setHeader('access-control-allow-origin', '*');
          },
        },
      }),
    ],
  };
}
