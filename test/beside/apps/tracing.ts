import { createRequire } from 'node:module';
import { trace } from '@opentelemetry/api';
import { HttpInstrumentation } from '@opentelemetry/instrumentation-http';
import { BasicTracerProvider, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { recorded } from '../support/fixture.js';

/* What `node --import ./tracing.js` loads before the app, as OpenTelemetry has its users do. */

// Its types add to Fastify's own, for the library's sources as well.
const { FastifyOtelInstrumentation } = createRequire(import.meta.url)('@fastify/otel') as {
  FastifyOtelInstrumentation: new (options: { registerOnInitialization: boolean }) => object;
};

const processor: SpanProcessor = {
  onStart() {},
  onEnd: ({ name }) => recorded(name),
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
};

trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [processor] }));
// Both start to work when they are made.
void new HttpInstrumentation();
void new FastifyOtelInstrumentation({ registerOnInitialization: true });
