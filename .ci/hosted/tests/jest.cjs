const { afterAll, beforeAll, test } = require('@jest/globals');
const { NestFactory } = require('@nestjs/core');
const { FastifyAdapter } = require('@nestjs/platform-fastify');
const library = require('nestjs-cors');
const testing = require('nestjs-cors/testing');
const { appModule } = require('../../runtimes/app-module.mjs');
const { casesOf } = require('./cases.mjs');

let app;
beforeAll(async () => {
  app = await NestFactory.create(appModule(library), new FastifyAdapter(), { logger: false });
});
afterAll(() => app?.close());

for (const [name, run] of casesOf(testing)) test(name, () => run(app));
