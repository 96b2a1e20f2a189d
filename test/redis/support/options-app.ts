import {
  Controller,
  Get,
  Global,
  Module,
  Put,
  type DynamicModule,
  type Provider,
  type Type,
} from '@nestjs/common';
import { Redis } from 'ioredis';
import { AllowOrigin, CorsModule, CorsService, type OriginSource } from '../../../lib/index.js';
import { RedisCorsOptions, type RedisCorsOptionsConfig } from '../../../lib/redis/index.js';
import type { ClientOptions } from './redis-server.js';

export class SharedOptions extends RedisCorsOptions {}

/** A source that documents name. */
export class TenantOrigins implements OriginSource {
  static readonly ALLOWED = 'https://tenant.example.com';

  allows(origin: string): Promise<boolean> {
    return Promise.resolve(origin === TenantOrigins.ALLOWED);
  }
}

/** Allowed by a decorator, whatever has been published. */
export const FIXED = 'https://fixed.example.com';

@Controller('cats')
class CatsController {
  @Get() list() {
    return [];
  }
  @Put() put() {}
  @Get('fixed') @AllowOrigin(FIXED) fixed() {}
}

/** The client of the app, which is never to connect. */
export function modelClient(connection: ClientOptions): Redis {
  const redis = new Redis({ host: '127.0.0.1', ...connection, lazyConnect: true });
  redis.on('error', () => {});
  return redis;
}

/** Provides the options, made by a factory. */
export function sharedOptions(connection: ClientOptions, config: RedisCorsOptionsConfig): Provider {
  return {
    provide: SharedOptions,
    inject: [CorsService],
    useFactory: (cors: CorsService) =>
      new SharedOptions(cors, modelClient(connection), { sources: { tenants: TenantOrigins }, ...config }),
  };
}

/** A module that provides something, and exports it. */
export function moduleOf(...providers: readonly Provider[]): DynamicModule {
  @Module({})
  class ProvidersModule {}
  return {
    module: ProvidersModule,
    providers: [...providers],
    exports: providers.map((provider) => (typeof provider === 'function' ? provider : provider.provide)),
  };
}

/** An app whose options are in Redis. */
export function optionsApp(connection: ClientOptions, config: RedisCorsOptionsConfig = {}): Type {
  return appWith(
    CorsModule.forRootAsync({
      imports: [moduleOf(sharedOptions(connection, config))],
      useExisting: SharedOptions,
    }),
  );
}

/** An app with a `CorsModule`. */
export function appWith(cors: DynamicModule, controllers: Type[] = [CatsController]): Type {
  @Global()
  @Module({ providers: [TenantOrigins], exports: [TenantOrigins] })
  class TenantsModule {}

  @Module({ imports: [cors, TenantsModule], controllers })
  class AppModule {}
  return AppModule;
}
