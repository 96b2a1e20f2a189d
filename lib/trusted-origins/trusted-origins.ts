import { askSources } from '../http/ask-sources.js';
import { AskedRequest } from '../http/asked-request.js';
import { logError, messageOf, ReportLimit } from '../http/source-failures.js';
import { oneLine } from '../explain/words.js';
import { withParts } from '../late-part.js';
import { CorsConfigurationError } from '../policy/cors-configuration-error.js';
import { readModuleOptions } from '../policy/module-options.js';
import { isAny, isExact, type ExactOrigin, type OriginEntry } from '../policy/origin-entry.js';
import type { Policy } from '../policy/policy.js';
import { PolicyComposer, type ComposedPolicy } from '../policy/policy-composer.js';
import { NO_ROUTE_DEFAULTS } from '../policy/policy-fields.js';
import { describeEntry } from '../policy/policy-rules.js';
import type { ResolveSource } from '../policy/read-source.js';
import { isOwnOrigin } from '../protocol/serialized-origin.js';
import { decideOrigin } from '../protocol/verdict.js';
import type { Governance } from '../routing/governance.js';
import type { TrustedOriginsDelegate, TrustedOriginsRequest } from './trusted-origins-delegate.js';

/** A longer list of names would bury what is to be done about it. */
const MAX_NAMED = 10;

/** What is known of the app when somebody asks whom to trust, perhaps before it has started. */
export interface TrustingApp {
  /** The module's options, as they were given or are in force. */
  readonly options: unknown;
  /** What is in force; `undefined` before the app has started. */
  readonly governance: Governance | undefined;
  readonly resolveSource: ResolveSource;
  /** Logs a text, unless that has been done. */
  readonly warn: (text: string) => void;
}

/** The origins that a policy allows, as far as a list can say it. */
interface Trust {
  /** The app's own, then those that are allowed, each once. */
  readonly origins: readonly string[];
  /** What no list can say. */
  readonly others: readonly OriginEntry[];
  readonly policy: Policy;
}

/**
 * The origins to trust by a policy; what no list can say is warned of.
 *
 * @param policyName - a policy of `policies`; `undefined` for the module's own options
 * @throws CorsConfigurationError with what is wrong with the options, if the app has not started yet
 */
export async function trustedOrigins(app: TrustingApp, policyName: string | undefined): Promise<string[]> {
  const { origins, others } = await withParts(() => trustOf(app, policyName));
  if (others.length > 0) app.warn(unlistedText(others, policyName));
  return [...origins];
}

/** Makes what says of each request whom to trust. */
export function makeDelegate(app: () => TrustingApp, policyName: string | undefined): TrustedOriginsDelegate {
  const answers = new WeakMap<TrustedOriginsRequest, Promise<readonly string[]>>();
  const failures = new ReportLimit();
  let known: { readonly options: unknown; readonly trust: Trust } | undefined;
  const trust = async (): Promise<Trust> => {
    const now = app();
    if (known !== undefined && known.options === now.options) return known.trust;
    const found = await withParts(() => trustOf(now, policyName));
    const untrusted = found.others.filter((entry) => isExact(entry) || isAny(entry));
    if (untrusted.length > 0) now.warn(untrustedText(untrusted, policyName));
    // Before the app has started nothing is compiled that decides about its requests.
    if (now.governance !== undefined) known = { options: now.options, trust: found };
    return found;
  };
  const answer = async (request: TrustedOriginsRequest | undefined): Promise<readonly string[]> => {
    try {
      const trusted = await trust();
      const origin = request && (await trustedOriginOf(request, trusted));
      return origin === undefined ? trusted.origins : [...trusted.origins, origin];
    } catch (error) {
      // Nobody catches what is thrown where the other library is set up.
      const more = failures.next();
      if (more !== undefined) logError(`trustedOriginsDelegate() trusts nobody${more}: ${messageOf(error)}`);
      return [];
    }
  };
  return async (request) => {
    const found = (request && answers.get(request)) ?? answer(request);
    if (request !== undefined) answers.set(request, found);
    // Whoever gets it may change it.
    return [...(await found)];
  };
}

/**
 * The origin of a request, if the policy allows it and the list does not have it. Never by `'*'`, which would trust everybody;
 * nor by what only the guards can decide, since none have run.
 */
async function trustedOriginOf(
  request: TrustedOriginsRequest,
  { origins, policy }: Trust,
): Promise<string | undefined> {
  const headers: Readonly<Record<string, string>> = Object.fromEntries(request.headers);
  const { origin } = headers;
  // Anybody can have the other ones.
  if (origin === undefined || !isOwnOrigin(origin) || origins.includes(origin)) return undefined;
  const reason = decideOrigin(policy, origin);
  if (reason !== 'origin-undecided') return reason === 'origin-allowed' ? origin : undefined;
  const { method } = request;
  const url = URL.canParse(request.url) ? new URL(request.url) : undefined;
  const target = url === undefined ? request.url : url.pathname + url.search;
  const host = headers['host'] ?? url?.host ?? '';
  const view = new AskedRequest({ method, url: target, headers, host }, method, false, () => undefined);
  const allowedBy = await askSources(policy.origin.asked, { origin, view });
  return allowedBy === undefined || allowedBy.afterGuards ? undefined : origin;
}

function trustOf(app: TrustingApp, policyName: string | undefined): Trust {
  const { policy, fields, publicOrigins } = composedFor(app, policyName);
  return {
    origins: [...new Set([...publicOrigins, ...fields.origin.filter(isListable)])],
    others: fields.origin.filter((entry) => !isListable(entry)),
    policy,
  };
}

type Composed = Pick<ComposedPolicy, 'policy' | 'fields'> & { readonly publicOrigins: Iterable<string> };

function composedFor(
  { options, governance, resolveSource }: TrustingApp,
  policyName: string | undefined,
): Composed {
  const own = governance?.places.elsewhere.own;
  if (policyName === undefined && own !== undefined) {
    return { policy: own.policy, fields: own.fields, publicOrigins: governance?.publicOrigins ?? [] };
  }
  const { base, named, publicOrigins = [], problems } = readModuleOptions(options, resolveSource);
  const layer = policyName === undefined ? undefined : named.get(policyName);
  if (policyName !== undefined && layer === undefined)
    throw new TypeError(`the policy ${policyName} is gone`);
  const composer = new PolicyComposer();
  composer.report(problems);
  const { policy, fields } = composer.compose(
    layer === undefined ? [base] : [base, layer],
    NO_ROUTE_DEFAULTS,
  );
  if (composer.problems.length > 0) throw new CorsConfigurationError(composer.problems);
  return { policy, fields, publicOrigins };
}

/** Whether other protections can compare with it: not with the opaque origin, or that of files, which anybody can have. */
function isListable(entry: OriginEntry): entry is ExactOrigin {
  return isExact(entry) && isOwnOrigin(entry);
}

/** What to tell whoever asks for a list that does not say all. */
function unlistedText(others: readonly OriginEntry[], policyName: string | undefined): string {
  return oneLine(
    `trustedOrigins() lists exact origins only, and not what else ${ownerOf(policyName)}: ${namesOf(others)}. ` +
      'Whoever is given the list refuses those origins. Name them one by one, or let ' +
      "enforce: 'unsafe' protect the app, which asks the whole policy.",
  );
}

/** What to tell whoever asks of each request, where some of the policy is never trusted. */
function untrustedText(untrusted: readonly OriginEntry[], policyName: string | undefined): string {
  return oneLine(
    `trustedOriginsDelegate() trusts nobody by what ${ownerOf(policyName)}: ${namesOf(untrusted)}. ` +
      'Anybody can have such an origin. Name the origins that are to be trusted, here or in a policy of their own.',
  );
}

function ownerOf(policyName: string | undefined): string {
  return policyName === undefined ? 'the options of CorsModule allow' : `the policy ${policyName} allows`;
}

function namesOf(entries: readonly OriginEntry[]): string {
  const names = entries.slice(0, MAX_NAMED).map((entry) => (isAny(entry) ? "'*'" : describeEntry(entry)));
  const more = entries.length - MAX_NAMED;
  return names.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
