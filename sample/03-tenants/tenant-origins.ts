/** Which origins the pages of each tenant have. Asked for every request, changed by the dashboard. */
export abstract class TenantOrigins {
  abstract allows(origin: string, tenant: string): boolean | Promise<boolean>;
  /** Returns whether it is new. */
  abstract add(origin: string, tenant: string): Promise<boolean>;
  /** Returns whether it was there. */
  abstract remove(origin: string, tenant: string): Promise<boolean>;
  abstract list(tenant: string): Promise<readonly string[]>;
}
