import { PLATFORMS } from '../support/apps.js';
import { hostOfSuite } from './support/beside.js';
import { itObeysPolicies } from './support/policies.js';
import { describe } from '@jest/globals';

const host = hostOfSuite();

describe.each(PLATFORMS)('@willsoto/nestjs-prometheus', (platform) => {
  itObeysPolicies(host, platform, {
    fixture: 'prometheus',
    path: '/metrics',
    probes: [{ path: '/metrics', ran: ['gauge'] }],
    setsFields: false,
  });
});
