import { describe } from '@jest/globals';
import { PLATFORMS } from '../support/apps.js';
import { hostOfSuite } from './support/beside.js';
import { itObeysPolicies } from './support/policies.js';

const host = hostOfSuite();

describe.each(PLATFORMS)('tRPC', (platform) => {
  itObeysPolicies(host, platform, {
    fixture: 'trpc',
    path: '/trpc',
    probes: [
      { path: '/trpc/hello', ran: ['procedure'] },
      {
        method: 'POST',
        path: '/trpc/rename',
        headers: { 'content-type': 'application/json' },
        body: '{}',
        ran: ['procedure'],
      },
    ],
    setsFields: true,
  });
});

describe.each(PLATFORMS)('a proxy', (platform) => {
  itObeysPolicies(host, platform, {
    fixture: 'proxy',
    path: '/legacy',
    probes: [
      { path: '/legacy', ran: ['upstream'] },
      { path: '/legacy/orders', ran: ['upstream'] },
      { method: 'POST', path: '/legacy/orders', ran: ['upstream'] },
    ],
    setsFields: true,
  });
});
