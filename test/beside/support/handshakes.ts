import { describe, expect, it } from '@jest/globals';
import type { CorsModuleOptions } from 'nestjs-cors';
import { WebSocket } from 'ws';
import type { Platform } from '../../support/apps.js';
import type { BesideApp, Host } from './beside.js';
import { OTHER, PAGE, PARTNER } from './observe.js';
import { ENTRY } from './policies.js';

/** A WebSocket server of a package. */
export interface SocketPlace {
  readonly fixture: string;
  readonly path: string;
  readonly protocol?: string;
  /** What a client says first. */
  readonly greeting: string;
  /** What it is told then. */
  readonly answer: string;
}

/** What a handshake has led to: an answer, and what of the app has run, or the status of the refusal. */
type Outcome = readonly [answer: string | number | undefined, ran: readonly string[]];

/**
 * Tests who may open a WebSocket at a path. It needs no CORS, so any page may, with the visitor's cookies, unless `enforce`
 * keeps it out.
 *
 * @see RFC 6455, section 10.2
 */
export function itGuardsHandshakes(host: Host, platform: Platform, place: SocketPlace): void {
  const { fixture, path, answer } = place;
  const LET_IN: Outcome = [answer, ['connection']];
  const KEPT_OUT: Outcome = [403, []];

  async function outcomes(cors: CorsModuleOptions): Promise<Readonly<Record<string, Outcome>>> {
    const app = await host.start(fixture, platform, cors);
    const origins = { PAGE, PARTNER, OTHER, own: `http://127.0.0.1:${app.port}`, none: undefined };
    const found: Record<string, Outcome> = {};
    for (const [name, origin] of Object.entries(origins)) found[name] = await handshake(app, place, origin);
    return found;
  }

  describe(`a WebSocket at ${path} on ${platform}`, () => {
    it('is for everybody without `enforce`', async () => {
      expect(await outcomes({ origin: PAGE, routes: [{ path, policy: ENTRY }] })).toEqual({
        PAGE: LET_IN,
        PARTNER: LET_IN,
        OTHER: LET_IN,
        own: LET_IN,
        none: LET_IN,
      });
    });

    it('is for those whom its entry lets in', async () => {
      const cors: CorsModuleOptions = {
        origin: PAGE,
        routes: [{ path, policy: { ...ENTRY, enforce: true } }],
      };
      expect(await outcomes(cors)).toEqual({
        PAGE: KEPT_OUT,
        PARTNER: LET_IN,
        OTHER: KEPT_OUT,
        own: LET_IN,
        none: LET_IN,
      });
    });

    it('is for those whom the default policy lets in', async () => {
      expect(await outcomes({ origin: PAGE, enforce: true })).toEqual({
        PAGE: LET_IN,
        PARTNER: KEPT_OUT,
        OTHER: KEPT_OUT,
        own: LET_IN,
        none: LET_IN,
      });
    });

    it('is left alone as `unmanaged`', async () => {
      const cors: CorsModuleOptions = { origin: PAGE, enforce: true, routes: [{ path, unmanaged: true }] };
      expect(await outcomes(cors)).toEqual({
        PAGE: LET_IN,
        PARTNER: LET_IN,
        OTHER: LET_IN,
        own: LET_IN,
        none: LET_IN,
      });
    });
  });
}

async function handshake(app: BesideApp, place: SocketPlace, origin: string | undefined): Promise<Outcome> {
  const { path, protocol, greeting } = place;
  const answer = await new Promise<string | number | undefined>((resolve, reject) => {
    const socket = new WebSocket(`ws://127.0.0.1:${app.port}${path}`, protocol ?? [], {
      ...(origin !== undefined && { origin }),
    });
    socket.on('open', () => socket.send(greeting));
    socket.on('message', (data: Buffer) => {
      resolve(data.toString());
      socket.terminate();
    });
    socket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode);
      request.destroy();
    });
    socket.on('error', reject);
    socket.on('close', (code) => reject(new Error(`closed with ${code}`)));
  });
  return [answer, await app.ran()];
}
