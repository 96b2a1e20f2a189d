import { describe } from '@jest/globals';
import { PLATFORMS } from '../support/apps.js';
import { hostOfSuite } from './support/beside.js';
import { itObeysPolicies } from './support/policies.js';

const host = hostOfSuite();

describe.each(PLATFORMS)('@nestjs/serve-static', (platform) => {
  itObeysPolicies(host, platform, {
    fixture: 'serve-static',
    path: '/files',
    probes: [{ path: '/files/hello.txt', ran: ['file'] }],
    setsFields: true,
  });
});

describe.each(PLATFORMS)('@nestjs/swagger', (platform) => {
  itObeysPolicies(host, platform, {
    fixture: 'swagger',
    path: '/docs',
    probes: [
      { path: '/docs', ran: [] },
      { path: '/docs/swagger-ui-init.js', ran: [] },
      { path: '/docs/swagger-ui.css', ran: [] },
    ],
    setsFields: false,
  });
});
