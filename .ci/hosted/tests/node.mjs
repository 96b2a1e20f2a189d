import { after, before, test } from 'node:test';
import { expectCors } from 'nestjs-cors/testing';
import { createApp } from '../apps/app.mjs';
import { casesOf } from './cases.mjs';

let app;
before(async () => {
  app = await createApp('fastify');
});
after(() => app?.close());

for (const [name, run] of casesOf(expectCors)) void test(name, () => run(app));
