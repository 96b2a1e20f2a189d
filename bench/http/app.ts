import 'reflect-metadata';
import {
  Body,
  Controller,
  Get,
  Param,
  Put,
  Res,
  type DynamicModule,
  type INestApplication,
  type Type,
} from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import type { Server } from './setups.js';

/** The path of a resource, which has a route for GET and one for PUT. */
export function resourcePath(index: number): string {
  return `/resource-${index}/7`;
}

const ROUTES_PER_CONTROLLER = 10;

/** Creates the app of a server; the variants differ in nothing but CORS. It does not listen yet. */
export async function createApp(server: Server): Promise<INestApplication> {
  const cors = await corsOf(server);
  class AppModule {}
  const module: DynamicModule = {
    module: AppModule,
    controllers: controllers(server.setup.routes, cors),
    imports: [...cors.modules],
  };
  const app = await NestFactory.create(module, await adapter(server), {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  await cors.prepare(app);
  return app;
}

/** A response of Fastify or Express, as far as a handler sets fields. */
interface PlatformResponse {
  header(name: string, value: string): unknown;
  setHeader(name: string, value: string): unknown;
}

/** What a variant does in which place. */
interface Cors {
  readonly modules: readonly DynamicModule[];
  readonly route: MethodDecorator | undefined;
  /** What the handler of a resource does with the platform's response, if it does anything. */
  readonly answer?: (path: string) => (response: PlatformResponse) => void;
  readonly prepare: (app: INestApplication) => void | Promise<void>;
}

const NOTHING: Cors = { modules: [], route: undefined, prepare: () => undefined };

/** Only the variant's own libraries are loaded. */
async function corsOf({ platform, variant, setup }: Server): Promise<Cors> {
  const { origins, place } = setup;
  switch (variant) {
    case 'bare':
    case 'bare again':
    case 'node:http':
      return NOTHING;
    case 'by hand': {
      const { fieldsOf } = await import('./by-hand.js');
      const set = platform === 'fastify' ? 'header' : 'setHeader';
      return {
        ...NOTHING,
        answer: (path) => {
          const fields = Object.entries(fieldsOf(setup, path));
          return (response) => {
            for (const [name, value] of fields) response[set](name, value);
          };
        },
      };
    }
    case 'enableCors': {
      const { otherOptions } = await import('./policy.js');
      return { ...NOTHING, prepare: (app) => app.enableCors(otherOptions(origins)) };
    }
    case '@fastify/cors': {
      const [{ otherOptions }, { RouteConfig }, { fastifyCors }] = await Promise.all([
        import('./policy.js'),
        import('@nestjs/platform-fastify'),
        import('@fastify/cors'),
      ]);
      const options = otherOptions(origins);
      return {
        ...NOTHING,
        route: RouteConfig({ cors: options }),
        // It reads `config.cors` for actual requests. A preflight is another route, so the policy is needed here too.
        prepare: async (app) => {
          await app.getHttpAdapter().getInstance().register(fastifyCors, options);
        },
      };
    }
    case 'nestjs-cors': {
      const [{ access, preflight }, { AllowOrigin, cachedOrigins, CorsModule, Preflight }] =
        await Promise.all([import('./policy.js'), import('nestjs-cors')]);
      if (place === 'module') {
        return { ...NOTHING, modules: [CorsModule.forRoot({ ...access(origins), ...preflight })] };
      }
      if (place === 'source') {
        const list = new Set<string>(access(origins).origin);
        const origin = cachedOrigins(async (asked) => Promise.resolve(list.has(asked)), { ttl: 3_600_000 });
        return { ...NOTHING, modules: [CorsModule.forRoot({ ...access(origins), ...preflight, origin })] };
      }
      if (place === 'reported') {
        // A list of its own, that is as long and says the same: there is nothing to count, which is what most requests come to.
        const reportOnly = { origin: [...access(origins).origin].toReversed(), maxAge: 5 };
        return {
          ...NOTHING,
          modules: [CorsModule.forRoot({ ...access(origins), ...preflight, reportOnly })],
        };
      }
      const allowed = access(origins);
      return {
        ...NOTHING,
        modules: [CorsModule.forRoot({})],
        // Each route has decorators of its own, as they are written above a handler.
        route: (target, key, descriptor) => {
          AllowOrigin({ ...allowed })(target, key, descriptor);
          Preflight({ ...preflight })(target, key, descriptor);
        },
      };
    }
  }
}

async function adapter({ platform }: Server): Promise<AbstractHttpAdapter> {
  if (platform === 'fastify') return new (await import('@nestjs/platform-fastify')).FastifyAdapter();
  return new (await import('@nestjs/platform-express')).ExpressAdapter();
}

/** Controllers with as many routes in all, ten in each, half of them for GET and half for PUT. */
function controllers(routes: number, cors: Cors): Type[] {
  const resources = Array.from({ length: Math.ceil(routes / 2) }, (_, index) => index);
  const perController = ROUTES_PER_CONTROLLER / 2;
  return resources
    .filter((first) => first % perController === 0)
    .map((first) => controller(resources.slice(first, first + perController), cors));
}

function controller(resources: readonly number[], { route, answer }: Cors): Type {
  class ResourceController {}
  const add = (name: string, handler: object, decorators: readonly MethodDecorator[]): void => {
    const descriptor = { value: handler, writable: true, configurable: true };
    Object.defineProperty(ResourceController.prototype, name, descriptor);
    Param('id')(ResourceController.prototype, name, 0);
    for (const one of decorators) one(ResourceController.prototype, name, descriptor);
  };
  const own = route === undefined ? [] : [route];
  for (const index of resources) {
    const path = `resource-${index}/:id`;
    const get = `get${index}`;
    const respond = answer?.(resourcePath(index));
    if (respond === undefined) {
      add(get, (id: string) => ({ id, name: 'a resource' }), [Get(path), ...own]);
    } else {
      const handler = (id: string, response: PlatformResponse): object => {
        respond(response);
        return { id, name: 'a resource' };
      };
      add(get, handler, [Get(path)]);
      Res({ passthrough: true })(ResourceController.prototype, get, 1);
    }
    const put = `put${index}`;
    add(put, (id: string, body: object) => ({ ...body, id }), [Put(path), ...own]);
    Body()(ResourceController.prototype, put, 1);
  }
  Controller()(ResourceController);
  return ResourceController;
}
