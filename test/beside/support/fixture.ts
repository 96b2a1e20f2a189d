import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import type { Platform } from '../../support/apps.js';

/** An app with one of the packages, as small as a user of the package would write it; a file of `apps/` exports one. */
export interface Fixture {
  /** The root module, beside `CorsModule`. */
  metadata(platform: Platform): ModuleMetadata;
  /** What `main.ts` does between the creation of the app and its start. */
  prepare?(app: INestApplication, platform: Platform): void | Promise<void>;
}

const names: string[] = [];
const spans: string[] = [];

/** Notes that something of the app runs: a resolver, a handler, a callback of the package. */
export function ran(name: string): void {
  names.push(name);
}

/** What has run since the last call, in order. */
export function takeRan(): readonly string[] {
  return names.splice(0);
}

/** Notes that tracing has recorded a span. */
export function recorded(span: string): void {
  spans.push(span);
}

/** The spans since the last call, in order. */
export function takeSpans(): readonly string[] {
  return spans.splice(0);
}
