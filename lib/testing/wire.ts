import { once } from 'node:events';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { Readable } from 'node:stream';
import { CountQueuingStrategy, type ReadableStream } from 'node:stream/web';
import type { Departs } from './departures.js';
import { HeaderList, type Header } from './header-list.js';
import { readWithLoneCr } from './lone-cr.js';
import type { Endpoint } from './network.js';
import type { RequestBody } from './request-body.js';

/** The longest head of a response that Chromium takes, in bytes. Node's own limit is 16 KiB. */
const MAX_HEADER_SIZE = 256 * 1024;

/** Not of fetch(), which has asked for nothing of the kind. */
const SWITCHING = 'the server switches protocols (101)';

/** A request, ready to be sent. */
export interface WireRequest {
  readonly method: string;
  readonly url: URL;
  /** All of them, in order. */
  readonly headers: readonly Header[];
  readonly body: RequestBody | undefined;
  /** Ends the exchange, also while the body arrives. */
  readonly signal: AbortSignal;
}

/** What came back. */
export interface WireResponse {
  readonly status: number;
  readonly headers: HeaderList;
  /** The body as it arrives. */
  body(): ReadableStream<Uint8Array>;
  /** Ends the connection: nobody wants the body. */
  discard(): void;
}

/** Sends a request over a connection of its own, and resolves with the start of the response. */
export async function send(
  endpoint: Endpoint,
  request: WireRequest,
  departs: Departs,
): Promise<WireResponse> {
  const { method, url, headers, body, signal } = request;
  const outgoing = (endpoint.tls ? httpsRequest : httpRequest)({
    host: endpoint.host,
    port: endpoint.port,
    method,
    path: requestTarget(url),
    setHost: false,
    agent: false,
    signal,
    // Header values are any bytes but NUL, LF and CR to browsers (Fetch, Headers), lines may be folded, and LF alone ends
    // one. Of what Node then lets pass beyond that, `whyUnreadable` takes out what browsers refuse.
    insecureHTTPParser: true,
    maxHeaderSize: MAX_HEADER_SIZE,
    // Certificates of test servers are self-signed, and the connection does not leave this machine.
    ...(endpoint.tls && { rejectUnauthorized: false }),
  });
  // Node has put it in upper case, which browsers do with six methods only (Fetch, Methods: "normalize").
  outgoing.method = method;
  outgoing.maxHeadersCount = 0;
  const arrival = arrivalOf(outgoing);
  void sendRequest(outgoing, headers, body);
  let incoming;
  try {
    incoming = await arrival;
  } catch (error) {
    const { rawPacket } = error as { readonly rawPacket?: Uint8Array };
    const mended = rawPacket && readWithLoneCr(rawPacket);
    if (mended === undefined || !departs('lone-cr-ends-line')) throw error;
    return mended;
  }
  return {
    status: incoming.statusCode ?? 0,
    headers: new HeaderList(pairs(incoming.rawHeaders)),
    body: () => bodyOf(incoming),
    discard: () => outgoing.destroy(),
  };
}

/** The start of the response. What goes wrong once it has begun shows in its body, and is ignored here. */
function arrivalOf(outgoing: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    outgoing.on('response', (incoming) => {
      const reason = whyUnreadable(incoming);
      if (reason === undefined) resolve(incoming);
      else outgoing.destroy(new Error(reason));
    });
    outgoing.on('error', reject);
    outgoing.on('close', () => reject(new Error('the connection was closed')));
    outgoing.on('upgrade', (_, socket) => {
      socket.destroy();
      reject(new Error(SWITCHING));
    });
  });
}

/** Why a response is none to a browser, though Node has read it. */
function whyUnreadable({ statusCode, statusMessage = '', rawHeaders }: IncomingMessage): string | undefined {
  if (statusCode === 101) return SWITCHING;
  return [statusMessage, ...rawHeaders].some((text) => text.includes('\0'))
    ? 'there is a NUL in its status line or headers'
    : undefined;
}

/** What of a URL is on the request line. A query counts though it is empty: `/a?` is not `/a`. */
function requestTarget({ href, pathname }: URL): string {
  const [, query = ''] = /^[^?#]*(\?[^#]*)/.exec(href) ?? [];
  return pathname + query;
}

/** Whatever goes wrong ends the request, so that this need not be awaited. */
async function sendRequest(
  outgoing: ClientRequest,
  headers: readonly Header[],
  body: RequestBody | undefined,
): Promise<void> {
  try {
    putHeaders(outgoing, headers);
    for await (const chunk of body?.stream ?? []) {
      // Fetch, "incrementally read a body": anything else ends the fetch.
      if (!(chunk instanceof Uint8Array))
        throw new TypeError('the body is a stream of something else than bytes');
      if (!outgoing.write(chunk)) await once(outgoing, 'drain');
    }
    outgoing.end(body?.bytes);
  } catch (error) {
    outgoing.destroy(error as Error);
  }
}

/** Only these, in this order: left to itself, Node adds lines of its own. */
function putHeaders(outgoing: ClientRequest, headers: readonly Header[]): void {
  for (const [name, value] of headers) outgoing.appendHeader(name, value);
  for (const name of ['Content-Length', 'Transfer-Encoding']) {
    if (!headers.some(([present]) => present.toLowerCase() === name.toLowerCase()))
      outgoing.removeHeader(name);
  }
}

/** Arrives whether it is read or not, so that nothing is left on the connection. */
function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const strategy = new CountQueuingStrategy({ highWaterMark: Infinity });
  return Readable.toWeb(incoming, { strategy }) as ReadableStream<Uint8Array>;
}

function pairs(raw: readonly string[]): Header[] {
  return raw.flatMap((name, at) => (at % 2 === 0 ? [[name, raw[at + 1] as string] as const] : []));
}
