import {
  Body,
  Controller,
  Get,
  HttpException,
  Injectable,
  Module,
  Post,
  Put,
  Version,
  type Type,
} from '@nestjs/common';
import {
  AllowOrigin,
  CorsModule,
  Preflight,
  type CorsRequest,
  type OriginFunction,
  type OriginSource,
} from '../../../lib/index.js';

export const APP = 'https://app.example.com';
export const FIXED = 'https://fixed.example.com';

/** What has been asked, and how the request looked to who was asked. */
export const asked: { readonly by: string; readonly origin: string; readonly request: CorsRequest }[] = [];

function noted(by: string, answer: (origin: string, request: CorsRequest) => unknown): OriginFunction {
  return (origin, request) => {
    asked.push({ by, origin, request });
    return answer(origin, request) as boolean;
  };
}

function isApp(origin: string): boolean {
  return origin === APP;
}

async function soon<T>(value: T): Promise<T> {
  await new Promise((resolve) => {
    setTimeout(resolve, 10);
  });
  return value;
}

const sync = noted('sync', isApp);
const async = noted('async', (origin) => soon(isApp(origin)));
const byTenant = noted('by tenant', (origin, request) => isApp(origin) && request.header('X-Tenant') !== 'b');
const byCookie = noted('by cookie', (_, request) => soon(request.header('cookie') === 'tenant=a'));
const fallback = noted('fallback', (origin) => soon(isApp(origin)));

@Injectable()
class Tenants {
  readonly origins = new Set([APP]);
}

@Injectable()
class TenantOrigins implements OriginSource {
  constructor(private readonly tenants: Tenants) {}
  allows(origin: string, request: CorsRequest): Promise<boolean> {
    asked.push({ by: 'source', origin, request });
    return soon(this.tenants.origins.has(origin));
  }
}

@Controller('asked')
class AskedController {
  @Get('sync') @AllowOrigin(sync) sync() {}
  @Get('async') @AllowOrigin(async) async() {}
  @Get('source') @AllowOrigin(TenantOrigins) source() {}
  @Get('beside') @AllowOrigin(FIXED, 'https://*.pattern.example.com', async) beside() {}
  @Get('several') @AllowOrigin(sync, async, TenantOrigins) several() {}
  @Get(['one', 'two', 'three']) @AllowOrigin(async) paths() {}
  @Get('tenant') @AllowOrigin(byTenant) tenant() {}
  @Get('cookie') @AllowOrigin(byTenant, byCookie) cookie() {}
  @Get('credentialed')
  @AllowOrigin(noted('credentialed', () => true), { credentials: true })
  credentialed() {}
  @Get('insecure')
  @AllowOrigin(noted('insecure', () => true), { credentials: true, dangerously: { insecureOrigins: true } })
  insecure() {}
  @Get('fails') @AllowOrigin(async) fails() {
    throw new HttpException('teapot', 418);
  }
  @Post('body') @AllowOrigin(async) body(@Body() body: unknown) {
    return body;
  }
  @Put('put') @AllowOrigin(async) @Preflight({ allowedHeaders: 'x-tenant' }) put() {}
  @Get('version') @Version('1') @AllowOrigin(async) first() {}
  @Get('version') @Version('2') @AllowOrigin(async, { exposedHeaders: 'x-second' }) second() {}
}

/** Functions that fail, each in its own way. */
export const FAILING: Readonly<Record<string, (origin: string, request: CorsRequest) => unknown>> = {
  throws: () => {
    throw new Error('out of order');
  },
  'throws no error': () => {
    // oxlint-disable-next-line typescript/only-throw-error
    throw 'out of order';
  },
  'throws what has no text': () => {
    throw Object.create(null);
  },
  'throws an error without a message': () => {
    throw Object.assign(new Error('x'), { message: undefined });
  },
  'reads a header whose name is none': (_origin, request) =>
    request.header('x\r\nset-cookie: a=b') === undefined,
  rejects: () => Promise.reject(new Error('out of order')),
  'throws what looks like two lines of a log (CVE-2024-1681, flask-cors)': () => {
    throw new Error('out of order\r\n[Nest] all is well');
  },
  'rejects with nothing': () => Promise.reject(undefined),
  'answers a string': () => APP,
  'answers 1': () => 1,
  'answers nothing': () => undefined,
  "answers '*'": () => '*',
  'promises a string': () => Promise.resolve('true'),
  'is a thenable that throws': () => ({
    // oxlint-disable-next-line unicorn/no-thenable
    then() {
      throw new Error('out of order');
    },
  }),
};

/** The path of the controller whose function fails so. */
export function failingPath(name: string): string {
  return `/failing/${name.replaceAll(/\W/g, '-')}`;
}

function failingController(name: string): Type {
  @Controller(failingPath(name))
  @AllowOrigin(noted(name, FAILING[name] as OriginFunction))
  class FailingController {
    @Get() get() {
      return 'still served';
    }
  }
  return FailingController;
}

@Module({
  imports: [
    CorsModule.forRoot({ origin: fallback, routes: [{ path: '/entry', policy: { origin: async } }] }),
  ],
  controllers: [AskedController, ...Object.keys(FAILING).map(failingController)],
  providers: [Tenants, TenantOrigins],
})
export class AskingModule {}
