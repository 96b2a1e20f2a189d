import type { ServerResponse } from 'node:http';
import {
  Controller,
  Delete,
  Get,
  Injectable,
  Module,
  Options,
  Patch,
  Post,
  Put,
  UseGuards,
  type CanActivate,
  type INestApplication,
  type MiddlewareConsumer,
  type NestModule,
  type Type,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { CorsModule, NoCors, UseCorsPolicy, type CorsModuleOptions } from '../../../lib/index.js';
import { POLICIES } from './policies.js';

/** What of the app has run since it was emptied. A preflight that is answered leaves it empty. */
export const ran: string[] = [];

function recorded(what: string): string {
  ran.push(what);
  return what;
}

@Injectable()
class RecordingGuard implements CanActivate {
  canActivate(): boolean {
    return recorded('guard') !== '';
  }
}

/** A controller with all the usual methods. A new class each time, because decorators stay on a class. */
function controllerAt(path: string, decorate: ClassDecorator): Type {
  @decorate
  @Controller(path)
  @UseGuards(RecordingGuard)
  class CaseController {
    @Get() get() {
      return recorded('GET');
    }
    @Post() post() {
      return recorded('POST');
    }
    @Put() put() {
      return recorded('PUT');
    }
    @Patch() patch() {
      return recorded('PATCH');
    }
    @Delete() delete() {
      return recorded('DELETE');
    }
    @Options() options() {
      return recorded('OPTIONS');
    }
  }
  return CaseController;
}

@Controller('without-options')
class WithoutOptionsController {
  @Get() get() {
    return recorded('GET');
  }
}

/**
 * An app with every policy at `/routes/<name>`, where a controller serves it, and at `/entries/<name>`, where nothing
 * does. `/routes/closed` and `/entries/closed` are under `@NoCors()`, `/routes/none` has no policy.
 */
export function casesModule(options: CorsModuleOptions = {}): Type {
  const names = Object.keys(POLICIES);
  @Module({
    imports: [
      CorsModule.forRoot({
        ...options,
        policies: POLICIES,
        routes: [
          ...names.map((name) => ({ path: `/entries/${name}`, policy: name })),
          { path: '/entries/closed', policy: false as const },
          ...(options.routes ?? []),
        ],
      }),
    ],
    controllers: [
      ...names.map((name) => controllerAt(`routes/${name}`, UseCorsPolicy(name))),
      controllerAt('routes/closed', NoCors()),
      controllerAt('routes/none', () => undefined),
      WithoutOptionsController,
    ],
    providers: [{ provide: APP_GUARD, useClass: RecordingGuard }],
  })
  class CasesModule implements NestModule {
    configure(consumer: MiddlewareConsumer): void {
      consumer
        .apply((_request: unknown, _response: ServerResponse, next: () => void) => {
          recorded('Nest middleware');
          next();
        })
        .forRoutes('*path');
    }
  }
  return CasesModule;
}

/** Adds the middleware that an app puts in front of everything of Nest. */
export function recordMiddleware(app: INestApplication): void {
  app.use((_request: unknown, _response: ServerResponse, next: () => void) => {
    recorded('app.use()');
    next();
  });
}
