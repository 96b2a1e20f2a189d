import { ENGINES, QUIRKS, quirkSentence, type ShippingEngine } from '../engines/quirks.js';
import { titlesOf } from '../engines/engine-profile.js';
import type { Policy } from '../policy/policy.js';
import { OPAQUE_ORIGIN } from '../protocol/serialized-origin.js';
import { isSafelistedMethod } from '../protocol/names.js';
import type { CorsRoute } from '../routing/cors-route.js';
import { requestsRedirected, refusedBehind, type AdvisedApp, type RedirectTarget } from './redirects.js';

/** What the engines that ship make of the policies of an app, where they differ. */
export interface EngineAdvice {
  /** What is worth knowing of a policy. */
  readonly notesOn: (policy: Policy) => readonly string[];
  /** What is worth knowing of the redirect with which a route answers, if it always answers with one. */
  readonly notesOnRoute: (route: CorsRoute) => readonly string[];
  /** What will fail in an engine that ships, though the standard lets it through: each once. */
  readonly warnings: () => readonly string[];
}

const SHIPPING = Object.keys(ENGINES).filter((name) => name !== 'standard') as readonly ShippingEngine[];

/** What engines make of an app's policies. */
export function engineAdvice(app: AdvisedApp): EngineAdvice {
  return {
    notesOn: (policy) => (policy.closed ? [] : [...maxAgeNotes(policy), ...opaqueOriginNotes(policy)]),
    notesOnRoute: (route) => redirectNotes(route, app),
    warnings: () => [...new Set(app.routes.flatMap((route) => redirectWarnings(route, app)))],
  };
}

/** What each engine keeps of the time that the policy gives it, where one of them keeps less. */
function maxAgeNotes({ maxAge }: Policy): readonly string[] {
  const given = Number(maxAge);
  const kept = SHIPPING.map((name) => ({ name, seconds: Math.min(given, ENGINES[name].maxPreflightAge) }));
  if (kept.every(({ seconds }) => seconds === given)) return [];
  const [shortest, ...others] = [...new Set(kept.map(({ seconds }) => seconds))]
    .toSorted((one, other) => one - other)
    .map((seconds) => ({
      seconds,
      who: titlesOf(kept.filter((one) => one.seconds === seconds).map(({ name }) => name)),
    }));
  const longer = others.map(({ who, seconds }) => `, ${who} for ${seconds}`).join('');
  return [`maxAge: ${shortest?.who} keeps a preflight for ${shortest?.seconds} seconds at most${longer}`];
}

/** Whose origin is `null`, where the policy lets that in. */
function opaqueOriginNotes({ origin }: Policy): readonly string[] {
  if (origin.any || !origin.allows(OPAQUE_ORIGIN)) return [];
  return [
    "origin: 'null' is every page that a redirect between other origins leads here. " +
      `${taintedPreflight()}: what needs a preflight gets through there only if the page's origin is allowed as well`,
  ];
}

function redirectNotes(route: CorsRoute, app: AdvisedApp): readonly string[] {
  const redirected = requestsRedirected(route, app);
  if (redirected === undefined) return [];
  const { elsewhere } = redirected;
  if (elsewhere === undefined) {
    return refusedBehind(redirected, app).map(
      ({ where }) => `redirect: ${bodyHeaderNamed(redirected, where)}`,
    );
  }
  const asked = isSafelistedMethod(redirected.method) ? '' : `. ${taintedPreflight()}`;
  return [
    `redirect: a page's request reaches ${elsewhere} with Origin: null, whatever page it is of, so only '*' or 'null' lets it in there${asked}`,
  ];
}

function redirectWarnings(route: CorsRoute, app: AdvisedApp): readonly string[] {
  const redirected = requestsRedirected(route, app);
  if (redirected === undefined) return [];
  return refusedBehind(redirected, app).map(
    ({ where, places }) =>
      `${route.where} redirects (${redirected.status}) to ${redirected.location}. ${bodyHeaderNamed(redirected, where)}: ` +
      `a page of another origin that sends JSON gets an error there. Name content-type in allowedHeaders of ${places.join(' and ')}.`,
  );
}

function bodyHeaderNamed({ method, status }: RedirectTarget, where: string): string {
  const quirk = 'lost-body-headers-still-named';
  const does = quirkSentence(quirk, { headers: 'content-type', method, status: String(status) });
  return `${titlesOf(QUIRKS[quirk].engines)} ${does}, which ${where} does not allow`;
}

function taintedPreflight(): string {
  const quirk = 'preflight-shows-tainted-origin';
  return `${titlesOf(QUIRKS[quirk].engines)} ${quirkSentence(quirk, { origin: "the page's" })}`;
}
