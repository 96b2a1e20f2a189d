import type { ReadableStream as NodeReadableStream } from 'node:stream/web';
import type { BodyInput } from './page-fetch-init.js';

/** A body on its way. */
export interface RequestBody {
  /** What is sent, and sent again after a redirect; `undefined` for a stream, which is gone once it is sent. */
  readonly bytes: Uint8Array | undefined;
  readonly stream: NodeReadableStream<Uint8Array> | undefined;
  /** The `Content-Type` that it gives the request; `undefined` if it has none to give. */
  readonly type: string | undefined;
}

/** Takes the body that script gives. @see Fetch, "extract a body" */
export async function extractBody(input: BodyInput): Promise<RequestBody> {
  if (isStream(input)) {
    return { bytes: undefined, stream: input as NodeReadableStream<Uint8Array>, type: undefined };
  }
  // Node's own Response knows each kind, its content type and, for forms, the boundary.
  const extracted = new Response(input as string);
  return {
    bytes: new Uint8Array(await extracted.arrayBuffer()),
    stream: undefined,
    type: extracted.headers.get('content-type') ?? undefined,
  };
}

/** Whether script gives a stream. */
export function isStream(input: unknown): boolean {
  return input instanceof ReadableStream;
}
