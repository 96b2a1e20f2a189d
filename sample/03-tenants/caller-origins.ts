import { Injectable, type ExecutionContext } from '@nestjs/common';
import type { OriginSourceAfterGuards } from 'nestjs-cors';
import type { TenantRequest } from './api-key.guard.js';
import { TenantOrigins } from './tenant-origins.js';
import { TENANTS } from './tenants.js';

/** The origins of the tenant who calls. */
@Injectable()
export class CallerOrigins implements OriginSourceAfterGuards {
  readonly after = 'guards';

  constructor(private readonly origins: TenantOrigins) {}

  /** Asked before the handler runs. Any other answer than `true` is a 403. */
  allows(origin: string, context: ExecutionContext): boolean | Promise<boolean> {
    const { tenant } = context.switchToHttp().getRequest<TenantRequest>();
    return this.origins.allows(origin, tenant.name);
  }

  /**
   * Asked where nobody knows the tenant: about preflights, which carry no key, and about errors that leave before the
   * handler, such as the guard's 401. The answer holds for all tenants at once.
   */
  async mayAllow(origin: string): Promise<boolean> {
    const answers = await Promise.all(TENANTS.map(async ({ name }) => this.origins.allows(origin, name)));
    return answers.includes(true);
  }
}
