import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Controller, Get, Module } from '@nestjs/common';
import { metrics } from '@opentelemetry/api';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { AllowOrigin, CorsModule } from '../../lib/index.js';
import { countVerdicts } from '../../lib/otel/index.js';
import { PLATFORMS, type RunningApp } from '../support/apps.js';
import { preflightHeaders, send } from '../support/http.js';
import { appsOfSuite, startedBySuite } from '../support/suites.js';

const APP = 'https://app.example.com';

/** An exporter, and the port at which its metrics are. */
interface Scraped {
  readonly exporter: PrometheusExporter;
  readonly port: number;
}

@Controller('orders')
@AllowOrigin(APP)
class OrdersController {
  @Get(':id') read(): string {
    return 'read';
  }
}

@Module({
  imports: [CorsModule.forRoot({ routes: [{ path: '/auth', unmanaged: true }] })],
  controllers: [OrdersController],
})
class AppModule {}

describe.each(PLATFORMS)('countVerdicts() on %s', (platform) => {
  const startApp = appsOfSuite();
  const own = startedBySuite();
  let running: RunningApp;
  let stop: () => void = () => {};
  afterEach(() => stop());
  beforeAll(async () => {
    running = await startApp(platform, AppModule);
  });

  /** An exporter on a free port: its own server would take 9464 for none. */
  async function startExporter(): Promise<Scraped> {
    const exporter = new PrometheusExporter({ preventServerStart: true });
    const server = createServer((request, response) => exporter.getMetricsRequestHandler(request, response));
    await own(once(server.listen(0, '127.0.0.1'), 'listening'), () => server.close());
    return { exporter, port: (server.address() as AddressInfo).port };
  }

  /** What Prometheus gets of our counters: one line for each set of labels. */
  async function scrape({ port }: Scraped): Promise<readonly string[]> {
    const { body } = await send(port, { path: '/metrics' });
    return body
      .split('\n')
      .filter((line) => line.startsWith('nestjs_cors'))
      .map((line) => line.replaceAll(/,?otel_scope[^,}]*/g, ''))
      .toSorted();
  }

  it('counts by outcome, reason and route, and by nothing that a request says', async () => {
    const scraped = await startExporter();
    stop = await countVerdicts({
      meter: new MeterProvider({ readers: [scraped.exporter] }).getMeter('test'),
    });
    for (const id of [1, 2, 3]) {
      await send(running.port, { path: `/orders/${id}`, headers: { origin: `https://evil-${id}.example` } });
      await send(running.port, { path: `/orders/${id}`, headers: { origin: APP } });
    }
    await send(running.port, { method: 'OPTIONS', path: '/orders/7', headers: preflightHeaders(APP, 'GET') });
    await send(running.port, { path: '/auth/login', headers: { origin: APP } });
    await send(running.port, { path: '/%61uth/login', headers: { origin: APP } });
    await send(running.port, { path: '/orders/7' });
    expect(await scrape(scraped)).toEqual([
      'nestjs_cors_verdicts_total{outcome="allowed",reason="origin-allowed",route="/orders/:id"} 3',
      'nestjs_cors_verdicts_total{outcome="allowed",reason="preflight-approved",route="/orders/:id"} 1',
      'nestjs_cors_verdicts_total{outcome="refused",reason="origin-not-allowed",route="/orders/:id"} 3',
      'nestjs_cors_verdicts_total{outcome="refused",reason="path-ambiguous"} 1',
      'nestjs_cors_verdicts_total{outcome="unmanaged",reason="unmanaged",route="/auth"} 1',
    ]);
  });

  it('takes the global provider, and stops', async () => {
    const scraped = await startExporter();
    metrics.setGlobalMeterProvider(new MeterProvider({ readers: [scraped.exporter] }));
    try {
      stop = await countVerdicts();
      await send(running.port, { path: '/orders/7', headers: { origin: APP } });
      stop();
      await send(running.port, { path: '/orders/7', headers: { origin: APP } });
      expect(await scrape(scraped)).toEqual([
        'nestjs_cors_verdicts_total{outcome="allowed",reason="origin-allowed",route="/orders/:id"} 1',
      ]);
    } finally {
      metrics.disable();
    }
  });
});

describe('countVerdicts() without @opentelemetry/api', () => {
  it('says what to install', async () => {
    jest.resetModules();
    jest.unstable_mockModule('@opentelemetry/api', () => {
      throw new Error("Cannot find package '@opentelemetry/api'");
    });
    const other = await import('../../lib/otel/index.js');
    await expect(other.countVerdicts()).rejects.toThrow(
      'nestjs-cors/otel needs @opentelemetry/api: npm install @opentelemetry/api',
    );
    jest.unstable_unmockModule('@opentelemetry/api');
  });
});
