import { askSources } from '../http/ask-sources.js';
import { AskedRequest } from '../http/asked-request.js';
import type { HookContext } from '../http/hook-context.js';
import { preflightFacts } from '../http/preflight.js';
import { isSameOrigin } from '../http/same-origin.js';
import { enforcedOn } from '../policy/enforcement.js';
import type { Policy } from '../policy/policy.js';
import { isForbiddenMethod, isSafeMethod } from '../protocol/names.js';
import { approvesMethod } from '../protocol/methods.js';
import { approveRequestHeaders } from '../protocol/request-headers.js';
import { allowsOrigin, decideOrigin } from '../protocol/verdict.js';
import type { PlatformRequest } from '../routing/route-matcher.js';
import type { CorsDelegatedOptions, CorsDoorRequest, CorsOptionsDelegate } from './cors-doors.js';
import { isRequest, platformRequest, type DoorPolicies } from './read-door.js';

/** Whether all policies allow an origin. No source is asked twice. */
export async function askDoor(
  policies: readonly Policy[],
  origin: string,
  { request, target, context }: Omit<DoorPolicies, 'policies'>,
): Promise<boolean> {
  const view = new AskedRequest(request, request.method, false, () =>
    context.matcher.targetParams(target, target.method),
  );
  for (const policy of policies) if (!(await asks(policy, origin, view))) return false;
  return true;
}

async function asks(policy: Policy, origin: string, view: AskedRequest): Promise<boolean> {
  if (decideOrigin(policy, origin) !== 'origin-undecided') return allowsOrigin(policy, origin);
  return (await askSources(policy.origin.asked, { origin, view })) !== undefined;
}

/**
 * An error that frameworks answer with its status and fields: Express and Fastify each read one of the two statuses. It has no
 * stack, which Express would show to strangers, and print for each refusal.
 */
class CorsRefusal extends Error {
  override readonly name = 'CorsRefusal';
  readonly status = 403;
  readonly statusCode = 403;
  /** That its message may be shown. */
  readonly expose = true;
  readonly headers = { vary: 'Origin' };

  constructor() {
    super('Forbidden');
    this.stack = '';
  }
}

/**
 * Finds the options for a request, and calls back.
 *
 * @param started - what is in force; throws until the app has started
 * @param name - of a policy, `undefined` for the module's default
 */
export async function delegate(
  started: () => HookContext,
  name: string | undefined,
  request: CorsDoorRequest,
  callback: Parameters<CorsOptionsDelegate>[1],
): Promise<void> {
  const [error, options] = await answer(started, name, request);
  // Out of the promise, so that what it throws is not taken for ours.
  queueMicrotask(() => (options === undefined ? callback(error) : callback(null, options)));
}

type Answer = readonly [error: Error] | readonly [error: null, options: CorsDelegatedOptions];

async function answer(
  started: () => HookContext,
  name: string | undefined,
  given: CorsDoorRequest,
): Promise<Answer> {
  try {
    const context = started();
    if (!isRequest(given)) throw new TypeError('The first argument is no request with header fields.');
    const { defaultPolicy, named, publicOrigins } = context.governance;
    // It was there, and no update takes it away.
    const policy = name === undefined ? defaultPolicy : (named.get(name) as Policy);
    const request = platformRequest(given);
    const origin = originOf(request);
    const isAllowed =
      policy.origin.any ||
      (origin !== undefined && (await askDoor([policy], origin, { request, target: request, context })));
    if (isAllowed) return [null, allowedOptions(policy, origin, request)];
    if (isWalledOff(policy, request, origin) && !isSameOrigin(request, origin, publicOrigins)) {
      return [new CorsRefusal()];
    }
    return [null, refusedOptions('raw' in given)];
  } catch (error) {
    return [error as Error];
  }
}

/**
 * Whether a policy keeps a request out unless it is the app's own, as at the app's own server: a handshake is no request that
 * changes nothing, and `Origin` is left out of nothing else by browsers.
 */
function isWalledOff({ enforce }: Policy, request: PlatformRequest, origin: string | undefined): boolean {
  if (request.headers['upgrade'] !== undefined) return enforce !== false;
  const method = preflightFacts(request)?.method ?? request.method;
  return enforcedOn(enforce, method) && (origin !== undefined || !isSafeMethod(method));
}

function originOf({ headers }: PlatformRequest): string | undefined {
  const origin = headers['origin'];
  return typeof origin === 'string' || origin === undefined ? origin : origin.join(', ');
}

/** The policy's fields. What `'*'` covers is named: a browser takes it for a wildcard only without credentials. */
function allowedOptions(
  policy: Policy,
  origin: string | undefined,
  { headers }: PlatformRequest,
): CorsDelegatedOptions {
  const { methods, allowedHeaders, exposedHeaders, maxAge } = policy;
  const asked = String(headers['access-control-request-method'] ?? '');
  const names =
    methods.any && !isForbiddenMethod(asked) && approvesMethod(methods, asked) ? [asked] : methods.names;
  return {
    origin: policy.origin.any ? '*' : (origin as string),
    methods: [...new Set([...SAFELISTED, ...names])],
    allowedHeaders: allowedHeaders.any ? approved(policy, headers) : [...allowedHeaders.names],
    credentials: policy.credentials,
    optionsSuccessStatus: policy.optionsSuccessStatus,
    ...(exposedHeaders !== '' && { exposedHeaders: exposedHeaders.split(', ') }),
    ...(maxAge !== '' && { maxAge: Number(maxAge) }),
  };
}

const SAFELISTED = ['GET', 'HEAD', 'POST'];

function approved({ allowedHeaders }: Policy, headers: PlatformRequest['headers']): string[] {
  const asked = headers['access-control-request-headers'];
  const text = typeof asked === 'string' || asked === undefined ? asked : asked.join(',');
  const names = approveRequestHeaders(allowedHeaders, text) ?? '';
  return names === '' ? [...allowedHeaders.names] : names.split(',').map((name) => name.trim());
}

/**
 * What leads to no field, and to `Vary: Origin`: an empty list, which `cors` takes for one that does not have the origin, where
 * it would leave `Vary` out for `false`. `@fastify/cors` does it the other way round.
 */
function refusedOptions(isFastify: boolean): CorsDelegatedOptions {
  return {
    origin: isFastify ? false : [],
    methods: [],
    allowedHeaders: [],
    credentials: false,
    optionsSuccessStatus: 204,
  };
}
