import {
  All,
  Controller,
  Delete,
  Get,
  Head,
  Inject,
  Module,
  Options,
  Patch,
  Post,
  Put,
  Req,
  RequestMethod,
  Res,
  VERSION_NEUTRAL,
  VersioningType,
  type INestApplication,
  type MiddlewareConsumer,
  type NestModule,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import express, { type Application } from 'express';
import fastify, { type FastifyInstance, type HTTPMethods } from 'fastify';
import {
  AllowOrigin,
  CorsModule,
  CorsService,
  NoCors,
  Preflight,
  UseCorsPolicy,
  type CorsModuleOptions,
} from '../../../lib/index.js';
import { createAdapter, startApp, type Platform, type RunningApp } from '../../support/apps.js';
import { whileInstrumented, wrapRoutes } from '../../support/wrapped-handlers.js';
import {
  joinPaths,
  type AppModel,
  type ControllerModel,
  type Decoration,
  type ForeignModel,
  type HandlerModel,
  type Layer,
  type MiddlewareModel,
  type Moment,
} from './model.js';

/** By which a request says who it is, so that what has run for it can be told. */
export const ID = 'x-request-id';
/** By which a request asks whoever takes `next` to pass it on. */
export const PASS = 'x-pass-on';
/** By which a response says who has sent it, by which route, and whether somebody with `next` has passed it on. */
export const BY = 'x-by';
export const ROUTE = 'x-route';
export const PASSED = 'x-passed';

/** A field of the protocol that whoever answers sets by itself. */
export const OWN_FIELD = { 'access-control-allow-origin': 'https://handler.example' } as const;

/** A running app, and the requests for which something of it has run. */
export interface FuzzedApp extends RunningApp {
  readonly ran: ReadonlySet<string>;
}

/** Starts the app of a model. Without CORS it shows who answers a request, whatever the policies say. */
export async function startModel(model: AppModel, platform: Platform, hasCors: boolean): Promise<FuzzedApp> {
  const ran = new Set<string>();
  const start = (): Promise<RunningApp> =>
    startApp(platform, moduleOf(model, platform, hasCors, ran), {
      adapter: adapterOf(model, platform, ran),
      prepare: (app) => prepare(app, model, platform, ran),
    });
  const running = await (model.isWrapped ? whileInstrumented(start) : start());
  try {
    if (hasCors && model.isUpdated) await running.app.get(CorsService).update(optionsOf(model));
  } catch (error) {
    await running.app.close();
    throw error;
  }
  return { ...running, ran };
}

/** Where the router is unusual, it reads paths on each platform as that of the other one does by default. */
function adapterOf(
  { isUnusualRouter, foreign }: AppModel,
  platform: Platform,
  ran: Set<string>,
): FastifyAdapter | ExpressAdapter {
  const given = foreign.filter(({ moment }) => moment === 'given');
  const routerOptions = {
    caseSensitive: !isUnusualRouter,
    ignoreTrailingSlash: isUnusualRouter,
    ignoreDuplicateSlashes: isUnusualRouter,
  };
  if (given.length === 0 && (platform === 'fastify' || !isUnusualRouter)) {
    return createAdapter(platform, { routerOptions });
  }
  const instance = platform === 'fastify' ? fastify({ routerOptions }) : express();
  if (isUnusualRouter && platform === 'express') {
    (instance as Application).enable('case sensitive routing');
    (instance as Application).enable('strict routing');
  }
  for (const one of given) registerForeign(instance, platform, one, ran);
  return platform === 'fastify' ? new FastifyAdapter(instance as never) : new ExpressAdapter(instance);
}

function prepare(app: INestApplication, model: AppModel, platform: Platform, ran: Set<string>): void {
  app.setGlobalPrefix(model.prefix);
  if (model.versioning === 'uri') app.enableVersioning({ type: VersioningType.URI });
  if (model.versioning === 'header')
    app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });
  for (const one of model.middlewares) if (one.by === 'use') app.use(`/${one.path}`, middleware(one, ran));
  if (model.isWrapped && platform === 'fastify') {
    wrapRoutes(app.getHttpAdapter().getInstance() as FastifyInstance);
  }
}

function moduleOf(model: AppModel, platform: Platform, hasCors: boolean, ran: Set<string>): Type {
  @Module({})
  class Registering implements NestModule, OnModuleInit {
    constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {
      this.register('constructor');
    }
    configure(consumer: MiddlewareConsumer): void {
      for (const one of model.middlewares) {
        if (one.by === 'use') continue;
        consumer.apply(middleware(one, ran)).forRoutes({ path: one.path, method: RequestMethod.GET });
      }
      this.register('configure');
    }
    onModuleInit(): void {
      this.register('behind');
    }
    private register(moment: Moment): void {
      const instance = this.host.httpAdapter.getInstance<Application | FastifyInstance>();
      for (const one of model.foreign) {
        if (one.moment === moment) registerForeign(instance, platform, one, ran);
      }
    }
  }

  const cors = hasCors
    ? [CorsModule.forRoot(model.isUpdated ? { ...optionsOf(model), routes: [] } : optionsOf(model))]
    : [];
  @Module({
    imports: model.isCorsFirst ? [...cors, Registering] : [Registering, ...cors],
    controllers: model.controllers.map((one, index) => controllerOf(one, index, platform, hasCors, ran)),
  })
  class AppModule {}
  return AppModule;
}

function optionsOf({ base, policies, entries }: AppModel): CorsModuleOptions {
  return {
    ...fieldsOf(base),
    policies: { one: fieldsOf(policies.one), two: fieldsOf(policies.two) },
    routes: entries.map(({ path, exact, policy }) => ({
      path,
      exact,
      ...(policy === 'unmanaged' ? { unmanaged: true } : { policy: entryPolicy(policy) }),
    })),
  };
}

function entryPolicy(policy: Layer | string): object | string | false {
  if (typeof policy === 'string') return policy;
  return policy.closes === true ? false : fieldsOf(policy);
}

/** What a layer says, without what it does not. */
function fieldsOf(layer: Layer): object {
  const said = Object.entries(layer).filter(([name, value]) => name !== 'closes' && value !== undefined);
  return Object.fromEntries(said);
}

const VERBS = {
  GET: Get,
  HEAD: Head,
  POST: Post,
  PUT: Put,
  PATCH: Patch,
  DELETE: Delete,
  OPTIONS: Options,
  ALL: All,
};

/** What a handler of Nest reads of a platform's request, and writes to its response. */
interface Request {
  readonly headers: Readonly<Record<string, string>>;
  readonly route?: { readonly path: string };
  readonly routeOptions?: { readonly url: string };
}
interface Response {
  header(name: string, value: string): unknown;
}

function controllerOf(
  { path, versions, handlers, ...decoration }: ControllerModel,
  index: number,
  platform: Platform,
  isDecorated: boolean,
  ran: Set<string>,
): Type {
  class Fuzzed {}
  const prototype = Fuzzed.prototype as Record<string, unknown>;
  for (const [at, handler] of handlers.entries()) {
    const name = `h${at}`;
    const value = function (request: Request, response: Response): string {
      ran.add(request.headers[ID] as string);
      response.header(BY, `${index}.${at}`);
      response.header(ROUTE, (request.routeOptions?.url ?? request.route?.path) as string);
      for (const [field, own] of Object.entries(OWN_FIELD)) response.header(field, own);
      return name;
    };
    Object.defineProperty(value, 'name', { value: name });
    const descriptor = { value, writable: true, configurable: true, enumerable: false };
    Object.defineProperty(prototype, name, descriptor);
    VERBS[handler.verb](handler.paths.map((own) => platformPath(own, platform)))(prototype, name, descriptor);
    Req()(prototype, name, 0);
    Res({ passthrough: true })(prototype, name, 1);
    if (isDecorated) decorators(handler).forEach((decorate) => decorate(prototype, name, descriptor));
  }
  const version = versions === 'neutral' ? VERSION_NEUTRAL : (versions as string[] | undefined);
  Controller({ path, ...(version !== undefined && { version }) })(Fuzzed);
  if (isDecorated) decorators(decoration).forEach((decorate) => decorate(Fuzzed));
  return Object.defineProperty(Fuzzed, 'name', { value: `Controller${index}` });
}

function decorators({ layer, named }: Decoration): readonly (ClassDecorator & MethodDecorator)[] {
  const { closes, enforce, maxAge, methods, ...rest } = layer;
  if (closes === true) return [NoCors({ enforce })];
  const allow = fieldsOf({ ...rest, enforce });
  const preflight = fieldsOf({ maxAge, methods });
  return [
    ...(Object.keys(allow).length > 0 ? [AllowOrigin(allow as { origin: '*' })] : []),
    ...(Object.keys(preflight).length > 0 ? [Preflight(preflight)] : []),
    ...(named === undefined ? [] : [UseCorsPolicy(named)]),
  ];
}

/** A path of a model as a platform writes it. */
function platformPath(path: string, platform: Platform): string {
  return platform === 'express' ? path.replace(/\*$/, '*rest') : path;
}

/** What a foreign handler and a middleware read, of Node's request or the platform's. */
type Next = () => void;

function registerForeign(
  instance: Application | FastifyInstance,
  platform: Platform,
  { verb, path, kind }: ForeignModel,
  ran: Set<string>,
): void {
  const url = `/${platformPath(path, platform)}`;
  const answer = (request: Request, response: Response & { send(body: string): unknown }): unknown => {
    ran.add(request.headers[ID] as string);
    response.header(BY, 'foreign');
    for (const [field, own] of Object.entries(OWN_FIELD)) response.header(field, own);
    return response.send('foreign');
  };
  if (platform === 'fastify') {
    const app = instance as FastifyInstance;
    const methods = verb === 'ALL' ? (app.supportedMethods as HTTPMethods[]) : [verb as HTTPMethods];
    app.route({ method: methods, url, exposeHeadRoute: false, handler: answer as never });
    return;
  }
  const takingNext = (request: Request, response: never, next: Next): unknown => {
    (response as Response).header(PASSED, 'true');
    const passes = kind === 'takes next and passes' || PASS in request.headers;
    return passes ? next() : answer(request, response);
  };
  const app = instance as unknown as Record<string, (path: string, handler: unknown) => void>;
  app[verb.toLowerCase()]?.call(instance, url, kind === 'answers' ? answer : takingNext);
}

function middleware({ answers }: MiddlewareModel, ran: Set<string>) {
  return (
    { headers }: Request,
    response: { setHeader(name: string, value: string): void; end(body: string): void },
    next: Next,
  ): void => {
    ran.add(headers[ID] as string);
    if (!answers || PASS in headers) return next();
    response.setHeader(BY, 'middleware');
    for (const [field, own] of Object.entries(OWN_FIELD)) response.setHeader(field, own);
    response.end('middleware');
  };
}

/** The paths that a handler has, as they are registered, without a slash in front. */
export function registeredPaths(
  { prefix, versioning }: AppModel,
  { path, versions }: ControllerModel,
  { paths }: HandlerModel,
): readonly string[] {
  const inPath =
    versioning === 'uri' && Array.isArray(versions) ? (versions as readonly string[]) : [undefined];
  return inPath.flatMap((version) =>
    paths.map((own) => joinPaths(prefix, version === undefined ? '' : `v${version}`, path, own)),
  );
}
