import {
  Body,
  Controller,
  Get,
  HttpCode,
  HttpException,
  Inject,
  Injectable,
  Module,
  Post,
  Put,
  Redirect,
  Res,
  Scope,
  Sse,
  StreamableFile,
  UnauthorizedException,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, REQUEST } from '@nestjs/core';
import { of, type Observable } from 'rxjs';
import {
  AllowOrigin,
  CorsModule,
  NoCors,
  Preflight,
  type CorsRequest,
  type OriginSourceAfterGuards,
} from '../../../lib/index.js';

/** Allowed for tenant a, for tenant b, for no tenant, and for everybody. */
export const A = 'https://a.example.com';
export const B = 'https://b.example.com';
export const EVIL = 'https://evil.example.net';
export const FIXED = 'https://fixed.example.com';

/** What has run, in order. */
export const ran: string[] = [];

const ORIGINS: Readonly<Record<string, readonly string[]>> = { a: [A], b: [B] };

interface AuthenticatedRequest {
  readonly headers: Readonly<Record<string, string | undefined>>;
  user?: { readonly tenant: string };
}

/** Says who is calling. */
@Injectable()
class AuthGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    ran.push('auth guard');
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    const tenant = request.headers['x-api-key'];
    if (tenant === undefined) throw new UnauthorizedException();
    request.user = { tenant };
    return true;
  }
}

/** A guard of the handler's own, which is slow as well. */
class SlowGuard implements CanActivate {
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<AuthenticatedRequest>();
    request.user = { tenant: await soon(tenantOf(context)) };
    return true;
  }
}

function tenantOf(context: ExecutionContext): string {
  return context.switchToHttp().getRequest<Required<AuthenticatedRequest>>().user.tenant;
}

async function soon<T>(value: T): Promise<T> {
  await new Promise((resolve) => {
    setTimeout(resolve, 5);
  });
  return value;
}

@Injectable()
export class TenantOrigins implements OriginSourceAfterGuards {
  readonly after = 'guards';

  allows(origin: string, context: ExecutionContext): boolean {
    ran.push(`allows ${tenantOf(context)} ${context.getClass().name}#${context.getHandler().name}`);
    return ORIGINS[tenantOf(context)]?.includes(origin) === true;
  }

  mayAllow(origin: string, request: CorsRequest): boolean {
    ran.push(`mayAllow${request.preflight ? ' preflight' : ''}`);
    return Object.values(ORIGINS).flat().includes(origin);
  }
}

@Injectable()
export class SlowTenantOrigins extends TenantOrigins {
  override allows(origin: string, context: ExecutionContext): Promise<boolean> & boolean {
    return soon(super.allows(origin, context)) as Promise<boolean> & boolean;
  }
  override mayAllow(origin: string, request: CorsRequest): Promise<boolean> & boolean {
    return soon(super.mayAllow(origin, request)) as Promise<boolean> & boolean;
  }
}

/** Says the contrary for everybody before the guards. */
@Injectable()
class ContraryOrigins extends TenantOrigins {
  override mayAllow(): boolean {
    return false;
  }
}

/** Fails as the path says. */
@Injectable()
export class FailingOrigins implements OriginSourceAfterGuards {
  readonly after = 'guards';
  readonly timeout = 30;
  readonly fails: Readonly<Record<string, () => unknown>> = {
    throws: () => {
      throw new Error('out of order');
    },
    rejects: () => Promise.reject(new Error('out of order')),
    'answers-text': () => 'yes',
    hangs: () => new Promise(() => {}),
    'rejects-late': () =>
      new Promise((_, reject) => {
        setTimeout(() => reject(new Error('too late')), 60);
      }),
  };

  allows(_origin: string, context: ExecutionContext): boolean {
    const { url } = context.switchToHttp().getRequest<{ url: string }>();
    return this.fails[url.slice('/failing/'.length)]?.() as boolean;
  }

  mayAllow(_origin: string, { path }: CorsRequest): boolean {
    return (path.startsWith('/failing-first/') ? this.fails[path.slice(15)]?.() : true) as boolean;
  }
}

/** Of all shapes of handlers. */
@Controller('tenants')
@AllowOrigin(FIXED, TenantOrigins, { credentials: true })
class TenantsController {
  @Get() read() {
    ran.push('handler');
    return 'read';
  }
  @Post() @HttpCode(200) write(@Body() _body: unknown) {
    ran.push('handler');
    return 'written';
  }
  @Get('slow') @AllowOrigin(SlowTenantOrigins) slow() {
    ran.push('handler');
    return 'slow';
  }
  @Get('promise') async promise() {
    ran.push('handler');
    return soon('promise');
  }
  @Get('observable') observable() {
    ran.push('handler');
    return of('observable');
  }
  @Get('stream') stream() {
    ran.push('handler');
    return new StreamableFile(Buffer.from('stream'));
  }
  @Sse('events') events() {
    ran.push('handler');
    return of({ data: 'event' });
  }
  @Sse('slow-events') @AllowOrigin(SlowTenantOrigins) @UseGuards(SlowGuard) async slowEvents() {
    ran.push('handler');
    return soon(of({ data: 'event' }));
  }
  @Get('response') response(@Res() response: { send(body: string): void }) {
    ran.push('handler');
    response.send('response');
  }
  @Get('raw') raw(@Res() response: { raw?: { end(body: string): void }; end(body: string): void }) {
    ran.push('handler');
    (response.raw ?? response).end('raw');
  }
  @Get('redirect') @Redirect('/elsewhere') redirect() {
    ran.push('handler');
  }
  @Get('fails') fails() {
    ran.push('handler');
    throw new HttpException('teapot', 418);
  }
  @Get('open') @AllowOrigin('*', { credentials: false }) open() {
    ran.push('handler');
    return 'open';
  }
  @Get('closed') @NoCors() closed() {
    ran.push('handler');
    return 'closed';
  }
  @Get('enforced') @AllowOrigin({ enforce: true }) enforced() {
    ran.push('handler');
    return 'enforced';
  }
  @Get('contrary') @AllowOrigin(ContraryOrigins) contrary() {
    ran.push('handler');
    return 'contrary';
  }
  @Get('beside')
  @AllowOrigin(TenantOrigins, (origin) => {
    ran.push('plain');
    return origin === EVIL;
  })
  beside() {
    ran.push('handler');
    return 'beside';
  }
  @Get('both')
  @AllowOrigin(
    (origin) => {
      ran.push('plain');
      return origin !== EVIL;
    },
    { merge: 'restrict' },
  )
  both() {
    ran.push('handler');
    return 'both';
  }
  @Put() @Preflight({ allowedHeaders: 'x-api-key' }) put() {}
}

/** Has an instance for each request, and so has its chain of interceptors. */
@Controller({ path: 'scoped', scope: Scope.REQUEST })
@AllowOrigin(TenantOrigins)
class ScopedController {
  constructor(@Inject(REQUEST) readonly request: unknown) {}

  @Get() read() {
    ran.push('handler');
    return 'scoped';
  }
}

@Controller(['failing', 'failing-first'])
@AllowOrigin(FailingOrigins)
class FailingController {
  @Get(':how') read() {
    ran.push('handler');
    return 'handled';
  }
}

function recorder(name: string): NestInterceptor {
  return {
    intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
      ran.push(name);
      return next.handle();
    },
  };
}

@Injectable({ scope: Scope.REQUEST })
class ScopedInterceptor implements NestInterceptor {
  constructor(@Inject(REQUEST) readonly request: unknown) {}

  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    ran.push('request-scoped APP_INTERCEPTOR');
    return next.handle();
  }
}

/** What `app.useGlobalInterceptors()` is given. */
export const globalRecorder = recorder('useGlobalInterceptors()');

@Controller('intercepted')
@AllowOrigin(TenantOrigins)
@UseInterceptors(recorder('of the controller'))
class InterceptedController {
  @Get() @UseInterceptors(recorder('of the handler')) read() {
    ran.push('handler');
    return 'intercepted';
  }
}

const guard = { provide: APP_GUARD, useClass: AuthGuard };
const sources = [TenantOrigins, SlowTenantOrigins, ContraryOrigins, FailingOrigins];

@Module({
  imports: [CorsModule.forRoot({ origin: TenantOrigins })],
  controllers: [TenantsController, ScopedController, FailingController],
  providers: [guard, ...sources],
})
export class TenantsModule {}

/** With every kind of interceptor that an app can have. */
@Module({
  imports: [CorsModule.forRoot({})],
  controllers: [InterceptedController],
  providers: [
    guard,
    ...sources,
    { provide: APP_INTERCEPTOR, useValue: recorder('APP_INTERCEPTOR') },
    { provide: APP_INTERCEPTOR, useClass: ScopedInterceptor },
  ],
})
export class InterceptedModule {}
