import type { IncomingMessage, Server } from 'node:http';
import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { originOf } from '../shared/origin.js';
import { closePages, servePages } from '../shared/page-server.js';
import { WireLog } from '../shared/wire-log.js';
import { API, BAR, FOO, OTHER, PAGES_PORT, PARTNER, PORT, SHOP, STAFF } from './origins.js';

const SETUP = {
  api: API,
  shop: SHOP,
  staff: STAFF,
  other: OTHER,
  foo: FOO,
  bar: BAR,
  partner: PARTNER,
  // The shop's host and port with one part of the origin changed, for the comparison of scenario 1.
  otherScheme: SHOP.replace('http:', 'https:'),
  otherPort: originOf('shop.localhost', PORT),
};

/** What leads from a page's own origin to the API, for lesson 8. */
const REDIRECTS = { '/away': `${API}/engines/onward` };

/** One server for the pages of all origins: the host name in a URL decides which origin a page has. */
@Injectable()
export class Pages implements OnApplicationBootstrap, OnApplicationShutdown {
  private server: Server | undefined;

  constructor(private readonly wire: WireLog) {}

  async onApplicationBootstrap(): Promise<void> {
    this.server = await servePages(new URL('page/', import.meta.url), PAGES_PORT, () => SETUP, REDIRECTS);
    this.server.prependListener('request', (request: IncomingMessage) => {
      this.wire.noteHandler(request, 'the server of the pages');
    });
    this.wire.watch(this.server);
  }

  onApplicationShutdown(): void {
    if (this.server) closePages(this.server);
  }
}
