import type { Platform } from '../../support/apps.js';
import { corsHeaders, expected } from '../../support/cors-headers.js';
import { send, sendLines, type WireRequest, type WireResponse } from '../../support/http.js';
import { A, B, OWN, type ProxiedApp } from './app.js';
import type { Behaviour } from './proxy.js';

/** A proxy in front of an app. */
export interface Front {
  readonly port: number;
  readonly platform: Platform;
  readonly app: ProxiedApp;
  readonly behaviour: Behaviour;
  /** What no other front of the app uses in paths. */
  readonly mark: string;
}

/** Who asks; `undefined` sends no `Origin`. */
export type Asking = string | undefined;

/** Asks a front, as whoever has looked up the app's public name. */
export function ask(
  { port }: Pick<Front, 'port'>,
  origin: Asking,
  { headers, ...request }: WireRequest,
): Promise<WireResponse> {
  return send(port, {
    ...request,
    headers: { host: new URL(OWN).host, ...(origin !== undefined && { origin }), ...headers },
  });
}

/** Asks for a WebSocket. */
export function shake({ port }: Pick<Front, 'port'>, origin: string): Promise<WireResponse> {
  return sendLines(
    port,
    'GET /socket HTTP/1.1',
    `Host: ${new URL(OWN).host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    `Origin: ${origin}`,
  );
}

/** {@link corsHeaders}; Apache writes lists without spaces. */
export function fieldsOf(response: WireResponse): object {
  return Object.fromEntries(
    Object.entries(corsHeaders(response)).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replaceAll(/\s*,\s*/g, ', ') : value,
    ]),
  );
}

type Fields = Parameters<typeof expected>[0];

/** What a restricted policy has to say: to those whom it allows, and what to all. */
export function fieldsFor(origin: Asking, others: Fields = {}, allowed: readonly Asking[] = [A, B]): object {
  const isAllowed = origin !== undefined && allowed.includes(origin);
  const { acac, aceh, ...toAll } = others;
  return expected({
    vary: 'Origin',
    ...toAll,
    ...(isAllowed && { acao: origin, ...(acac && { acac }), ...(aceh && { aceh }) }),
  });
}

/** All orders of a few things. */
export function ordersOf<Thing>(things: readonly Thing[]): readonly (readonly Thing[])[] {
  if (things.length < 2) return [things];
  return things.flatMap((first, at) =>
    ordersOf([...things.slice(0, at), ...things.slice(at + 1)]).map((rest) => [first, ...rest]),
  );
}
