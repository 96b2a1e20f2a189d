import { VERSION_NEUTRAL, VersioningType, type VersioningOptions } from '@nestjs/common';
import type { PlatformRequest } from './route-matcher.js';

/**
 * The versions that a request asks for, as Nest's adapter for Fastify reads them; a custom extractor may name several, and
 * counts on the first that some route serves. None where the version is in the path, or there is no versioning.
 */
export function requestedVersions(
  request: PlatformRequest,
  versioning: VersioningOptions | undefined,
): readonly unknown[] {
  switch (versioning?.type) {
    case VersioningType.HEADER:
      return [request.headers[versioning.header.toLowerCase()] ?? VERSION_NEUTRAL];
    case VersioningType.MEDIA_TYPE:
      return [mediaTypeVersion(String(request.headers['accept'] ?? ''), versioning.key) ?? VERSION_NEUTRAL];
    case VersioningType.CUSTOM:
      try {
        return [versioning.extractor(request)].flat();
      } catch {
        // Then no versioned route serves the request.
        return [];
      }
    default:
      return [];
  }
}

/** The version in `Accept: application/json;v=2`, where the key is `v=`: the first parameter that begins with it. */
function mediaTypeVersion(accept: string, key: string): string | undefined {
  const parameter = accept
    .split(/[,;]/)
    .map((part) => part.trim())
    .find((part) => part.startsWith(key));
  return parameter?.slice(key.length).replace(/^"(.*)"$/, '$1');
}
