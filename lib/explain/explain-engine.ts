import { refusedBehind, requestsRedirected } from '../advice/redirects.js';
import type { EngineName } from '../engines/quirks.js';
import { compileRequestHeaders, refusedRequestHeader } from '../protocol/request-headers.js';
import type { CorsEngineExplanation, CorsExplanation } from './cors-explanation.js';
import { DEFAULT_MAX_AGE, engineView, type KnownRedirect } from './engine-view.js';
import type { ExplainContext } from './governing.js';
import type { PlainRequest } from './read-request.js';

/** Says what an engine makes of what has been explained. */
export function explainEngine(
  explanation: CorsExplanation,
  request: PlainRequest,
  engine: EngineName,
  context: ExplainContext,
): CorsEngineExplanation {
  const { kind, method, origin, allowed, reason, fields, route } = explanation;
  const { headers } = request;
  const rule = compileRequestHeaders(route?.policy?.allowedHeaders ?? []);
  const lets = (name: string): boolean => refusedRequestHeader(rule, name) === undefined;
  const asked = headers['access-control-request-headers'];
  const names = kind === 'preflight' && asked !== undefined ? namesIn(asked) : [];
  return engineView(engine, {
    kind,
    method,
    origin,
    allowed,
    maxAge: Number(fields['access-control-max-age'] ?? DEFAULT_MAX_AGE),
    credentials: fields['access-control-allow-credentials'] === 'true',
    names,
    refusedNames: reason === 'headers-not-allowed' ? names.filter((name) => !lets(name)) : [],
    headers,
    target: targetOf(request),
    lets,
    redirect: kind === 'actual' ? redirectOf(request, context) : undefined,
  });
}

function namesIn(list: string): readonly string[] {
  return list.split(',').flatMap((name) => name.trim().toLowerCase() || []);
}

/** The origin that a request goes to. Where its URL does not say, plain HTTP is meant: that is what engines differ over. */
function targetOf({ url, host = '' }: PlainRequest): string | undefined {
  const target = /^https?:/i.test(url) ? url : `http://${host}`;
  return URL.canParse(target) ? new URL(target).origin : undefined;
}

function redirectOf(request: PlainRequest, context: ExplainContext): KnownRedirect | undefined {
  const { matcher, table } = context;
  const app = { ...context, routes: table.routes };
  const route = matcher.routeOf({ request, url: request.url });
  const redirect = route && requestsRedirected(route, app);
  return (
    redirect && {
      ...redirect,
      isElsewhere: redirect.elsewhere !== undefined,
      refusing: refusedBehind(redirect, app).map(({ where }) => where),
    }
  );
}
