import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';

/** A server of the page, and the origin that its scripts have. */
export interface Page {
  readonly origin: `http://localhost:${number}`;
  readonly server: Server;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/**
 * One page on two ports, and so on two origins: one that the API's policies name and one that they do not. They stand
 * for front ends that somebody else hosts; no CORS is involved in serving them.
 */
@Injectable()
export class Pages implements OnApplicationShutdown {
  /** Where the API is; known once it listens. */
  api = '';

  private constructor(
    readonly allowed: Page,
    readonly refused: Page,
  ) {}

  static async open(): Promise<Pages> {
    const pages: Pages = new Pages(
      await openPage(process.env['ALLOWED_PORT'], () => pages.setup()),
      await openPage(process.env['REFUSED_PORT'], () => pages.setup()),
    );
    return pages;
  }

  onApplicationShutdown(): void {
    for (const { server } of [this.allowed, this.refused]) {
      server.close();
      server.closeAllConnections();
    }
  }

  /** What the page's script needs to know. */
  private setup(): object {
    return { api: this.api, allowed: this.allowed.origin, refused: this.refused.origin };
  }
}

/** Opens the page servers before anything is made that needs to know their origins. */
@Module({
  providers: [{ provide: Pages, useFactory: () => Pages.open() }],
  exports: [Pages],
})
export class PagesModule {}

async function openPage(port: string | undefined, setup: () => object): Promise<Page> {
  const files = readFiles(new URL('page/', import.meta.url));
  const server = createServer(({ url }, response) => {
    const path = url?.split('?')[0] ?? '/';
    const file = path === '/setup.json' ? jsonFile(setup()) : files.get(path === '/' ? '/index.html' : path);
    response.writeHead(file ? 200 : 404, {
      'Content-Type': file?.type ?? 'text/plain',
      'Cache-Control': 'no-store',
    });
    response.end(file?.content ?? 'Not found');
  });
  server.listen(Number(port ?? 0), '127.0.0.1');
  await once(server, 'listening');
  return { origin: `http://localhost:${(server.address() as AddressInfo).port}`, server };
}

interface File {
  readonly type: string;
  readonly content: string;
}

function readFiles(folder: URL): ReadonlyMap<string, File> {
  return new Map(
    readdirSync(folder).map((name) => [
      `/${name}`,
      { type: TYPES[extname(name)] ?? 'text/plain', content: readFileSync(new URL(name, folder), 'utf8') },
    ]),
  );
}

function jsonFile(value: object): File {
  return { type: 'application/json', content: JSON.stringify(value) };
}
