import type { ModuleMetadata } from '@nestjs/common';
import { makeGaugeProvider, PrometheusModule } from '@willsoto/nestjs-prometheus';
import { register } from 'prom-client';
import { ran } from '../support/fixture.js';

export function metadata(): ModuleMetadata {
  // The registry is the process's, not the app's.
  register.clear();
  return {
    imports: [PrometheusModule.register({ defaultMetrics: { enabled: false } })],
    providers: [
      makeGaugeProvider({
        name: 'orders',
        help: 'Open orders',
        collect() {
          ran('gauge');
          this.set(3);
        },
      }),
    ],
  };
}
