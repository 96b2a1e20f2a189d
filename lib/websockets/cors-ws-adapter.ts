import type { Server as HttpServer } from 'node:http';
import type { INestApplicationContext } from '@nestjs/common';
import { WsAdapter } from '@nestjs/platform-ws';
import type { Gateway } from '../http/gateway.js';
import { Gateways } from './gateways.js';

type WsOptions = Parameters<WsAdapter['create']>[1];
type AdapterOptions = ConstructorParameters<typeof WsAdapter>[1];

/** A server of the package `ws`, as far as it is touched. */
interface WsServer {
  /** As Nest compares it, where several gateways share a port. */
  readonly path?: string;
}

/**
 * Nest's adapter for gateways on `ws`, with the policies of `CorsModule` in front: handshakes come under the policy of the
 * gateway's path, its option `path`, without which it is `/`. An origin that it does not allow gets 403, with or without
 * `enforce`, at the app's server and where the gateway has a port of its own. Requests without `Origin` and the app's own origin
 * pass.
 *
 * @example
 * ```ts
 * const app = await NestFactory.create(AppModule);
 * app.useWebSocketAdapter(new CorsWsAdapter(app));
 * await app.listen(3000);
 * ```
 */
export class CorsWsAdapter extends WsAdapter {
  private readonly gateways: Gateways;

  /**
   * @param app - with `CorsModule` in it
   * @param options - those of `WsAdapter`
   * @throws TypeError if it is no app
   * @throws Error if `CorsModule` is not in it
   */
  constructor(app: INestApplicationContext, options?: AdapterOptions) {
    super(app, options);
    this.gateways = Gateways.of(app, 'CorsWsAdapter');
  }

  override create(port: number, options: WsOptions): unknown {
    const server = super.create(port, options) as WsServer;
    const shared = this.httpServersRegistry.get(port) as HttpServer | undefined;
    // Where it shares no server, it takes whatever comes.
    const gateway =
      shared === undefined
        ? { path: '/', polls: false, takes: () => true }
        : gatewayAt(server.path as string);
    const httpServer = shared ?? ownServer(server);
    if (httpServer === undefined) {
      throw new Error(
        'CorsWsAdapter finds no HTTP server behind this gateway, so nothing could be refused there: leave the option server out',
      );
    }
    this.gateways.add(httpServer, gateway, httpServer !== this.httpServer);
    return server;
  }
}

/** The HTTP server that `ws` makes for a port, which it keeps to itself. */
function ownServer(server: WsServer): HttpServer | undefined {
  return (Reflect.get(server, '_server') as HttpServer | null | undefined) ?? undefined;
}

/** As Nest finds the gateway for a request. What it cannot read it answers with 400. */
function gatewayAt(path: string): Gateway {
  return {
    path,
    // A route of Nest may have the same path.
    polls: false,
    takes: ({ url, headers }) => {
      const base = `ws://${String(headers['host'])}/`;
      return URL.canParse(url, base) && new URL(url, base).pathname === path;
    },
  };
}
