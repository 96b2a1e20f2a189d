import { beforeAll, describe, expect, it } from '@jest/globals';
import { PLATFORMS } from '../support/apps.js';
import { expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { has } from '../support/nest-11.js';
import { hostOfSuite } from './support/beside.js';
import { observe, PAGE, PARTNER, type Observed, type Probe } from './support/observe.js';
import { DEFAULT, itObeysPolicies } from './support/policies.js';

const plain = hostOfSuite();
const traced = hostOfSuite(['tracing']);

const PROBES: readonly Probe[] = [
  ...['GET', 'HEAD'].flatMap((method): readonly Probe[] => [
    { method, path: '/default', ran: [] },
    { method, path: '/api/partners', ran: [] },
    { method, path: '/api/partners/7', ran: [] },
    { method, path: '/api/closed', ran: [] },
    { method, path: '/api/nowhere', ran: [] },
    { method, path: '/api/versions', headers: { 'x-version': '1' }, ran: [] },
    { method, path: '/api/versions?second', headers: { 'x-version': '2' }, ran: [] },
  ]),
  { method: 'POST', path: '/api/orders', ran: [] },
];

describe.each(PLATFORMS)('tracing on %s', (platform) => {
  let before: Observed;
  let after: Observed;
  let spans: readonly string[];
  beforeAll(async () => {
    before = await observe(await plain.start('controllers', platform, DEFAULT), PROBES);
    const app = await traced.start('controllers', platform, DEFAULT);
    after = await observe(app, PROBES);
    spans = await app.spans();
  });

  it('is there', () => {
    const onFastify = has('handlerNames') ? 'CatsController.partners' : 'handler - fastify';
    expect(spans.join('\n')).toContain(platform === 'fastify' ? onFastify : 'GET');
  });

  it('changes nothing', () => {
    expect(after).toEqual(before);
  });

  it.each(['GET', 'HEAD'])('leaves %s with the policy of the GET route', (method) => {
    const shown = (path: string, origin: string) => {
      const { status, cors } = after[`preflight of ${method} ${path} from ${origin}`] ?? {};
      return [after[`${method} ${path} from ${origin}`]?.cors, status, cors];
    };
    const PREFLIGHT = { acah: 'content-type', acma: '60', vary: PREFLIGHT_VARY };
    const open = (acao: string) => [
      expected({ acao, aceh: 'x-default', vary: 'Origin' }),
      204,
      expected({ acao, ...PREFLIGHT }),
    ];
    const refused = [expected({ vary: 'Origin' }), 403, expected({ vary: PREFLIGHT_VARY })];
    const closed = [{}, 403, expected({ vary: PREFLIGHT_VARY })];
    expect(shown('/api/partners', PARTNER)).toEqual(open(PARTNER));
    expect(shown('/api/partners', PAGE)).toEqual(refused);
    expect(shown('/api/partners/7', PARTNER)).toEqual(open(PARTNER));
    expect(shown('/default', PAGE)).toEqual(open(PAGE));
    expect(shown('/default', PARTNER)).toEqual(refused);
    expect(shown('/api/closed', PAGE)).toEqual(closed);
  });
});

describe.each(PLATFORMS)('traced', (platform) => {
  itObeysPolicies(traced, platform, {
    fixture: 'prometheus',
    path: '/metrics',
    probes: ['GET', 'HEAD'].map((method) => ({ method, path: '/metrics', ran: ['gauge'] })),
    setsFields: false,
  });
});

describe('traced', () => {
  itObeysPolicies(traced, 'fastify', {
    fixture: 'mercurius',
    path: '/graphql',
    probes: [{ path: '/graphql?query=%7Bhello%7D', ran: ['resolver'] }],
    setsFields: false,
  });
});
