import type { GatewayDoors } from '../http/gateway.js';
import type { HookContext } from '../http/hook-context.js';
import { CorsConfigurationError } from '../policy/cors-configuration-error.js';
import type { CorsProblem, ValueProblem } from '../policy/cors-problem.js';
import { unknownPolicy } from '../policy/module-options.js';
import { isOptionsObject } from '../policy/options-object.js';
import type { Policy } from '../policy/policy.js';
import { show } from '../policy/show.js';
import { unknownOption } from '../policy/unknown-option.js';
import type { Arrival } from '../routing/governance.js';
import { requestPath } from '../routing/request-path.js';
import type { PlatformRequest } from '../routing/route-matcher.js';
import type { CorsAllowsOptions, CorsDoorRequest } from './cors-doors.js';

/** What governs a door beside the routes, and what comes in there. */
export interface DoorPolicies {
  /**
   * All of them have to allow an origin: several where versions share a path. `undefined` where the path is unmanaged, so that
   * nobody of ours allows anything.
   */
  readonly policies: readonly (Policy | undefined)[];
  /** The request, as far as it is known. */
  readonly request: PlatformRequest;
  /** Where it goes to, whatever its own target is. */
  readonly target: PlatformRequest;
  /** What is in force there. */
  readonly context: HookContext;
}

const ALLOWS = 'allows()';
const OPTIONS: readonly string[] = ['policy', 'path', 'request'];

/**
 * Reads what is asked about beside an origin.
 *
 * @param gateways - what stands in front of the app, if anything does
 * @throws CorsConfigurationError naming the option at fault
 */
export function readDoor(
  raw: unknown,
  context: HookContext,
  gateways: Pick<GatewayDoors, 'contextOf'> | undefined,
): DoorPolicies {
  const options = raw ?? {};
  if (!isOptionsObject(options)) {
    throw problem('', raw, {
      code: 'option-type',
      message: 'is no object of options',
      fix: "write one, as in { policy: 'partners' } or { path: '/chat', request }",
    });
  }
  for (const name of Object.keys(options)) {
    if (!OPTIONS.includes(name)) throw problem(name, undefined, unknownOption(name, OPTIONS));
  }
  const { policy, path, request: given } = options;
  const request = readDoorRequest(given, path);
  if (policy === undefined && path === undefined) {
    return { policies: [context.governance.defaultPolicy], request, target: request, context };
  }
  if (policy !== undefined && path !== undefined) {
    throw problem('policy', policy, {
      code: 'option-conflict',
      message: 'stands beside a path, which has a policy already',
      fix: 'remove policy, or path',
    });
  }
  if (policy !== undefined) {
    return {
      policies: [namedPolicy(policy, context.governance.named, ALLOWS, 'policy')],
      request,
      target: request,
      context,
    };
  }
  if (typeof path !== 'string' || !path.startsWith('/')) {
    throw problem('path', path, {
      code: 'route-path-invalid',
      message: 'is no path that begins with a slash',
      fix: 'write the path of a request, as in "/chat"',
    });
  }
  const target: PlatformRequest = { ...request, url: path, originalUrl: path };
  // Nothing of what a gateway takes gets to a route.
  const there = gateways?.contextOf(target, context) ?? context;
  return { policies: policiesAt(target, there), request, target, context: there };
}

/** The policy that options name, if they say nothing else. Whatever may be wrong with them is not said here. */
export function onlyNamed(
  options: CorsAllowsOptions,
  named: ReadonlyMap<string, Policy>,
): Policy | undefined {
  for (const name in options) if (name !== 'policy') return undefined;
  return named.get((options as CorsAllowsOptions | null)?.policy as string);
}

/**
 * A named policy.
 *
 * @throws CorsConfigurationError if there is none of that name
 */
export function namedPolicy(
  name: unknown,
  named: ReadonlyMap<string, Policy>,
  where: string,
  field: string,
): Policy {
  const policy = typeof name === 'string' ? named.get(name) : undefined;
  if (policy !== undefined) return policy;
  throw new CorsConfigurationError([{ where, field, value: name, ...unknownPolicy(name, named) }]);
}

/** What governs a request for a path. */
function policiesAt(
  target: PlatformRequest,
  { governance, matcher, mounts }: HookContext,
): readonly (Policy | undefined)[] {
  // An app that is mounted there decides for itself.
  if (mounts.cover(target.url)) return [undefined];
  const { method } = target;
  const arrival: Arrival = {
    path: requestPath(target.url),
    isRewritten: false,
    othersAt: () => matcher.othersAt(target, method),
  };
  const routes = matcher.targetsOf(target, method);
  return routes.length === 0
    ? [governance.policyOf(undefined, arrival)]
    : routes.map((route) => governance.policyOf(route, arrival));
}

/**
 * Reads a request. One that a client has sent is never refused: what can be wrong with it is that it is no request.
 *
 * @throws CorsConfigurationError
 */
function readDoorRequest(raw: unknown, path: unknown): PlatformRequest {
  const url = typeof path === 'string' ? path : '/';
  if (raw === undefined) return { method: 'GET', url, headers: {}, host: '', hostname: '' };
  if (!isRequest(raw)) {
    throw problem('request', raw, {
      code: 'option-type',
      message: 'is no request with header fields',
      fix: 'give that of Node, Express, Fastify or Fetch, or write { method, url, headers }',
    });
  }
  return platformRequest(raw, url);
}

/** Whether something is a request, as far as that matters. */
export function isRequest(raw: unknown): raw is CorsDoorRequest {
  if (typeof raw !== 'object' || raw === null) return false;
  const { headers } = raw as Partial<CorsDoorRequest>;
  return typeof headers === 'object' && (headers as unknown) !== null;
}

/** A request as platforms have it. */
export function platformRequest(raw: CorsDoorRequest, otherwise = '/'): PlatformRequest {
  const { method, url, originalUrl } = raw;
  const headers = fieldsOf(raw.headers);
  const target = textOf(url) ?? otherwise;
  const host = textOf(raw.host) ?? textOf(headers['host']) ?? textOf(headers[':authority']) ?? hostOf(target);
  return {
    method: textOf(method) ?? 'GET',
    url: target,
    originalUrl: textOf(originalUrl) ?? target,
    headers,
    host,
    hostname: host.replace(/:\d*$/, ''),
  };
}

/** The host of a whole URL, as a request of Fetch has it, which has no field for it. */
function hostOf(target: string): string {
  return !target.startsWith('/') && URL.canParse(target) ? new URL(target).host : '';
}

function fieldsOf(headers: CorsDoorRequest['headers']): PlatformRequest['headers'] {
  const pairs = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  return Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value]));
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** What was asked about, if it is an origin at all. */
export function checkOrigin(origin: unknown): asserts origin is string {
  if (typeof origin === 'string') return;
  throw new TypeError(
    `${ALLOWS}: ${show(origin)} is no origin; give the value of the header Origin. ` +
      'A request without one is none of another origin, and need not be asked about',
  );
}

function problem(field: string, value: unknown, what: ValueProblem): CorsConfigurationError {
  const one: CorsProblem = { where: ALLOWS, field, value, ...what };
  return new CorsConfigurationError([one]);
}
