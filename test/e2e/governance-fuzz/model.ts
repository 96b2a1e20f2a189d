import fc from 'fast-check';

/** Whom policies name. */
export const ORIGINS = ['https://a.example.com', 'https://b.example.com', 'https://c.example.com'] as const;

/** What a layer says; about what it leaves out, the layers around it decide. */
export interface Layer {
  /** `@NoCors()`, or an entry with `policy: false`. */
  readonly closes?: boolean | undefined;
  readonly origin?: '*' | readonly string[] | undefined;
  readonly credentials?: boolean | undefined;
  readonly exposedHeaders?: readonly string[] | undefined;
  readonly enforce?: Wall | undefined;
  readonly maxAge?: number | undefined;
  readonly methods?: readonly string[] | undefined;
}

/** The decorators on a class or method. */
export interface Decoration {
  readonly layer: Layer;
  readonly named: PolicyName | undefined;
}

export type Wall = boolean | 'unsafe';

export type PolicyName = 'one' | 'two';

export type Verb = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'OPTIONS' | 'ALL';

/** A handler; a path has `*` at its end for a wildcard, whatever the platform writes. */
export interface HandlerModel extends Decoration {
  readonly verb: Verb;
  readonly paths: readonly string[];
}

export type Versions = undefined | 'neutral' | readonly string[];

export interface ControllerModel extends Decoration {
  readonly path: string;
  readonly versions: Versions;
  readonly handlers: readonly HandlerModel[];
}

/** An entry of `routes`. */
export interface EntryModel {
  readonly path: string;
  readonly exact: boolean;
  readonly policy: Layer | PolicyName | 'unmanaged';
}

/** When somebody registers a route with the platform: before Nest has it, before Nest registers its own, or behind them. */
export type Moment = 'given' | 'constructor' | 'configure' | 'behind';

/** A route that is not Nest's. Those that take `next` can be told from others on Express only. */
export interface ForeignModel {
  readonly moment: Moment;
  readonly verb: Verb;
  readonly path: string;
  readonly kind: 'answers' | 'takes next and answers' | 'takes next and passes';
}

export interface MiddlewareModel {
  readonly path: string;
  readonly answers: boolean;
  /** Mounted by `app.use()`, or by Nest for one method. */
  readonly by: 'use' | 'consumer';
}

export interface AppModel {
  readonly prefix: '' | 'api';
  readonly versioning: 'none' | 'uri' | 'header';
  readonly base: Layer;
  readonly policies: Readonly<Record<PolicyName, Layer>>;
  readonly entries: readonly EntryModel[];
  readonly controllers: readonly ControllerModel[];
  readonly foreign: readonly ForeignModel[];
  readonly middlewares: readonly MiddlewareModel[];
  /** Whether handlers are wrapped by functions that copy their metadata. */
  readonly isWrapped: boolean;
  /** Whether the platform's router has the options that it does not have by itself, see `adapterOf()`. */
  readonly isUnusualRouter: boolean;
  /** Whether the app starts without the entries, and gets them while it runs. */
  readonly isUpdated: boolean;
  readonly isCorsFirst: boolean;
}

const origins = fc.oneof(
  { arbitrary: fc.constant('*' as const), weight: 1 },
  { arbitrary: fc.subarray([...ORIGINS], { minLength: 1, maxLength: 2 }), weight: 4 },
);

/** Few values, so that often two layers say the same. */
const opening: fc.Arbitrary<Layer> = fc
  .record({
    origin: origins,
    credentials: fc.boolean(),
    exposedHeaders: fc.constantFrom(undefined, ['x-one'], ['x-one', 'x-two']),
    enforce: fc.constantFrom<Wall | undefined>(undefined, undefined, undefined, true, 'unsafe', false),
    maxAge: fc.constantFrom(undefined, undefined, 60, 600),
    methods: fc.constantFrom(undefined, undefined, ['PUT'], ['PUT', 'DELETE'], ['*']),
  })
  .map(({ credentials, enforce, ...layer }) => ({
    ...layer,
    // With "*" there are no credentials, and nobody to refuse: both are errors at start.
    credentials: credentials && layer.origin !== '*',
    enforce: layer.origin === '*' && enforce !== false ? undefined : enforce,
  }));

const saysNothing: fc.Arbitrary<Layer> = fc.constant({});
const enforcing: fc.Arbitrary<Layer> = fc.constantFrom<Layer>({ enforce: true }, { enforce: 'unsafe' });
const closing: fc.Arbitrary<Layer> = fc.record({
  closes: fc.constant(true),
  enforce: fc.constantFrom<Wall | undefined>(undefined, true, 'unsafe', false),
});

const decoration: fc.Arbitrary<Decoration> = fc.oneof(
  { arbitrary: fc.record({ layer: saysNothing, named: fc.constant(undefined) }), weight: 5 },
  { arbitrary: fc.record({ layer: opening, named: fc.constant(undefined) }), weight: 4 },
  { arbitrary: fc.record({ layer: closing, named: fc.constant(undefined) }), weight: 1 },
  { arbitrary: fc.record({ layer: enforcing, named: fc.constant(undefined) }), weight: 1 },
  {
    arbitrary: fc.record({
      layer: fc.oneof(saysNothing, opening),
      named: fc.constantFrom<PolicyName>('one', 'two'),
    }),
    weight: 1,
  },
);

const segment = fc.constantFrom('a', 'a', 'b', 'Cats', ':p');

function pathOf(maxLength: number, ends: readonly string[], name = 'p'): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(segment, { maxLength }), fc.constantFrom(...ends))
    .map(([segments, end]) =>
      joinPaths(...segments.map((one, index) => (one === ':p' ? `:${name}${index}` : one)), end),
    );
}

// Fastify takes two parameters of one name for one.
const handlerPath = pathOf(2, ['', '', '', '', '*'], 'h');
const handlerPaths = fc.oneof(
  { arbitrary: handlerPath.map((path) => [path]), weight: 5 },
  { arbitrary: fc.tuple(handlerPath, handlerPath), weight: 1 },
);

const verb = fc.constantFrom<Verb>(
  'GET',
  'GET',
  'GET',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'HEAD',
  'OPTIONS',
  'ALL',
);

const versions = fc.constantFrom<Versions>(undefined, ['1'], ['1'], ['2'], ['1', '2'], 'neutral');

const controller: fc.Arbitrary<ControllerModel> = fc
  .record({
    path: pathOf(2, ['']),
    versions,
    handlers: fc.array(
      fc
        .record({ verb, paths: handlerPaths, decoration })
        .map(({ decoration: said, ...handler }) => ({ ...handler, ...said })),
      { minLength: 1, maxLength: 4 },
    ),
    decoration,
  })
  .map(({ decoration: said, ...rest }) => ({ ...rest, ...said }));

/** Some lie beside all controllers, some with the global prefix. */
const entry: fc.Arbitrary<EntryModel> = fc.record({
  path: fc
    .tuple(fc.constantFrom('', '', '', 'api', 'beside'), pathOf(2, ['']))
    .map((parts) => `/${joinPaths(...parts)}`),
  exact: fc.constantFrom(true, false, false, false),
  policy: fc.oneof(
    { arbitrary: opening, weight: 4 },
    { arbitrary: fc.constantFrom<PolicyName>('one', 'two'), weight: 1 },
    { arbitrary: fc.constant<Layer>({ closes: true }), weight: 1 },
    { arbitrary: fc.constant('unmanaged' as const), weight: 2 },
  ),
});

const foreign: fc.Arbitrary<ForeignModel> = fc.record({
  moment: fc.constantFrom<Moment>('given', 'constructor', 'configure', 'behind'),
  verb: fc.constantFrom<Verb>('GET', 'PUT', 'ALL'),
  path: pathOf(3, ['', '', '', '*']),
  kind: fc.constantFrom<ForeignModel['kind']>(
    'answers',
    'answers',
    'takes next and answers',
    'takes next and passes',
  ),
});

const middleware: fc.Arbitrary<MiddlewareModel> = fc.record({
  path: pathOf(2, ['']),
  answers: fc.boolean(),
  by: fc.constantFrom('use', 'consumer'),
});

const anyModel: fc.Arbitrary<AppModel> = fc.record({
  prefix: fc.constantFrom('', '', 'api'),
  versioning: fc.constantFrom('none', 'none', 'uri', 'header'),
  base: fc.oneof(saysNothing, opening, opening, enforcing),
  policies: fc.record({ one: opening, two: opening }),
  entries: fc.array(entry, { minLength: 1, maxLength: 4 }),
  controllers: fc.array(controller, { minLength: 1, maxLength: 4 }),
  foreign: fc.array(foreign, { maxLength: 2 }),
  middlewares: fc.array(middleware, { maxLength: 1 }),
  isWrapped: fc.boolean(),
  isUnusualRouter: fc.constantFrom(false, false, true),
  isUpdated: fc.constantFrom(false, false, false, true),
  isCorsFirst: fc.boolean(),
});

/** A random app. The module refuses to start with some: where a decorator stands on what an entry leaves alone. */
export const someModel: fc.Arbitrary<AppModel> = anyModel.map((app) => ({
  ...app,
  entries: app.entries.filter(
    (one, index) => !app.entries.slice(0, index).some((other) => repeats(other, one)),
  ),
  controllers: withoutCollisions(app),
  // Nest gives versions by a header to those instances of Fastify that it makes itself.
  foreign: app.foreign.map((one) => ({
    ...one,
    moment: one.moment === 'given' && app.versioning === 'header' ? 'constructor' : one.moment,
  })),
  // What stands in front of the guard runs, where only the guard can tell versions apart.
  middlewares: app.versioning === 'header' ? [] : app.middlewares,
}));

function repeats(a: EntryModel, b: EntryModel): boolean {
  return shape(a.path) === shape(b.path) && a.exact === b.exact;
}

interface Registration {
  readonly verb: Verb;
  readonly path: string;
  readonly versions: Versions;
}

/** Fastify starts with no two handlers for one method of one path and version. */
function withoutCollisions({ controllers, versioning }: AppModel): readonly ControllerModel[] {
  const taken: Registration[] = [];
  const take = (registration: Registration): boolean => {
    const isFree = !taken.some((other) => collide(other, registration));
    if (isFree) taken.push(registration);
    return isFree;
  };
  return controllers
    .map((one) => {
      const ofClass = versioning === 'none' ? undefined : one.versions;
      const handlers = one.handlers.map(({ paths, ...handler }) => ({
        ...handler,
        paths: paths.filter((path) =>
          take({ verb: handler.verb, path: joinPaths(one.path, path), versions: ofClass }),
        ),
      }));
      return { ...one, versions: ofClass, handlers: handlers.filter(({ paths }) => paths.length > 0) };
    })
    .filter(({ handlers }) => handlers.length > 0);
}

function collide(earlier: Registration, later: Registration): boolean {
  const isElsewhere = shape(earlier.path) !== shape(later.path);
  if (isElsewhere || !listed(earlier.versions).some((one) => listed(later.versions).includes(one)))
    return false;
  const verbs = [earlier.verb, later.verb];
  // A GET route has a HEAD route behind it.
  return earlier.verb === later.verb || verbs.includes('ALL') || verbs.join(' ') === 'GET HEAD';
}

function listed(all: Versions): readonly string[] {
  return typeof all === 'object' ? all : ['none'];
}

/** A path without the names of its parameters, in one letter case, as Express compares them. */
function shape(path: string): string {
  return path.toLowerCase().replaceAll(/:\w+/g, ':');
}

/** `a/:p0/b` of `a/:p0`, nothing, and `b`. */
export function joinPaths(...paths: readonly string[]): string {
  return paths.filter(Boolean).join('/');
}
