import type { AbstractHttpAdapter } from '@nestjs/core';
import type { RawResponse } from './request-hook.js';

/** What differs between the platforms in how they hand a response around. */
export interface Platform {
  /** The raw response in a platform's one; anything if it is none. */
  rawResponse(response: object): RawResponse | null | undefined;
  /** Tells the platform that a response has been written without it. */
  hijack(response: object): void;
}

/** A reply of Fastify, as far as it is touched. */
interface FastifyReply {
  readonly raw?: RawResponse | null;
  hijack(): void;
}

const FASTIFY: Platform = {
  rawResponse: (reply) => (reply as FastifyReply).raw,
  hijack: (reply) => (reply as FastifyReply).hijack(),
};

/** On Express a response is the raw one, and nobody else answers where `next` is not called. */
const EXPRESS: Platform = {
  rawResponse: (response) => response as RawResponse,
  hijack: () => undefined,
};

/** The platform of an adapter. */
export function platformOf(adapter: AbstractHttpAdapter): Platform {
  return adapter.getType() === 'fastify' ? FASTIFY : EXPRESS;
}
