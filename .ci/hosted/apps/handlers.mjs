/*
 * Asks the app of the wire table where no server stands in front of it: `handlers.mjs inject|aws-lambda|…`. Prints what comes
 * back, for each platform that the tool takes.
 */
import { createApp } from './app.mjs';
import { ROWS } from './rows.mjs';

/** A request as API Gateway writes it for a function, in its format 2.0. */
function eventOf({ method, path, headers }) {
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    headers: { host: 'api.example.com', ...headers },
    requestContext: {
      domainName: 'api.example.com',
      stage: '$default',
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '203.0.113.1', userAgent: 'test' },
    },
    isBase64Encoded: false,
  };
}

/** The same in the format 1.0. */
function oldEventOf({ method, path, headers }) {
  const all = { Host: 'api.example.com', ...headers };
  return {
    version: '1.0',
    resource: '/{proxy+}',
    path,
    httpMethod: method,
    headers: all,
    multiValueHeaders: Object.fromEntries(Object.entries(all).map(([name, value]) => [name, [value]])),
    queryStringParameters: null,
    multiValueQueryStringParameters: null,
    requestContext: { path, httpMethod: method, stage: 'prod', identity: { sourceIp: '203.0.113.1' } },
    body: null,
    isBase64Encoded: false,
  };
}

/** Calls a function with both events. */
function asking(handler) {
  return [eventOf, oldEventOf].map((event) => async (request) => {
    const { statusCode, headers, multiValueHeaders, body, isBase64Encoded } = await handler(
      event(request),
      {},
    );
    const lists = Object.entries(multiValueHeaders ?? {}).map(([name, values]) => [name, values.join(', ')]);
    return {
      status: statusCode,
      fields: { ...headers, ...Object.fromEntries(lists) },
      body: isBase64Encoded ? Buffer.from(body, 'base64').toString() : body,
    };
  });
}

function instanceOf(app) {
  return app.getHttpAdapter().getInstance();
}

/** What each tool makes of an app that is about to be ready: the ways in which it is asked. */
const TOOLS = {
  inject: {
    platforms: ['fastify'],
    asks: (app) => [
      async ({ method, path, headers }) => {
        const answer = await app.inject({ method, url: path, headers });
        return { status: answer.statusCode, fields: answer.headers, body: answer.body };
      },
    ],
  },
  'aws-lambda': {
    platforms: ['fastify'],
    asks: async (app) => {
      const { default: awsLambda } = await import('@fastify/aws-lambda');
      return asking(awsLambda(instanceOf(app)));
    },
  },
  'serverless-express': {
    platforms: ['express'],
    asks: async (app) => {
      const { default: serverlessExpress } = await import('@codegenie/serverless-express');
      return asking(serverlessExpress({ app: instanceOf(app) }));
    },
  },
  'serverless-http': {
    platforms: ['fastify', 'express'],
    asks: async (app) => {
      const { default: serverless } = await import('serverless-http');
      return asking(serverless(instanceOf(app)));
    },
  },
};

const { platforms, asks } = TOOLS[process.argv[2]];
const answers = [];
for (const platform of platforms) {
  const app = await createApp(platform);
  await app.init();
  const ways = await asks(app);
  if (platform === 'fastify') await instanceOf(app).ready();
  for (const ask of ways) {
    for (const { request } of ROWS) answers.push({ platform, answer: await ask(request) });
  }
}
process.stdout.write(`${JSON.stringify({ answers })}\n`, () => process.exit(0));
