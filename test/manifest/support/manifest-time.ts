import 'reflect-metadata';
import { Controller, Get } from '@nestjs/common';
import { AllowOrigin } from '../../../lib/index.js';
import { makeManifest } from '../../../lib/manifest/make-manifest.js';
import { govern } from '../../routing/governed.js';

/* How long the first manifest of an app with 2,000 routes takes, in milliseconds of the processor. */

const controllers = Array.from({ length: 200 }, (_, number) => {
  @Controller(`c${number}`)
  @AllowOrigin(`https://c${number}.example`, 'https://app.example', { credentials: true })
  class Many {}
  for (let at = 0; at < 10; at++) {
    const handler = { value: () => undefined, configurable: true };
    Object.defineProperty(Many.prototype, `h${at}`, handler);
    Get(`h${at}/:id`)(Many.prototype, `h${at}`, handler);
  }
  return Many;
});
const { routes, governance } = govern({ origin: 'https://a.example', exposedHeaders: 'x-a' }, controllers);

const { user } = process.cpuUsage();
const { routes: lines } = makeManifest(routes, governance);
const took = (process.cpuUsage().user - user) / 1000;

process.stdout.write(JSON.stringify({ lines: lines.length, took }));
