import {
  All,
  Body,
  Controller,
  Delete,
  Get,
  Headers,
  Injectable,
  Module,
  Param,
  Patch,
  Post,
  Put,
  Version,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import {
  AllowOrigin,
  CorsModule,
  NoCors,
  Preflight,
  type CorsRequest,
  type OriginFunction,
  type OriginSource,
} from '../../../lib/index.js';

export const APP = 'https://app.example.com';
export const ADMIN = 'https://admin.example.com';

/** Says no by failing. */
@Injectable()
export class BrokenOrigins implements OriginSource {
  allows(): Promise<boolean> {
    return Promise.reject(new Error('the database is down'));
  }
}

/** Reads a header, which joins `Vary`. */
@Injectable()
export class TenantOrigins implements OriginSource {
  async allows(origin: string, request: CorsRequest): Promise<boolean> {
    return origin === `https://${request.header('x-tenant') ?? 'none'}.example.com`;
  }
}

@Controller('orders')
@AllowOrigin(APP, 'https://www.shop.example.com', { credentials: true, exposedHeaders: ['x-total'] })
export class OrdersController {
  @Get() list() {
    return 'list';
  }
  @Post() @Preflight({ allowedHeaders: ['content-type', 'x-csrf-token'], maxAge: 600 }) add(
    @Body() body: unknown,
  ) {
    return typeof body;
  }
  @Get('special') special() {
    return 'special';
  }
  @Delete(':id') remove(@Param('id') id: string) {
    return id;
  }
  @Patch(':id') @AllowOrigin(ADMIN, { enforce: true }) change(
    @Param('id') id: string,
    @Headers('x-reason') reason: string,
  ) {
    return `${id} ${reason}`;
  }
  @Get('enforced/:id') @AllowOrigin({ enforce: true }) enforced(@Param('id') id: string) {
    return id;
  }
  @Get('open/all') @AllowOrigin('*', { credentials: false, exposedHeaders: '*' }) open() {
    return 'open';
  }
  @Put('open/all')
  @AllowOrigin('*', { credentials: false })
  @Preflight({ methods: '*', allowedHeaders: '*' })
  write() {
    return 'written';
  }
  @Post('closed/one') @NoCors() closed() {
    return 'closed';
  }
}

@Controller('asked')
@AllowOrigin(TenantOrigins, (origin) => origin === ADMIN, { enforce: true, credentials: true })
export class AskedController {
  @Get() read() {
    return 'asked';
  }
  @Get('broken') @AllowOrigin(BrokenOrigins, 'https://*.preview.example.com') broken() {
    return 'broken';
  }
  @Get('regexp') @AllowOrigin(/https:\/\/[a-z]+\.example\.org/) regexp() {
    return 'regexp';
  }
}

/** Answers what is true enough for JavaScript. */
const junk = (() => Promise.resolve('yes')) as unknown as OriginFunction;

@Controller('failing')
@AllowOrigin(BrokenOrigins)
export class FailingController {
  @Get() read() {
    return 'read';
  }
  @Get('junk') @AllowOrigin(junk) junk() {
    return 'junk';
  }
}

@Controller('versions')
export class VersionsController {
  @Get() @Version('1') @AllowOrigin(APP) one() {
    return 'one';
  }
  @Get() @Version(['2', '3']) @AllowOrigin(ADMIN, { enforce: true }) two() {
    return 'two';
  }
  @Get() @Version(['4', VERSION_NEUTRAL]) @AllowOrigin(TenantOrigins) four() {
    return 'four';
  }
  @Delete(':id') @Version('1') @AllowOrigin(APP) @Preflight({ allowedHeaders: 'x-one' }) removeOne() {
    return 'removed';
  }
  @Delete(':id') @Version('2') @AllowOrigin(APP, ADMIN) @Preflight({ allowedHeaders: 'x-two' }) removeTwo() {
    return 'removed';
  }
  @Delete(':id') @Version(VERSION_NEUTRAL) @NoCors() removeNeutral() {
    return 'removed';
  }
  @Get(':id') @Version(VERSION_NEUTRAL) plain() {
    return 'plain';
  }
}

/** Where the path that is text serves one version only: Express takes the first that matches, and Fastify the text. */
@Controller('overlapping')
export class OverlappingController {
  @Get(':id') @Version(['2', '1']) @NoCors() any() {
    return 'any';
  }
  @Get('special') @Version('1') @AllowOrigin(APP) special() {
    return 'special';
  }
}

@Controller({ path: 'hosted', host: 'api.example.com' })
@AllowOrigin(APP)
export class HostedController {
  @Get() read() {
    return 'hosted';
  }
}

@Controller('plain')
export class PlainController {
  @Get() read() {
    return 'plain';
  }
  @All('all') all() {
    return 'all';
  }
}

const PROVIDERS = [BrokenOrigins, TenantOrigins];
const CONTROLLERS = [
  OrdersController,
  AskedController,
  FailingController,
  VersionsController,
  OverlappingController,
  HostedController,
  PlainController,
];

const ROUTES = [
  { path: '/graphql', policy: { origin: 'https://*.example.com', methods: ['PUT'] } },
  { path: '/files/*path', policy: { origin: APP, enforce: true } },
  { path: '/shut/*path', policy: false },
  { path: '/left', unmanaged: true },
] as const;

/** Routes without a policy of their own have none. */
@Module({ imports: [CorsModule.forRoot({ routes: ROUTES })], controllers: CONTROLLERS, providers: PROVIDERS })
export class StrictModule {}

/** Everything has a policy, responses that belong to no route included. */
@Module({
  imports: [
    CorsModule.forRoot({
      origin: ['https://default.example.com', 'http://localhost:*'],
      maxAge: 60,
      routes: ROUTES,
    }),
  ],
  controllers: CONTROLLERS,
  providers: PROVIDERS,
})
export class DefaultModule {}
