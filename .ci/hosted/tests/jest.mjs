import { afterAll, beforeAll, test } from '@jest/globals';
import { expectCors } from 'nestjs-cors/testing';
import { createApp } from '../apps/app.mjs';
import { casesOf } from './cases.mjs';

let app;
beforeAll(async () => {
  app = await createApp('fastify');
});
afterAll(() => app?.close());

for (const [name, run] of casesOf(expectCors)) test(name, () => run(app));
