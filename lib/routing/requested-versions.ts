import type { AbstractHttpAdapter } from '@nestjs/core';
import type { PlatformRequest } from './route-matcher.js';

/** Reads from a request the versions that it asks for; a custom extractor counts on the first that some route serves. */
export type VersionReader = (request: PlatformRequest) => readonly unknown[];

/** Nest's adapter for Fastify, as far as it is asked. */
interface VersionedAdapter {
  readonly versionConstraint?: { deriveConstraint?(request: PlatformRequest): unknown };
}

/**
 * Reads versions as Nest's adapter for Fastify does: it is asked itself, since what it makes of `Accept` is not the same
 * in all versions of Nest. One that cannot be asked finds none, so that no versioned route serves the request.
 */
export function versionReader(adapter: AbstractHttpAdapter): VersionReader {
  const { versionConstraint } = adapter as unknown as VersionedAdapter;
  return (request) => [versionConstraint?.deriveConstraint?.(request)].flat();
}
