import {
  All,
  Controller,
  Delete,
  Get,
  Headers,
  Injectable,
  Module,
  Post,
  type INestApplication,
} from '@nestjs/common';
import { VERSION_NEUTRAL, VersioningType } from '@nestjs/common';
import {
  AllowOrigin,
  CorsModule,
  NoCors,
  Preflight,
  UseCorsPolicy,
  type CorsManifest,
  type OriginSource,
} from '../../lib/index.js';
import { makeManifest } from '../../lib/manifest/make-manifest.js';
import { govern } from '../routing/governed.js';
import { loadPolicyParts } from '../support/late-parts.js';

await loadPolicyParts();

/** The manifest of an app that is not started. */
export function made(...governed: Parameters<typeof govern>): CorsManifest {
  const { routes, governance } = govern(...governed);
  return makeManifest(routes, governance);
}

export const APP = 'https://app.example.com';

const SECRET = 'sk-1234567890';

@Injectable()
class PartnerOrigins implements OriginSource {
  readonly token = SECRET;

  allows(origin: string): boolean {
    return origin === this.token;
  }
}

const isPartner = (origin: string): boolean => origin.includes(SECRET);

@Controller({ path: 'reports', version: ['2', VERSION_NEUTRAL], host: ['b.example', 'a.example'] })
@AllowOrigin('https://b.example', APP, /https:\/\/[a-z]{2}\.example\.com/, isPartner, { credentials: true })
class ReportsController {
  @Get() list() {}
  @Post() @Preflight({ maxAge: 600 }) add(@Headers('x-tenant') _tenant: string) {}
  @Delete(':id') @NoCors() remove() {}
  @Get('partners') @UseCorsPolicy('partners') partners() {}
  @Get('some') @AllowOrigin('https://*.example.com', { merge: 'restrict' }) some() {}
}

@Controller()
class FilesController {
  @Get('files/*') file() {}
  @All(':name') named() {}
}

/** An app with all there is to be written down. */
@Module({
  imports: [
    CorsModule.forRoot({
      origin: APP,
      exposedHeaders: ['x-total', 'x-request-id'],
      publicOrigins: ['https://www.example.com', 'https://api.example.com'],
      policies: { partners: { origin: PartnerOrigins, allowedHeaders: 'x-api-key', credentials: false } },
      routes: [
        { path: '/graphql', policy: 'partners' },
        { path: '/files/closed/*rest', policy: false },
        { path: '/own', unmanaged: true },
        { path: '/docs', policy: { origin: '*' }, exact: true },
      ],
    }),
  ],
  controllers: [ReportsController, FilesController],
  providers: [PartnerOrigins],
})
export class WholeModule {}

export { SECRET };

/** Tells versions by a header. */
export function versioned(app: INestApplication): void {
  app.enableVersioning({ type: VersioningType.HEADER, header: 'X-Version' });
}
