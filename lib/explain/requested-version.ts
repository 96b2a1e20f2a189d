import { VERSION_NEUTRAL, VersioningType, type VersioningOptions } from '@nestjs/common';
import type { CorsRoute } from '../routing/cors-route.js';
import type { PlainRequest } from './read-request.js';

/** How an app tells versions apart. */
export interface Versioned {
  /** How versions are asked for, if versioning is on. */
  readonly versioning: VersioningOptions | undefined;
  /** Whether the platform tries routes in the order in which they were registered, as Express does. */
  readonly isOrderSensitive: boolean;
}

/**
 * The route that an actual request reaches, of those that its path and method could reach: one of the version that the
 * request asks for, else the one that does not care. Where a custom extractor names several versions, the first route
 * that serves any of them counts on Express, and on Fastify the first version that any route serves.
 *
 * @param routes - in the order in which the platform tries them
 */
export function routeOfVersion(
  routes: readonly CorsRoute[],
  request: PlainRequest,
  { versioning, isOrderSensitive }: Versioned,
): CorsRoute | undefined {
  const asked = requestedVersions(request, versioning);
  for (const versions of isOrderSensitive ? [asked] : asked.map((version) => [version])) {
    const found = routes.find((route) => isVersioned(route) && servesOneOf(route, versions));
    if (found !== undefined) return found;
  }
  return routes.find((route) => !isVersioned(route));
}

function servesOneOf({ version }: CorsRoute, versions: readonly unknown[]): boolean {
  const served = new Set<unknown>([version].flat());
  return versions.some((asked) => served.has(asked));
}

/** A lone `VERSION_NEUTRAL` is no version; in a list it stands for requests that ask for none. */
function isVersioned({ version }: CorsRoute): boolean {
  return version !== undefined && version !== VERSION_NEUTRAL;
}

/** The versions that a request asks for, as Nest's adapters read them; a custom extractor may name several. */
function requestedVersions(
  request: PlainRequest,
  versioning: VersioningOptions | undefined,
): readonly unknown[] {
  switch (versioning?.type) {
    case VersioningType.HEADER:
      return [request.headers[versioning.header.toLowerCase()] ?? VERSION_NEUTRAL];
    case VersioningType.MEDIA_TYPE:
      return [mediaTypeVersion(request.headers['accept'] ?? '', versioning.key) ?? VERSION_NEUTRAL];
    case VersioningType.CUSTOM:
      try {
        return [versioning.extractor(request)].flat();
      } catch {
        // Then no versioned route serves the request, on either platform.
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
