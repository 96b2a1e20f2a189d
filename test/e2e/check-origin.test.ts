import { beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get, type DynamicModule } from '@nestjs/common';
import { AllowOrigin, CorsConfigurationError, CorsModule, CorsService } from '../../lib/index.js';
import { PLATFORMS } from '../support/apps.js';
import { corsHeaders, expected } from '../support/cors-headers.js';
import { send } from '../support/http.js';
import { appsOfSuite } from '../support/suites.js';

/** Stands for a table. */
const TABLE = new Set<string>();

@Controller('cats')
@AllowOrigin((origin) => TABLE.has(origin))
class CatsController {
  @Get() list() {
    return 'cats';
  }
}

const MODULE: DynamicModule = {
  module: class AppModule {},
  imports: [CorsModule.forRoot({})],
  controllers: [CatsController],
};

describe.each(PLATFORMS)('CorsService.checkOrigin() on %s', (platform) => {
  const start = appsOfSuite();
  let cors: CorsService;
  let port: number;

  beforeAll(async () => {
    const started = await start(platform, MODULE);
    cors = started.app.get(CorsService);
    ({ port } = started);
  });

  it.each([
    'https://app.example.com',
    'https://app.example.com:8443',
    'http://localhost:3000',
    'http://[::1]',
    'capacitor://localhost',
    'https://xn--bcher-kva.example',
  ])('takes %s, which is found again as it is', async (origin) => {
    expect(await cors.checkOrigin(origin)).toBe(origin);
    TABLE.add(origin);
    const response = await send(port, { path: '/cats', headers: { origin } });
    expect(corsHeaders(response)).toEqual(expected({ acao: origin, vary: 'Origin' }));
  });

  it.each([
    { value: 'https://app.example.com/', code: 'origin-path', fix: 'write "https://app.example.com"' },
    { value: 'https://APP.example.com', code: 'origin-case', fix: 'write "https://app.example.com"' },
    { value: 'app.example.com', code: 'origin-scheme-missing', fix: 'write "https://app.example.com"' },
    { value: '*', code: 'origin-wildcard' },
    { value: 'https://*.example.com', code: 'origin-wildcard' },
    { value: 'null', code: 'origin-null' },
    { value: 'file://', code: 'origin-file' },
    { value: '', code: 'origin-empty' },
    { value: undefined, code: 'option-type' },
    { value: ['https://app.example.com'], code: 'option-type' },
  ])('refuses $value: $code', async ({ value, ...problem }) => {
    const error: unknown = await cors.checkOrigin(value).catch((refusal: unknown) => refusal);
    expect(error).toBeInstanceOf(CorsConfigurationError);
    expect((error as CorsConfigurationError).problems).toEqual([
      expect.objectContaining({ where: 'checkOrigin()', field: 'origin', value, ...problem }),
    ]);
    expect((error as CorsConfigurationError).problems[0]?.fix).not.toBe('');
  });
});
