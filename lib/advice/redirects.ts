import { PreflightTarget } from '../http/preflight.js';
import type { HookContext } from '../http/hook-context.js';
import type { Policy } from '../policy/policy.js';
import { refusedRequestHeader } from '../protocol/request-headers.js';
import type { CorsRoute } from '../routing/cors-route.js';
import type { GovernedRoute } from '../routing/governance.js';
import { fixedRedirect } from '../routing/nest-internals.js';
import type { PlatformRequest } from '../routing/route-matcher.js';

/** An app, as far as its redirects go. */
export interface AdvisedApp extends Pick<HookContext, 'governance' | 'matcher' | 'mounts'> {
  readonly routes: readonly CorsRoute[];
}

/** Where a redirect leads, and with which request. */
export interface RedirectTarget {
  readonly status: number;
  /** As the handler has it. */
  readonly location: string;
  /** The method of the request that follows. */
  readonly method: string;
  /** Whether the request that follows has lost the body, and the headers that belong to it. */
  readonly losesBody: boolean;
  /** Whether a page of another origin can have sent a body of JSON. */
  readonly takesJson: boolean;
  /** The path of this app that it leads to; `undefined` where that is not known. */
  readonly path: string | undefined;
  /** The origin that it leads to, where it is another one. */
  readonly elsewhere: string | undefined;
}

/** A route behind a redirect that refuses what an engine asks it for. */
export interface RefusingRoute {
  /** `Controller#handler`. */
  readonly where: string;
  /** Where the header would have to be listed. */
  readonly places: readonly string[];
}

/** The methods of which a 301 or 302 makes a GET, and a 303 as well. @see Fetch, "HTTP-redirect fetch" */
const isGetting = (status: number, method: string): boolean =>
  ((status === 301 || status === 302) && method === 'POST') ||
  (status === 303 && method !== 'GET' && method !== 'HEAD');

/**
 * The request that follows the redirect with which a route answers, where pages of other origins may make one; `undefined`
 * where it does not always redirect to the same place, or where only the handler knows.
 */
export function requestsRedirected(route: CorsRoute, { governance }: AdvisedApp): RedirectTarget | undefined {
  const redirect = fixedRedirect(route.handler);
  const policies = policiesOf(governance.routes[route.index]);
  if (redirect === undefined || policies.length === 0) return undefined;
  const { url: location, status } = redirect;
  // What a form or a script sends to a route that takes all methods.
  const sent = route.method === 'ALL' ? 'POST' : route.method;
  const losesBody = isGetting(status, sent);
  const method = losesBody ? 'GET' : sent;
  const request = { status, location, method, losesBody, takesJson: policies.some(letsThrough) };
  if (/^\/(?!\/)/.test(location)) return { ...request, path: location, elsewhere: undefined };
  const url = URL.canParse(location) ? new URL(location) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) return undefined;
  return governance.publicOrigins?.has(url.origin) === true
    ? { ...request, path: url.pathname + url.search, elsewhere: undefined }
    : { ...request, path: undefined, elsewhere: url.origin };
}

/** The policies of a route that let pages of other origins in. */
function policiesOf(governed: GovernedRoute | undefined): readonly Policy[] {
  return [governed?.governed, ...(governed?.elsewhere?.values() ?? [])].flatMap((one) =>
    one === undefined || one.policy.closed ? [] : [one.policy],
  );
}

/**
 * The routes behind a redirect that has taken the body away, none of which lets `content-type` through, though what redirects
 * there does. One engine asks for it all the same. None where no route is known to be there, or one of several versions lets
 * it through.
 */
export function refusedBehind(
  { path, method, losesBody, takesJson }: RedirectTarget,
  { governance, matcher, mounts }: AdvisedApp,
): readonly RefusingRoute[] {
  if (path === undefined || !losesBody || !takesJson || mounts.cover(path)) return [];
  const request: PlatformRequest = { method: 'OPTIONS', url: path, headers: {}, hostname: '' };
  const target = new PreflightTarget(request, method, matcher);
  const behind = matcher.targetsOf(request, method).map((route) => ({
    route,
    governed: governance.rulingOf(route, target).governed,
  }));
  const open = behind.filter(({ governed }) => governed !== undefined && !governed.policy.closed);
  if (open.some(({ governed }) => governed !== undefined && letsThrough(governed.policy))) return [];
  return open.map(({ route, governed }) => {
    const places = governed?.layersWithout([BODY_HEADER]) ?? [];
    return { where: route.where, places: places.length === 0 ? [route.where] : places };
  });
}

/** The header that a script gives a body of JSON. @see Fetch, "request-body-header name" */
const BODY_HEADER = 'content-type';

function letsThrough({ allowedHeaders }: Policy): boolean {
  return refusedRequestHeader(allowedHeaders, BODY_HEADER) === undefined;
}
