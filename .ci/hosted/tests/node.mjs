import { after, before, test } from 'node:test';
import * as testing from 'nestjs-cors/testing';
import { createApp } from '../apps/app.mjs';
import { casesOf } from './cases.mjs';

let app;
before(async () => {
  app = await createApp('fastify');
});
after(() => app?.close());

for (const [name, run] of casesOf(testing)) void test(name, () => run(app));
