import { subscribe } from 'node:diagnostics_channel';
import { Controller, Get, Module, Post } from '@nestjs/common';
import { AllowOrigin, CORS_VERDICT_CHANNEL, CorsModule } from '../../../lib/index.js';
import { startApp, type Platform } from '../../support/apps.js';
import { corsHeaders } from '../../support/cors-headers.js';
import { preflightHeaders, send } from '../../support/http.js';

/*
 * What becomes of responses where a subscriber throws. A program of its own: what Node makes of the error is the process's
 * business, which in a process of Jest is Jest's.
 */

const APP = 'https://app.example.com';

@Controller('orders')
@AllowOrigin(APP, { enforce: true })
class OrdersController {
  @Get() read(): string {
    return 'read';
  }
  @Post() write(): string {
    return 'written';
  }
}

@Module({ imports: [CorsModule.forRoot({})], controllers: [OrdersController] })
class AppModule {}

const { platform } = JSON.parse(process.argv[2] as string) as { readonly platform: Platform };
const errors: string[] = [];
process.on('uncaughtException', (error) => errors.push(error.message));
const { app, port } = await startApp(platform, AppModule);
subscribe(CORS_VERDICT_CHANNEL, () => {
  throw new Error('of a subscriber');
});
const responses = [
  await send(port, { path: '/orders', headers: { origin: APP } }),
  await send(port, { method: 'OPTIONS', path: '/orders', headers: preflightHeaders(APP, 'GET') }),
  await send(port, { method: 'POST', path: '/orders', headers: { origin: 'https://evil.example.net' } }),
];
await app.close();
const found = responses.map((response) => [
  response.status,
  corsHeaders(response)['access-control-allow-origin'] ?? '',
]);
console.log(JSON.stringify({ found, errors }));
