import { describe, expect, it } from '@jest/globals';
import { PLATFORMS, type Platform } from '../support/apps.js';
import { hostOfSuite } from './support/beside.js';
import { PAGE, type Probe } from './support/observe.js';
import { itObeysPolicies } from './support/policies.js';

const host = hostOfSuite();

const QUERY = JSON.stringify({ query: '{ hello }' });

const POST: Probe = {
  method: 'POST',
  path: '/graphql',
  headers: { 'content-type': 'application/json' },
  body: QUERY,
  ran: ['resolver'],
};

const GET: Probe = {
  path: '/graphql?query=%7Bhello%7D',
  headers: { 'apollo-require-preflight': 'true' },
  ran: ['resolver'],
};

const SERVERS: readonly { fixture: string; platforms: readonly Platform[]; setsFields: boolean }[] = [
  { fixture: 'apollo', platforms: PLATFORMS, setsFields: true },
  { fixture: 'mercurius', platforms: ['fastify'], setsFields: false },
  { fixture: 'yoga', platforms: PLATFORMS, setsFields: true },
];

describe.each(SERVERS)('$fixture', ({ fixture, platforms, setsFields }) => {
  describe.each(platforms)('', (platform) => {
    itObeysPolicies(host, platform, { fixture, path: '/graphql', probes: [POST, GET], setsFields });
  });
});

describe.each(PLATFORMS)('decorators on a resolver and on a gateway', (platform) => {
  it(`do not start on ${platform}`, async () => {
    const start = host.start('misplaced', platform, { origin: PAGE });
    await expect(start).rejects.toThrow(
      /CorsConfigurationError.*(HelloResolver.*ChatGateway|ChatGateway.*HelloResolver)/s,
    );
  });
});
