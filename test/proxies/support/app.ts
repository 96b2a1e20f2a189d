import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  Controller,
  Get,
  Header,
  HttpCode,
  Module,
  Options,
  Param,
  Post,
  Put,
  Req,
  Res,
} from '@nestjs/common';
import { AllowOrigin, CorsModule } from '../../../lib/index.js';
import { createAdapter, type Platform, type startApp } from '../../support/apps.js';

export const A = 'https://a.example.com';
export const B = 'https://b.example.com';
export const REFUSED = 'https://evil.example.net';
/** What browsers see the app as: its own pages are there. */
export const OWN = 'http://api.example.com';
/** May be withdrawn while the app runs. */
export const PARTNER = 'https://partner.example.org';

/** As middle names of paths say, what the app itself varies on, in as many lines. */
export const VARIES: Readonly<Record<string, string | readonly string[]>> = {
  'accept-encoding': 'Accept-Encoding',
  'one-line': 'Accept-Encoding, Accept-Language',
  'several-lines': ['Accept-Encoding', 'Accept-Language'],
};

/** What an app has in common on both platforms. */
interface Request {
  readonly headers: IncomingMessage['headers'];
  readonly method: string;
  readonly body: unknown;
}
interface Reply {
  readonly raw?: ServerResponse;
  header(name: string, value: string | readonly string[]): unknown;
  status(code: number): Reply;
  send(body?: string | Buffer): unknown;
}

function rawOf(reply: Reply): ServerResponse {
  return reply.raw ?? (reply as unknown as ServerResponse);
}

/** The `ETag` of what has one. */
export const ETAG = '"one"';

/** When what has one was made. */
export const LAST_MODIFIED = 'Thu, 01 Jan 2026 00:00:00 GMT';

/** An app behind a proxy. */
export interface ProxiedApp {
  readonly port: number;
  /** What its answer to /ready is. */
  readonly id: string;
  /** How many requests of a method have come for a target. */
  readonly received: (method: string, target: string) => number;
  /** How often a target with a validator has been answered so. */
  readonly answered: (status: 200 | 304, target: string) => number;
  /** Takes {@link PARTNER} out of the policy of a path below /stale. */
  readonly withdraw: (path: string) => void;
}

class Counts {
  readonly #counts = new Map<string, number>();
  add(key: string): void {
    this.#counts.set(key, this.of(key) + 1);
  }
  of(key: string): number {
    return this.#counts.get(key) ?? 0;
  }
}

let apps = 0;

/** As a server of WebSockets does; HAProxy looks at what it answers. */
function shakeHands({ headers }: IncomingMessage, socket: Duplex): void {
  // RFC 6455, 4.2.2.
  const accept = createHash('sha1')
    .update(`${headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');
  const fields = ['Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`];
  socket.end(['HTTP/1.1 101 Switching Protocols', ...fields, '', ''].join('\r\n'));
}

/** @param publicOrigins - as the option of the module; without it, `Host` says which origin is the app's own */
export async function startProxiedApp(
  start: typeof startApp,
  platform: Platform,
  publicOrigins?: typeof OWN,
): Promise<ProxiedApp> {
  const id = `app ${process.pid}-${++apps}`;
  const received = new Counts();
  const answered = new Counts();
  let serial = 0;
  const withdrawn = new Set<string>();

  @Controller()
  class ProxiedController {
    @Get('ready') @Header('Cache-Control', 'no-store') ready() {
      return id;
    }

    @Get('cached/:name') @Header('Cache-Control', 'public, max-age=600') cached(@Req() { headers }: Request) {
      return { origin: headers.origin ?? null, serial: ++serial };
    }

    @Get('unsaid/:name') unsaid(@Res() reply: Reply) {
      // Not as an object, to which Express would add an ETag.
      reply.status(200);
      rawOf(reply).end(JSON.stringify({ serial: ++serial }));
    }

    @Get('unsaid-tagged/:name') unsaidTagged(@Res({ passthrough: true }) reply: Reply) {
      reply.header('etag', `"${++serial}"`);
      return { serial };
    }

    @Get('credentials/:name')
    @Header('Cache-Control', 'public, max-age=600')
    @AllowOrigin(A, B, { credentials: true, exposedHeaders: 'x-total' })
    credentials(@Req() { headers }: Request) {
      return { origin: headers.origin ?? null, serial: ++serial };
    }

    @Get('any/:name') @Header('Cache-Control', 'public, max-age=600') @AllowOrigin('*') any() {
      return { serial: ++serial };
    }

    @Get('varies/:how/:name') @Header('Cache-Control', 'public, max-age=600') varies(
      @Req() { headers }: Request,
      @Res() reply: Reply,
      @Param('how') how: string,
    ) {
      const { origin = null, 'accept-language': language = null, 'accept-encoding': encoding } = headers;
      const told = JSON.stringify({ origin, language, serial: ++serial });
      reply.header('vary', VARIES[how] as string | readonly string[]);
      reply.header('content-type', 'application/json');
      // Whoever gets it need not read what is compressed.
      reply.header('x-told', told);
      if (encoding === 'gzip') reply.header('content-encoding', 'gzip');
      reply.send(encoding === 'gzip' ? gzipSync(told) : told);
    }

    @Get('etag/:name') @Header('Cache-Control', 'public, max-age=600') etag(
      @Req() request: Request,
      @Res() reply: Reply,
      @Param('name') name: string,
    ) {
      conditional(`/etag/${name}`, request, reply);
    }

    @Get('any-etag/:name')
    @Header('Cache-Control', 'public, max-age=600')
    @AllowOrigin('*')
    anyEtag(@Req() request: Request, @Res() reply: Reply, @Param('name') name: string) {
      conditional(`/any-etag/${name}`, request, reply);
    }

    @Get('stale/:name')
    @Header('Cache-Control', 'public, max-age=1')
    @AllowOrigin(A, B, (origin, { path }) => origin === PARTNER && !withdrawn.has(path))
    stale(@Req() request: Request, @Res() reply: Reply, @Param('name') name: string) {
      conditional(`/stale/${name}`, request, reply);
    }

    @Put('changed') change() {
      return { serial: ++serial };
    }

    @Get('walled/:name') @Header('Cache-Control', 'public, max-age=600') walled(@Req() { headers }: Request) {
      return { origin: headers.origin ?? null, serial: ++serial };
    }

    @Post('walled/:name') @HttpCode(200) order() {
      return 'ordered';
    }

    @Get('seen') @Header('Cache-Control', 'no-store') seen(@Req() { headers }: Request) {
      return headers;
    }

    /** The proxy has to answer by itself. */
    @Get('hang-up') hangUp(@Res() reply: Reply) {
      rawOf(reply).destroy();
    }

    @Options('options') @HttpCode(200) options(@Req() { body }: Request) {
      return { body };
    }
  }

  /** Says nothing of who asks, so that all variants have one `ETag` in truth. */
  function conditional(path: string, { headers }: Request, reply: Reply): void {
    const asked = headers['if-none-match'];
    // RFC 9110, 13.2.2: a date counts where there is no tag.
    const isSame = asked === undefined ? headers['if-modified-since'] === LAST_MODIFIED : asked === ETAG;
    answered.add(`${isSame ? 304 : 200} ${path}`);
    reply.header('etag', ETAG);
    reply.header('last-modified', LAST_MODIFIED);
    reply.status(isSame ? 304 : 200).send(isSame ? undefined : `one at ${path}`);
  }

  @Module({
    imports: [
      CorsModule.forRoot({
        origin: [A, B],
        maxAge: 600,
        ...(publicOrigins !== undefined && { publicOrigins }),
        routes: [
          { path: '/walled', policy: { enforce: true } },
          { path: '/socket', policy: { enforce: true } },
        ],
      }),
    ],
    controllers: [ProxiedController],
  })
  class ProxiedModule {}

  const adapter = createAdapter(platform, { trustProxy: true });
  const { app, port } = await start(platform, ProxiedModule, {
    adapter,
    prepare: () => {
      if (platform === 'express') adapter.getInstance().set('trust proxy', true);
    },
  });
  const server = app.getHttpServer() as Server;
  server.on('upgrade', shakeHands);
  // Whoever listens to the server itself stands in front of the platform, and changes what the library can know.
  const onRequest = (message: unknown): void => {
    const { request, server: at } = message as { readonly request: IncomingMessage; readonly server: Server };
    if (at === server) received.add(`${request.method} ${request.url}`);
  };
  subscribe('http.server.request.start', onRequest);
  server.once('close', () => unsubscribe('http.server.request.start', onRequest));
  return {
    port,
    id,
    received: (method, target) => received.of(`${method} ${target}`),
    answered: (status, target) => answered.of(`${status} ${target}`),
    withdraw: (path) => void withdrawn.add(path),
  };
}
