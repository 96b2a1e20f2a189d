import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Injectable, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import { originOf, type HttpOrigin } from './origin.js';
import { closePages, servePages } from './page-server.js';

/**
 * One server for the pages of all origins. Every browser takes a name that ends in `.localhost` for this machine, so the
 * name before it decides which origin a page has. They stand for front ends that somebody else hosts.
 */
@Injectable()
export class Pages implements OnApplicationShutdown {
  /** Where the API is; known once it listens. */
  api = '';

  private constructor(
    private readonly server: Server,
    private readonly port: number,
  ) {}

  /**
   * Opens it at the port that `PAGES_PORT` names, else at any that is free.
   *
   * @param folder - the URL of the files
   * @param names - of the origins that pages need to know
   */
  static async open(folder: URL, names: readonly string[]): Promise<Pages> {
    const server = await servePages(folder, Number(process.env['PAGES_PORT'] ?? 0), () => ({
      api: pages.api,
      ...Object.fromEntries(names.map((name) => [name, pages.originOf(name)])),
    }));
    const pages: Pages = new Pages(server, (server.address() as AddressInfo).port);
    return pages;
  }

  /** The origin of the pages at a name. */
  originOf(name: string): HttpOrigin {
    return originOf(`${name}.localhost`, this.port);
  }

  onApplicationShutdown(): void {
    closePages(this.server);
  }
}

/** Opens the server of the pages before anything is made that needs to know their origins. */
@Module({})
export class PagesModule {
  /** See {@link Pages.open}. */
  static forFolder(folder: URL, names: readonly string[]): DynamicModule {
    return {
      module: PagesModule,
      global: true,
      providers: [{ provide: Pages, useFactory: () => Pages.open(folder, names) }],
      exports: [Pages],
    };
  }
}
