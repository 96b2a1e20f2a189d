/**
 * Everything of Nest that the library uses although it is not public: two classes of the router, metadata keys, and a
 * field of the adapters; of Express the list of its routes, and of Fastify hooks, options and a router. What differs between Nest 11 and 12 is in `nest/`. Nothing
 * else in `lib` may reach for such things; `test/routing/nest-internals.test.ts` fails, naming the part, when one changes.
 */
import {
  VersioningType,
  type CanActivate,
  type NestInterceptor,
  type RequestMethod,
  type Type,
  type VersioningOptions,
} from '@nestjs/common';
// Not from the barrel `@nestjs/common/internal`, which Nest 11 does not have.
import {
  GUARDS_METADATA,
  HOST_METADATA,
  MODULE_METADATA,
  MODULE_PATH,
  PATH_METADATA,
  REDIRECT_METADATA,
  ROUTE_ARGS_METADATA,
  SSE_METADATA,
  VERSION_METADATA,
} from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { VersionValue } from '@nestjs/common/interfaces/version-options.interface.js';
import { addLeadingSlash } from '@nestjs/common/utils/shared.utils.js';
import type { AbstractHttpAdapter, ApplicationConfig, MetadataScanner, ModulesContainer } from '@nestjs/core';
import type { RoutePathMetadata } from '@nestjs/core/router/interfaces/route-path-metadata.interface.js';
import { PathsExplorer } from '@nestjs/core/router/paths-explorer.js';
import { RoutePathFactory } from '@nestjs/core/router/route-path-factory.js';
import type FindMyWay from 'find-my-way';
import { ValuePath } from '../policy/value-path.js';

/** A host that a controller is bound to, as `@Controller({ host })` takes it. */
export type HostPattern = string | RegExp;

/** A route as Nest registers it with the platform: one path of one handler of one controller. */
export interface RegisteredRoute {
  readonly controller: Type;
  readonly handlerName: string;
  /** The function that a guard sees as the handler. */
  readonly handler: Handler;
  /** The function that decorators have seen: the prototype's, which `handler` is unless the instance overrides it. */
  readonly decorated: Handler;
  readonly method: RequestMethod;
  /** The path in the platform's own syntax. */
  readonly path: string;
  /** The version that a request has to ask for in a way other than the path, if versioning is on. */
  readonly version: VersionValue | undefined;
  readonly hosts: readonly HostPattern[];
}

/** A controller's method. */
export type Handler = (...args: never[]) => unknown;

/**
 * The routes that Nest has, in the order in which they are declared; `NestMajor#inOrder()` knows in which one they are
 * registered. Right from `configure()` on, when the global prefix and
 * versioning are final; not later than `onModuleInit`, because controllers of lazily loaded modules join the container
 * without ever getting a route.
 */
export function exploreRoutes(
  modules: ModulesContainer,
  config: ApplicationConfig,
  adapter: AbstractHttpAdapter,
  scanner: MetadataScanner,
): readonly RegisteredRoute[] {
  const explorer = new PathsExplorer(scanner);
  const factory = new RoutePathFactory(config);
  const routes: RegisteredRoute[] = [];
  for (const module of modules.values()) {
    const modulePath = modulePathOf(module.metatype, modules.applicationId);
    for (const { metatype, instance } of module.controllers.values()) {
      const controller = metatype as Type;
      const found = explorer.scanForPaths(instance);
      for (const ctrlPath of pathsOf(controller)) {
        const place = controllerPlace(controller, ctrlPath, modulePath, config);
        for (const { handler, created } of createPaths(found, place.paths, factory)) {
          for (const path of created) routes.push(registeredRoute(handler, path, place, adapter));
        }
      }
    }
  }
  return routes;
}

type FoundHandler = ReturnType<PathsExplorer['scanForPaths']>[number];

/** One of a controller's paths. */
interface ControllerPlace extends Pick<RegisteredRoute, 'controller' | 'hosts'> {
  /** All but what the handler says. */
  readonly paths: PathMetadata;
}

/** What a path is made of, always with the same properties: Nest reads `undefined` as if they were not there. */
type PathMetadata = { readonly [P in keyof Required<RoutePathMetadata>]: RoutePathMetadata[P] | undefined };

function controllerPlace(
  controller: Type,
  ctrlPath: string,
  modulePath: string | undefined,
  config: ApplicationConfig,
): ControllerPlace {
  const versioningOptions = config.getVersioning();
  const controllerVersion = versioningOptions && versionOf(controller, versioningOptions);
  return {
    controller,
    hosts: hostsOf(controller),
    paths: {
      ctrlPath,
      globalPrefix: addLeadingSlash(config.getGlobalPrefix()),
      modulePath,
      controllerVersion,
      versioningOptions,
      methodPath: undefined,
      methodVersion: undefined,
    },
  };
}

/** A path that a handler declares, and those that Nest creates of it: one for each version. */
interface DeclaredPath {
  readonly handler: FoundHandler;
  readonly path: string;
  readonly created: string[];
}

/**
 * What Nest creates of all paths that handlers declare, in its order.
 *
 * The factory takes a list of paths as well as one, and goes through it once for each version. So it is asked once for
 * all that have a method and a version in common: a call for each of them takes some 4 µs per route when the app starts.
 */
function createPaths(
  found: readonly FoundHandler[],
  paths: PathMetadata,
  factory: RoutePathFactory,
): readonly DeclaredPath[] {
  const declared = found.flatMap((handler) =>
    handler.path.map((path): DeclaredPath => ({ handler, path, created: [] })),
  );
  for (const alike of alikePaths(declared)) {
    const { requestMethod, version: methodVersion } = alike[0].handler;
    const methodPath = alike.map(({ path }) => path);
    const metadata = { ...paths, methodVersion, methodPath } as unknown as RoutePathMetadata;
    factory.create(metadata, requestMethod).forEach((path, index) => {
      alike[index % alike.length]?.created.push(path);
    });
  }
  return declared;
}

/** One list of those that have all in common that the factory needs to know beside the path. */
function alikePaths(declared: readonly DeclaredPath[]): readonly [DeclaredPath, ...DeclaredPath[]][] {
  const start = new ValuePath<[DeclaredPath, ...DeclaredPath[]]>();
  const lists: [DeclaredPath, ...DeclaredPath[]][] = [];
  for (const one of declared) {
    const place = start.to(one.handler.requestMethod).to(one.handler.version);
    if (place.found === undefined) lists.push((place.found = [one]));
    else place.found.push(one);
  }
  return lists;
}

/** Text and named parameters, which every adapter takes as they are; Express's compiles a path to find that out. */
export const PLAIN_PATH = /^(?:\/(?::[A-Za-z_]\w*|[\w.~-]+))+$/;

function registeredRoute(
  { methodName, targetCallback, requestMethod, version: methodVersion }: FoundHandler,
  path: string,
  { controller, hosts, paths }: ControllerPlace,
  adapter: AbstractHttpAdapter,
): RegisteredRoute {
  // `||`, as Nest has it: an empty version is none.
  const version: VersionValue | undefined = methodVersion || paths.controllerVersion;
  return {
    controller,
    handlerName: methodName,
    handler: targetCallback,
    decorated: (controller.prototype as Record<string, Handler>)[methodName] as Handler,
    method: requestMethod,
    path: PLAIN_PATH.test(path) ? path : adapter.normalizePath(path),
    version: isVersionedByRequest(paths.versioningOptions) ? version : undefined,
    hosts,
  };
}

function modulePathOf(module: Type, applicationId: string): string | undefined {
  return (Reflect.getMetadata(MODULE_PATH + applicationId, module) ??
    Reflect.getMetadata(MODULE_PATH, module)) as string | undefined;
}

/** What a module class imports by its decorator. */
export function importsOf(module: Type): readonly unknown[] {
  return (Reflect.getMetadata(MODULE_METADATA.IMPORTS, module) ?? []) as readonly unknown[];
}

function pathsOf(controller: Type): readonly string[] {
  const path = (Reflect.getMetadata(PATH_METADATA, controller) ?? []) as string | readonly string[];
  return (typeof path === 'string' ? [path] : path).map(addLeadingSlash);
}

function versionOf(controller: Type, versioning: VersioningOptions): VersionValue | undefined {
  return (Reflect.getMetadata(VERSION_METADATA, controller) ?? versioning.defaultVersion) as
    VersionValue | undefined;
}

/** URI versions are part of the path; all others are told apart by something that the request says. */
function isVersionedByRequest(versioning: VersioningOptions | undefined): boolean {
  return versioning !== undefined && versioning.type !== VersioningType.URI;
}

function hostsOf(controller: Type): readonly HostPattern[] {
  const host = Reflect.getMetadata(HOST_METADATA, controller) as HostPattern | HostPattern[] | undefined;
  // An empty host is none, as Nest has it.
  return host ? [host].flat() : [];
}

/** What calls a class or method that serves no route. */
export type Caller = 'gateway' | 'resolver' | 'message';

/** The keys of packages that an app need not have: `@nestjs/websockets`, `@nestjs/graphql`, `@nestjs/microservices`. */
const CALLERS: readonly (readonly [key: string, caller: Caller])[] = [
  ['websockets:is_gateway', 'gateway'],
  ['websockets:message_mapping', 'gateway'],
  ['graphql:resolver_type', 'resolver'],
  ['microservices:pattern', 'message'],
];

/**
 * What else than the router calls a class, or one of its methods, by the metadata of Nest's decorators.
 *
 * @param member - the method, or the class once more; whatever stands there
 */
export function callerOf(type: Type, member: unknown): Caller | undefined {
  const decorated = typeof member === 'function' ? [type, member] : [type];
  return CALLERS.find(([key]) => decorated.some((one) => Reflect.hasMetadata(key, one)))?.[1];
}

/** What a handler declares, by its parameter decorators, that it reads of a request. */
export interface DeclaredInput {
  /** Whether it takes the parsed or the raw body. */
  readonly body: boolean;
  /** The names in its `@Headers('x-…')` parameters. */
  readonly headers: readonly string[];
}

/** Reads the parameter decorators of a handler. */
export function declaredInput(controller: Type, handlerName: string): DeclaredInput {
  const parameters = (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, handlerName) ?? {}) as Readonly<
    Record<string, { readonly data?: unknown }>
  >;
  const ofKind = (type: RouteParamtypes): readonly unknown[] =>
    Object.entries(parameters).flatMap(([key, { data }]) => (key.startsWith(`${type}:`) ? [data] : []));
  const bodies = [...ofKind(RouteParamtypes.BODY), ...ofKind(RouteParamtypes.RAW_BODY)];
  return {
    body: bodies.length > 0,
    headers: ofKind(RouteParamtypes.HEADERS).filter((name) => typeof name === 'string'),
  };
}

/**
 * The metadata that `@RouteConstraints()` of `@nestjs/platform-fastify` leaves on a handler.
 *
 * @param handler - the instance's own, as Nest has it: one that a constructor has bound carries no metadata
 */
export function fastifyConstraints(handler: Handler): Readonly<Record<string, unknown>> {
  return (Reflect.getOwnMetadata('__fastify_route_constraints__', handler) ?? NO_CONSTRAINTS) as Readonly<
    Record<string, unknown>
  >;
}

const NO_CONSTRAINTS: Readonly<Record<string, unknown>> = {};

/**
 * Puts an interceptor in front of all that an app has: those of `useGlobalInterceptors()` and `APP_INTERCEPTOR` by now,
 * and request-scoped ones and those of controllers and handlers always come later. `addGlobalInterceptor()` would put it
 * behind the first two. Right until Nest registers the routes, which is when it reads the list.
 */
export function addOutermostInterceptor(config: ApplicationConfig, interceptor: NestInterceptor): void {
  config.getGlobalInterceptors().unshift(interceptor);
}

/** Whether a handler streams events: `@Sse()`. */
export function streamsEvents(handler: Handler): boolean {
  return Reflect.getMetadata(SSE_METADATA, handler) === true;
}

/** A redirect with which a handler answers, unless it returns another one. */
export interface FixedRedirect {
  readonly url: string;
  readonly status: number;
}

/** The URL and the status of `@Redirect(url, status)`; `undefined` where the handler alone knows the URL. */
export function fixedRedirect(handler: Handler): FixedRedirect | undefined {
  const { url = '', statusCode } = (Reflect.getMetadata(REDIRECT_METADATA, handler) ?? {}) as {
    readonly url?: string;
    readonly statusCode?: number;
  };
  return url === '' ? undefined : { url, status: statusCode ?? 302 };
}

/**
 * Puts a guard behind all others of a handler, as the last `@UseGuards()` on it would, once. Right until Nest registers
 * the routes.
 */
export function addLastGuard(handler: Handler, guard: CanActivate): void {
  const guards = (Reflect.getMetadata(GUARDS_METADATA, handler) ?? []) as readonly unknown[];
  if (!guards.includes(guard)) Reflect.defineMetadata(GUARDS_METADATA, [...guards, guard], handler);
}

/** What a gateway says of the server that it is to have. */
export interface GatewayServer {
  readonly cors: unknown;
  /** Where it is to be; what is no path, or none, is for the adapter to choose. */
  readonly path: unknown;
  /** Whether the server has a port of its own, and is not the app's. */
  readonly hasPort: boolean;
}

/** What a class says of its server, if it is a gateway. */
export function gatewayServer(type: Type): GatewayServer {
  const options: unknown = Reflect.getMetadata('websockets:gateway_options', type);
  const port: unknown = Reflect.getMetadata('port', type);
  const { cors, path } = (options ?? {}) as { readonly cors?: unknown; readonly path?: unknown };
  return { cors, path, hasPort: Boolean(port) };
}

/** A function in the adapters' one slot for a hook that runs before everything else. */
export type RequestHook = (request: never, response: never, done: (error?: Error) => void) => unknown;

/** The hook that somebody put into the slot before us, which the adapters keep in a private field. */
export function currentRequestHook(adapter: AbstractHttpAdapter): RequestHook | undefined {
  return (adapter as unknown as { readonly onRequestHook?: RequestHook }).onRequestHook;
}

/**
 * The names of the hooks that run on Fastify before Nest's own first one: somebody has put them on the instance before it
 * was given to the adapter. Right once Fastify is ready; `undefined` if Nest's own is not found there.
 */
function fastifyHooksInFront(adapter: AbstractHttpAdapter): readonly string[] | undefined {
  const hooks = fastifyHooks(adapter.getInstance())?.onRequest ?? [];
  const own = hooks.findIndex((hook) => /\bonRequestHook\b/.test(String(hook)));
  return own === -1 ? undefined : hooks.slice(0, own).map(({ name }) => name);
}

/** The hooks of one of Fastify's contexts, by the moments at which they run. */
type FastifyHooks = Readonly<
  Partial<Record<'onRequest' | 'onResponse' | 'onTimeout' | 'onRequestAbort', readonly RequestHook[]>>
>;

/** The hooks of a context of Fastify, those that it has from the one around it among them; `undefined` if not found. */
export function fastifyHooks(instance: object): FastifyHooks | undefined {
  return behindSymbol(instance, 'fastify.hooks') as FastifyHooks | undefined;
}

/** The options that Fastify was made with; `undefined` if they are not found. */
export function fastifyOptions(instance: object): { readonly rewriteUrl?: unknown } | undefined {
  return behindSymbol(instance, 'fastify.options') as { readonly rewriteUrl?: unknown } | undefined;
}

/**
 * The function that Fastify's routers are made with, of the very library that it has; `undefined` if that is not found. One
 * of its routers, for what no route serves, can be seen.
 */
export function fastifyRouter(instance: object): typeof FindMyWay | undefined {
  const routers = behindSymbol(instance, 'fastify.404') as { readonly router?: object } | undefined;
  const create = routers?.router?.constructor as typeof FindMyWay | undefined;
  const { on, find } = (create?.prototype ?? {}) as Partial<FindMyWay.Instance<FindMyWay.HTTPVersion.V1>>;
  return typeof on === 'function' && typeof find === 'function' ? create : undefined;
}

/** Fastify keeps what is its own behind symbols that it gives to nobody. */
function behindSymbol(instance: object, description: string): unknown {
  const key = Object.getOwnPropertySymbols(instance).find((symbol) => symbol.description === description);
  return key && (instance as Record<symbol, unknown>)[key];
}

/** The names of the middlewares that Express runs before Nest's own first layer; `undefined` if that is not found. */
function expressLayersInFront(adapter: AbstractHttpAdapter): readonly string[] | undefined {
  const layers = (expressApp(adapter)?.router.stack ?? []) as readonly ExpressLayer[];
  const own = layers.findIndex(({ handle }) => /\bonRequestHook\b/.test(String(handle)));
  return own === -1 ? undefined : layers.slice(0, own).map(({ handle }) => handle.name);
}

/**
 * The names of what runs in front of everything of Nest: hooks of Fastify or middlewares of Express that somebody has put on
 * the instance before it was given to the adapter. One `''` where that can no longer be told.
 */
export function inFrontOf(adapter: AbstractHttpAdapter): readonly string[] {
  const names =
    adapter.getType() === 'fastify' ? fastifyHooksInFront(adapter) : expressLayersInFront(adapter);
  return names ?? [''];
}

/** Whether `enableCors()` of Fastify's adapter has been called, which keeps its hook in a private field. */
export function hasCorsHook(adapter: AbstractHttpAdapter): boolean {
  return (adapter as unknown as { readonly corsHook?: unknown }).corsHook !== undefined;
}

/** The names of all middlewares of Express. */
export function expressLayerNames(adapter: AbstractHttpAdapter): readonly string[] {
  const layers = (expressApp(adapter)?.router.stack ?? []) as readonly Partial<ExpressLayer>[];
  return layers.flatMap(({ name }) => name ?? []);
}

/** A layer of Express, as far as it says what it is. */
interface ExpressLayer {
  readonly name: string;
  readonly handle: (...args: never[]) => unknown;
}

/** A function in the adapters' slot for a hook that runs when a response has been sent. */
export type ResponseHook = (request: never, response: never) => unknown;

/** The response hook of Express's adapter, which keeps it in a private field. */
export function currentResponseHook(adapter: AbstractHttpAdapter): ResponseHook | undefined {
  return (adapter as unknown as { readonly onResponseHook?: ResponseHook }).onResponseHook;
}

/** An app of Express, as far as it is not documented. */
export interface ExpressApp {
  /** The prototypes that requests and responses get. */
  readonly request: object;
  readonly response: object;
  /** Has a layer for each middleware and route, in their order. */
  readonly router: {
    readonly stack: readonly { readonly route?: ExpressRoute }[];
    readonly caseSensitive?: boolean;
    readonly strict?: boolean;
  };
  /** What the app does with a request. Node's server calls it, and an app that this one is mounted in. */
  handle: (this: ExpressApp, request: never, response: never, done: unknown) => void;
}

/** The app of an adapter for Express; `undefined` if it is of another kind, or Express has changed. */
export function expressApp(adapter: AbstractHttpAdapter): ExpressApp | undefined {
  const app = adapter.getInstance<Partial<ExpressApp> | undefined>();
  const isKnown = typeof app?.handle === 'function' && Array.isArray(app.router?.stack);
  return isKnown ? (app as ExpressApp) : undefined;
}

/** A route of Express, as far as it says what it serves. */
export interface ExpressRoute {
  /** As it was given to `app.get()`: a string, a regular expression, or a list of these. */
  readonly path: unknown;
  /** The methods in lower case, or `_all`. */
  readonly methods: Readonly<Record<string, boolean>>;
  readonly stack: readonly { readonly handle: (...args: never[]) => unknown }[];
}

/**
 * The routes that Express's own router has by now. Express documents the route, which is also `request.route`, but not
 * the list; should it disappear, then nothing is known of routes that are not Nest's.
 */
export function expressRoutes(adapter: AbstractHttpAdapter): readonly ExpressRoute[] {
  return (expressApp(adapter)?.router.stack ?? []).flatMap(({ route }) => route ?? []);
}
