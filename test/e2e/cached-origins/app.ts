import {
  Controller,
  Delete,
  Get,
  Injectable,
  Module,
  Param,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import {
  AllowOrigin,
  cachedOrigins,
  CachedOrigins,
  CorsModule,
  type CorsRequest,
  type OriginSourceAfterGuards,
} from '../../../lib/index.js';

export const APP = 'https://app.example.com';
export const OTHER = 'https://other.example.com';

/** The times of all caches here, in milliseconds. */
export const TTL = 1500;
export const TIMEOUT = 200;

/** What is in the database, and what goes wrong with it. */
@Injectable()
export class Repository {
  readonly origins = new Set<string>();
  mode: 'answers' | 'rejects' | 'hangs' = 'answers';
  /** What has been asked. */
  readonly asked: string[] = [];

  async has(row: string): Promise<boolean> {
    this.asked.push(row);
    if (this.mode === 'rejects') throw new Error('out of order');
    await new Promise((resolve) => {
      if (this.mode !== 'hangs') setTimeout(resolve, 10);
    });
    return this.origins.has(row);
  }
}

export abstract class PartnerOrigins extends CachedOrigins {}

export abstract class PatientOrigins extends CachedOrigins {}

export abstract class HostOrigins extends CachedOrigins<CorsRequest> {}

export abstract class TenantOrigins extends CachedOrigins<CorsRequest> {}

export abstract class CuriousOrigins extends CachedOrigins {}

/** Knows the tenant by the API key that the guard has checked. */
@Injectable()
class CallerOrigins implements OriginSourceAfterGuards {
  readonly after = 'guards';
  private readonly ofTenant = cachedOrigins(
    async (origin, tenant: string) => this.repository.has(`${origin} ${tenant}`),
    { ttl: 60_000, key: (_, tenant) => tenant },
  );
  private readonly ofAnyTenant = cachedOrigins(async (origin) => this.repository.has(origin), {
    ttl: 60_000,
  });

  constructor(private readonly repository: Repository) {}

  allows(origin: string, context: ExecutionContext): boolean | Promise<boolean> {
    const { tenant } = context.switchToHttp().getRequest<{ tenant: string }>();
    return this.ofTenant.allows(origin, tenant);
  }

  mayAllow(origin: string): boolean | Promise<boolean> {
    return this.ofAnyTenant.allows(origin);
  }
}

@Injectable()
class ApiKeyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string>; tenant?: string }>();
    const tenant = request.headers['x-api-key'];
    if (tenant === undefined) return false;
    request.tenant = tenant;
    return true;
  }
}

const direct = cachedOrigins((origin) => origin === APP, { ttl: 60_000 });

@Controller('cached')
class CachedController {
  constructor(private readonly partners: PartnerOrigins) {}

  @Get('partners') @AllowOrigin(PartnerOrigins) ofPartners() {}
  @Get('patient') @AllowOrigin(PatientOrigins) patient() {}
  @Get('tenants') @AllowOrigin(TenantOrigins) ofTenants() {}
  @Get('hosts') @AllowOrigin(HostOrigins) ofHosts() {}
  @Get('curious') @AllowOrigin(CuriousOrigins) curious() {}
  @Get('direct') @AllowOrigin(direct) direct() {}
  @Get('function')
  @AllowOrigin((origin, request) => direct.allows(origin, request))
  byFunction() {}
  @Get('callers') @UseGuards(ApiKeyGuard) @AllowOrigin(CallerOrigins) callers() {
    return 'for a caller';
  }
  @Delete('partners/:host') remove(@Param('host') host: string) {
    this.partners.invalidate(`https://${host}`);
  }
}

@Module({
  imports: [CorsModule.forRoot({})],
  controllers: [CachedController],
  providers: [
    Repository,
    CallerOrigins,
    {
      provide: PartnerOrigins,
      useFactory: (repository: Repository) =>
        cachedOrigins(async (origin) => repository.has(origin), { ttl: TTL, timeout: TIMEOUT }),
      inject: [Repository],
    },
    {
      provide: PatientOrigins,
      useFactory: (repository: Repository) =>
        cachedOrigins(async (origin) => repository.has(origin), {
          ttl: TTL,
          timeout: TIMEOUT,
          staleIfError: 60_000,
        }),
      inject: [Repository],
    },
    {
      provide: TenantOrigins,
      useFactory: (repository: Repository) =>
        cachedOrigins(async (origin, request) => repository.has(`${origin} ${request.header('x-tenant')}`), {
          ttl: 60_000,
          key: (_, request) => request.header('X-Tenant') ?? '',
        }),
      inject: [Repository],
    },
    {
      provide: HostOrigins,
      useFactory: (repository: Repository) =>
        cachedOrigins(async (origin, request) => repository.has(`${origin} ${request.host}`), {
          ttl: 60_000,
          key: (_, request) => request.host,
        }),
      inject: [Repository],
    },
    {
      provide: CuriousOrigins,
      // What types would not let pass.
      useFactory: (repository: Repository) =>
        cachedOrigins(
          (async (origin: string, request: CorsRequest) =>
            repository.has(`${origin} ${request.header('x-tenant')}`)) as (
            origin: string,
          ) => Promise<boolean>,
          { ttl: 60_000 },
        ),
      inject: [Repository],
    },
  ],
})
export class CachedModule {}
