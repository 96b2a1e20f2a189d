import { afterAll, beforeAll, test } from '@jest/globals';
import * as testing from 'nestjs-cors/testing';
import { createApp } from '../apps/app.mjs';
import { casesOf } from './cases.mjs';

let app;
beforeAll(async () => {
  app = await createApp('fastify');
});
afterAll(() => app?.close());

for (const [name, run] of casesOf(testing)) test(name, () => run(app));
