import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { CORS_VERDICT_CHANNEL, CorsService, type CorsVerdict } from '../../lib/index.js';

/** Subscribes to the channel while each test of a suite runs. */
export function verdictsOfTest(): CorsVerdict[] {
  const verdicts: CorsVerdict[] = [];
  const take = (message: unknown): void => void verdicts.push(message as CorsVerdict);
  beforeEach(() => {
    verdicts.length = 0;
    subscribe(CORS_VERDICT_CHANNEL, take);
  });
  afterEach(() => void unsubscribe(CORS_VERDICT_CHANNEL, take));
  return verdicts;
}

/** A verdict without what cannot be written down. */
export type WrittenVerdict = Omit<CorsVerdict, 'request' | 'service'>;

/** The verdicts so far, without what cannot be written down, of one app. */
export function writtenVerdicts(
  verdicts: readonly CorsVerdict[],
  app: INestApplication,
): readonly WrittenVerdict[] {
  const service = app.get(CorsService);
  return verdicts
    .filter((verdict) => verdict.service === service)
    .map(({ request: _request, service: _service, ...written }) => written);
}
