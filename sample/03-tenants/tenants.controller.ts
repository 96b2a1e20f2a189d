import {
  BadRequestException,
  Controller,
  Delete,
  Get,
  NotFoundException,
  Param,
  Put,
  Query,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { UseCorsPolicy } from 'nestjs-cors';
import { CorsConfigurationFilter } from '../shared/cors-configuration.filter.js';
import { OperatorGuard } from '../shared/operator.guard.js';
import { TenantOrigins } from './tenant-origins.js';
import { TENANTS } from './tenants.js';

/** What the dashboard calls. */
@Controller('tenants')
@UseGuards(OperatorGuard)
@UseCorsPolicy('dashboard')
@UseFilters(CorsConfigurationFilter)
export class TenantsController {
  constructor(private readonly origins: TenantOrigins) {}

  @Get()
  all() {
    return Promise.all(
      TENANTS.map(async ({ name, key }) => ({ name, key, origins: await this.origins.list(name) })),
    );
  }

  @Put(':tenant/origins')
  async add(@Param('tenant') tenant: string, @Query('origin') origin = '') {
    return { added: await this.origins.add(readOrigin(origin), known(tenant)) };
  }

  @Delete(':tenant/origins')
  async remove(@Param('tenant') tenant: string, @Query('origin') origin = '') {
    return { removed: await this.origins.remove(origin, known(tenant)) };
  }
}

function known(tenant: string): string {
  if (TENANTS.some(({ name }) => name === tenant)) return tenant;
  throw new NotFoundException(`There is no tenant ${tenant}`);
}

/** An origin is found again by comparing texts, so it has to be written as browsers send it. */
function readOrigin(text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : 'null';
  if (origin === 'null') {
    throw new BadRequestException(`"${text}" is no origin. Write one such as "https://app.example.com".`);
  }
  if (origin !== text) throw new BadRequestException(`"${text}" is no origin. Write "${origin}".`);
  return origin;
}
