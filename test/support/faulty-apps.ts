import { ServerResponse } from 'node:http';
import { Controller, Get, Inject, Injectable, type DynamicModule, type Type } from '@nestjs/common';
import { AbstractHttpAdapter, HttpAdapterHost } from '@nestjs/core';
import { CORS_ENGINE, loadEngine } from '../../lib/http/load-engine.js';
import { CorsModule } from '../../lib/index.js';
import { CorsInspectorModule } from '../../lib/inspector/index.js';

const A = 'https://a.example';

/** Options as they come from JavaScript: past the types. */
export function untyped(options: unknown): never {
  return options as never;
}

/** A root module with these options and controllers. */
export function moduleOf(
  options: unknown,
  controllers: readonly Type[] = [],
  more: Partial<DynamicModule> = {},
): DynamicModule {
  class AppModule {}
  return {
    module: AppModule,
    controllers: [...controllers],
    ...more,
    imports: [CorsModule.forRoot(untyped(options)), ...(more.imports ?? [])],
  };
}

/** A controller with one route, under these decorators of class and handler. */
export function controllerOf(
  onHandler: readonly MethodDecorator[],
  ...onClass: readonly ClassDecorator[]
): Type {
  class Cats {
    list(): string {
      return 'cats';
    }
  }
  const descriptor = Object.getOwnPropertyDescriptor(Cats.prototype, 'list') as PropertyDescriptor;
  for (const decorate of [...onHandler, Get()]) decorate(Cats.prototype, 'list', descriptor);
  for (const decorate of [Controller('cats'), ...onClass]) decorate(Cats);
  Object.defineProperty(Cats.prototype, 'list', descriptor);
  return Cats;
}

/** What it is while tests run. */
const NODE_ENV = process.env['NODE_ENV'];

/** Apps whose surroundings are at fault. What some of them change of the runtime has to be given back: {@link mendRuntime}. */
export const FAULTY_SURROUNDINGS = {
  'adapter-unknown': () => {
    @Injectable()
    class OtherPlatform {
      constructor(@Inject(HttpAdapterHost) { httpAdapter }: HttpAdapterHost) {
        httpAdapter.getType = () => 'other';
      }
    }
    return moduleOf({ origin: A }, [], { providers: [OtherPlatform] });
  },
  'adapter-missing': () => ({
    module: class AppModule {},
    imports: [
      {
        ...CorsModule.forRoot({ origin: A }),
        // Not the app's own.
        providers: [
          ...(CorsModule.forRoot({ origin: A }).providers ?? []),
          { provide: HttpAdapterHost, useFactory: () => new HttpAdapterHost() },
        ],
      },
    ],
  }),
  'runtime-unsealable': () => {
    Object.defineProperty(ServerResponse.prototype, 'flushHeaders', {
      get: () => () => undefined,
      configurable: true,
    });
    return moduleOf({ origin: A });
  },
  'nest-copies': () => {
    /** A token of the copy that the package imports, which the container of the other one does not know. */
    class Token {}
    const { providers = [], ...module } = CorsModule.forRoot({ origin: A });
    const inject = [{ token: Token, optional: true }];
    const engine = { provide: CORS_ENGINE, useFactory: loadEngine, inject };
    return { module: class AppModule {}, imports: [{ ...module, providers: [...providers, engine] }] };
  },
  'nest-unsupported': () => {
    @Injectable()
    class OlderPlatform {
      constructor(@Inject(HttpAdapterHost) { httpAdapter }: HttpAdapterHost) {
        httpAdapter.setOnRequestHook = AbstractHttpAdapter.prototype.setOnRequestHook;
      }
    }
    return moduleOf({ origin: A }, [], { providers: [OlderPlatform] });
  },
  'inspector-unguarded': () => {
    process.env['NODE_ENV'] = 'production';
    return moduleOf({ origin: A }, [], { imports: [CorsInspectorModule.forRoot()] });
  },
} satisfies Readonly<Record<string, () => DynamicModule>>;

/** Gives back what the runtime inherits, and its environment. */
export function mendRuntime(): void {
  if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
  else process.env['NODE_ENV'] = NODE_ENV;
  Reflect.deleteProperty(ServerResponse.prototype, 'flushHeaders');
}
