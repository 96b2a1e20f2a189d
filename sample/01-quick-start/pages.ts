import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Injectable, Module, type OnApplicationShutdown } from '@nestjs/common';
import { closePages, servePages, type Setup } from '../shared/page-server.js';

/** A server of the page, and the origin that its scripts have. */
export interface Page {
  readonly origin: `http://localhost:${number}`;
  readonly server: Server;
}

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
    for (const { server } of [this.allowed, this.refused]) closePages(server);
  }

  /** What the page's script needs to know. */
  private setup(): Setup {
    return { api: this.api, allowed: this.allowed.origin, refused: this.refused.origin };
  }
}

/** Opens the page servers before anything is made that needs to know their origins. */
@Module({
  providers: [{ provide: Pages, useFactory: () => Pages.open() }],
  exports: [Pages],
})
export class PagesModule {}

async function openPage(port: string | undefined, setup: () => Setup): Promise<Page> {
  const server = await servePages(new URL('page/', import.meta.url), Number(port ?? 0), setup);
  return { origin: `http://localhost:${(server.address() as AddressInfo).port}`, server };
}
