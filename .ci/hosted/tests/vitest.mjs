import * as testing from 'nestjs-cors/testing';
import { afterAll, beforeAll, test } from 'vitest';
import { createApp } from '../apps/app.mjs';
import { casesOf } from './cases.mjs';

let app;
beforeAll(async () => {
  app = await createApp('fastify');
});
afterAll(() => app?.close());

for (const [name, run] of casesOf(testing)) test(name, () => run(app));
