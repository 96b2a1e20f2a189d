import fc from 'fast-check';
import { registeredPaths } from './app.js';
import { joinPaths, ORIGINS, type AppModel } from './model.js';

/** A request, as far as it does not depend on the app. */
export interface Ask {
  /** `undefined` for the one of the handler whose path it is. */
  readonly method: string | undefined;
  readonly version: string | undefined;
  /** `own` is the app's; `undefined` sends none. */
  readonly origin: string | undefined;
  /** What the browser says in `Sec-Fetch-Site` of the actual request. */
  readonly site: string | undefined;
  /** The request header that the preflight asks for. */
  readonly header: string | undefined;
  readonly target: Target;
}

/** A path of the app, or nearly one. */
interface Target {
  /** Which of the app's paths. */
  readonly of: number;
  /** What its parameters are. */
  readonly fill: string;
  readonly below: string;
  readonly changes: readonly (readonly [change: keyof typeof CHANGES, at: number])[];
}

/** What makes a path a near miss: of a segment and what stands in front of it, or of the last one. */
const CHANGES = {
  trailingSlash: (path) => `${path}/`,
  query: (path) => `${path}?a=/b`,
  doubledSlash: (path, at) => change(path, at, (segment) => `//${segment}`),
  letterCase: (path, at) => change(path, at, (segment) => `/${swapCase(segment)}`),
  escape: (path, at) => change(path, at, (segment) => `/${escapeFirst(segment)}`),
  escapeTwice: (path, at) => change(path, at, (segment) => `/${escapeFirst(segment).replace('%', '%25')}`),
  escapedSlash: (path, at) => change(path, at, (segment) => `%2f${segment}`),
  backslash: (path, at) => change(path, at, (segment) => `\\${segment}`),
  escapedBackslash: (path, at) => change(path, at, (segment) => `%5C${segment}`),
  dot: (path, at) => change(path, at, (segment) => `/./${segment}`),
  dots: (path, at) => change(path, at, (segment) => `/b/../${segment}`),
  escapedDots: (path, at) => change(path, at, (segment) => `/b/%2e%2E/${segment}`),
  escapedDotsAndSlash: (path, at) => change(path, at, (segment) => `/b/..%2F${segment}`),
  semicolon: (path, at) => change(path, at, (segment) => `/${segment};v=1`),
  missing: (path, at) => change(path, at, () => ''),
  malformed: (path, at) => change(path, at, (segment) => `/${segment}%ff`),
} as const satisfies Readonly<Record<string, (path: string, at: number) => string>>;

/** Changes one segment of a path; of `/a/b` there are two. */
function change(path: string, at: number, make: (segment: string) => string): string {
  const segments = path.split('/').slice(1);
  const changed = at % segments.length;
  const made = segments.map((segment, index) => (index === changed ? make(segment) : `/${segment}`)).join('');
  return made.startsWith('/') ? made : `/${made}`;
}

function swapCase(text: string): string {
  const upper = text.toUpperCase();
  return text === upper ? text.toLowerCase() : upper;
}

function escapeFirst(text: string): string {
  return text.replace(/^[\w.]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`);
}

const CHANGE_NAMES = Object.keys(CHANGES) as (keyof typeof CHANGES)[];

const someTarget: fc.Arbitrary<Target> = fc.record({
  of: fc.nat(),
  fill: fc.constantFrom('a', 'b', 'Cats', '7'),
  below: fc.constantFrom('', '', '', 'a', 'x/y'),
  changes: fc.oneof(
    { arbitrary: fc.constant([]), weight: 6 },
    {
      arbitrary: fc.array(fc.tuple(fc.constantFrom(...CHANGE_NAMES), fc.nat(3)), {
        minLength: 1,
        maxLength: 2,
      }),
      weight: 4,
    },
  ),
});

export const someAsk: fc.Arbitrary<Ask> = fc.record({
  method: fc.oneof(
    { arbitrary: fc.constant(undefined), weight: 3 },
    {
      arbitrary: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'),
      weight: 2,
    },
  ),
  version: fc.constantFrom(undefined, '1', '1', '2', '3'),
  origin: fc.constantFrom(...ORIGINS, ...ORIGINS, 'https://stranger.example', 'null', 'own', undefined),
  site: fc.constantFrom(undefined, undefined, undefined, 'cross-site', 'same-site', 'none', 'same-origin'),
  header: fc.constantFrom(undefined, undefined, 'authorization', 'x-version', 'x-other'),
  target: someTarget,
});

/** A request for an app: what it is, before who asks is known. */
export interface AskedOf {
  readonly method: string;
  readonly target: string;
}

export function askedOf(model: AppModel, { method, target: { of, fill, below, changes } }: Ask): AskedOf {
  const handlers = model.controllers.flatMap((one) =>
    one.handlers.flatMap((handler) =>
      registeredPaths(model, one, handler).map((path) => ({ path, verb: handler.verb })),
    ),
  );
  const others = [
    ...model.entries.map(({ path }) => ({ path: path.slice(1), verb: 'GET' })),
    ...model.foreign,
    ...model.middlewares.map(({ path }) => ({ path, verb: 'GET' })),
  ];
  // Half of them are for handlers.
  const paths = of % 2 === 0 || others.length === 0 ? handlers : others;
  const { path, verb } = paths[(of >> 1) % paths.length] as (typeof paths)[number];
  const filled = joinPaths(path.replaceAll(/:\w+/g, fill).replace(/\*$/, `${fill}/7`), below);
  return {
    method: method ?? (verb === 'ALL' ? 'PUT' : verb),
    target: changes.reduce((changed, [name, at]) => CHANGES[name](changed, at), `/${filled}`),
  };
}
