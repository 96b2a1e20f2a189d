import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { INestApplicationContext } from '@nestjs/common';
import { IoAdapter } from '@nestjs/platform-socket.io';
import type { Gateway } from '../http/gateway.js';
import { Gateways } from './gateways.js';

/** What `IoAdapter` makes, and what of. */
type IoServer = ReturnType<IoAdapter['createIOServer']>;
type IoOptions = Parameters<IoAdapter['createIOServer']>[1];

/**
 * Nest's adapter for gateways on socket.io, with the policies of `CorsModule` in front: polling requests and WebSocket handshakes
 * come under the policy of the gateway's path, the entry of `routes` for `/socket.io` or for what its option `path` says, else
 * the module's default. An origin that it does not allow gets 403, with or without `enforce`, over both transports, at the app's
 * server and where the gateway has a port of its own. Requests without `Origin` and the app's own origin pass.
 *
 * What polls by script elements (JSONP), as clients of version 2 can, gets 403 unless the browser says that it is a page of the
 * app: it sends no `Origin`. So does what another site has opened without `Origin`, as an element of a page.
 *
 * All namespaces of a server have its path, and so one policy. A `cors` option of the gateway has no effect.
 *
 * @example
 * ```ts
 * const app = await NestFactory.create(AppModule);
 * app.useWebSocketAdapter(new CorsIoAdapter(app));
 * await app.listen(3000);
 * ```
 */
export class CorsIoAdapter extends IoAdapter {
  private readonly gateways: Gateways;

  /**
   * @param app - with `CorsModule` in it
   * @throws TypeError if it is no app
   * @throws Error if `CorsModule` is not in it
   */
  constructor(app: INestApplicationContext) {
    super(app);
    this.gateways = Gateways.of(app, 'CorsIoAdapter');
  }

  override createIOServer(port: number, options?: IoOptions): IoServer {
    let gateway: Gateway | undefined;
    const allowRequest: AllowRequest = (request, callback) => {
      if (isForeignWithoutOrigin(request) && this.gateways.refuses(gateway)) callback(undefined, false);
      else if (options?.allowRequest === undefined) callback(undefined, true);
      else (options.allowRequest as AllowRequest)(request, callback);
    };
    const server: IoServer = super.createIOServer(port, {
      ...options,
      allowRequest,
    } as NonNullable<IoOptions>);
    const { httpServer } = server as { readonly httpServer: HttpServer };
    gateway = gatewayOf(server, options);
    this.gateways.add(httpServer, gateway, httpServer !== this.httpServer);
    return server;
  }
}

/** How Engine.IO asks whether a session may be opened. */
type AllowRequest = (
  request: IncomingMessage,
  callback: (error: string | undefined, isAllowed: boolean) => void,
) => void;

/**
 * Whether a session would be opened by a page that may be foreign, though it sends no `Origin`: polling by script does, as all
 * handshakes do, but elements of a page do not. What script elements are answered under JSONP the page can read, whatever fields
 * it has: there only the browser can tell that it is a page of the app.
 */
function isForeignWithoutOrigin({ url = '', headers }: IncomingMessage): boolean {
  if (headers.origin !== undefined) return false;
  const site = headers['sec-fetch-site'];
  const isScript = new URLSearchParams(url.slice(url.indexOf('?') + 1)).has('j');
  return isScript ? site !== 'same-origin' : site === 'cross-site' || site === 'same-site';
}

/** As Engine.IO takes requests: by how their target begins. */
function gatewayOf(server: IoServer, options: IoOptions): Gateway {
  const path = `${server.path()}${options?.addTrailingSlash === false ? '' : '/'}`;
  return { path, polls: true, takes: ({ url }) => url.startsWith(path) };
}
