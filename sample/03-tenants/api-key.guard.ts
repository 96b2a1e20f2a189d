import { Injectable, UnauthorizedException, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { TENANTS, type Tenant } from './tenants.js';

/** A request that has passed the guard. */
export interface TenantRequest extends FastifyRequest {
  tenant: Tenant;
}

/** Finds out for which tenant a request is; nobody knows before. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<TenantRequest>();
    const tenant = TENANTS.find(({ key }) => key === request.headers['x-api-key']);
    if (tenant === undefined) throw new UnauthorizedException('x-api-key is missing or unknown');
    request.tenant = tenant;
    return true;
  }
}
