import { beforeAll, expect, it } from '@jest/globals';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../../support/cors-headers.js';
import { send } from '../../support/http.js';
import { deadLinksOf, startSample, type SampleBuild } from '../../support/sample.js';
import { startedBySuite } from '../../support/suites.js';
import { Operator } from './operator.js';

const APP = 'https://app.acme.example';

/** What holds for `sample/06-database` wherever the table is. */
export function databaseSuite(build: () => SampleBuild, env: () => NodeJS.ProcessEnv): void {
  const own = startedBySuite();
  let operator: Operator;

  beforeAll(async () => {
    const starting = startSample(build(), '06-database', env());
    operator = new Operator(await own(starting, (running) => running.stop()));
  });

  it('says where everything is, and serves the pages with every name filled in', async () => {
    const { sample, port, pagesPort, token } = operator;
    expect(sample.urls).toEqual({
      Dashboard: `${operator.originOf('dashboard')}/#${token}`,
      API: `http://api.localhost:${port}/customers/acme/orders`,
      "Acme's page": `${operator.originOf('acme')}/visitor.html?customer=acme`,
      "Globex' page": `${operator.originOf('globex')}/visitor.html?customer=acme`,
      'Partner page': `${operator.originOf('partner')}/visitor.html?customer=acme`,
    });
    for (const path of ['/', '/visitor.html']) {
      const { status, body } = await send(Number(pagesPort), { path });
      expect(status).toBe(200);
      expect(body).not.toContain('{{');
    }
    expect((await send(Number(pagesPort), { path: '/setup.json' })).body).not.toContain(token);
  });

  it('prints nothing that is not there', async () => {
    expect(await deadLinksOf(operator.sample)).toEqual([]);
  });

  it('has two customers to begin with, each with an origin and that of its pages', async () => {
    expect(JSON.parse((await operator.operate({ path: '/customers' })).body)).toEqual([
      { slug: 'acme', name: 'Acme', origins: [operator.originOf('acme'), APP] },
      {
        slug: 'globex',
        name: 'Globex',
        origins: [operator.originOf('globex'), 'https://www.globex.example'],
      },
    ]);
  });

  it.each(['acme', 'globex'])('approves the preflight of %s for its own path', async (name) => {
    const origin = operator.originOf(name);
    const response = await operator.ask(origin, name);
    expect([response.status, response.body]).toEqual([204, '']);
    expect(corsHeaders(response)).toEqual(
      expected({ acao: origin, acah: 'content-type', vary: PREFLIGHT_VARY }),
    );
  });

  it.each([
    ['another customer’s origin', 'globex', 'acme', 'content-type'],
    ['an origin in no list', 'partner', 'acme', 'content-type'],
    ['a customer that there is not', 'acme', 'acne', 'content-type'],
    ['what can be no customer', 'acme', '%00', 'content-type'],
    ['what is no slug', 'acme', 'Acme', 'content-type'],
    ['another header', 'acme', 'acme', 'content-type,x-debug'],
  ])('refuses the preflight of %s', async (_name, from, customer, headers) => {
    const response = await operator.ask(operator.originOf(from), customer, headers);
    expect([response.status, response.body]).toEqual([403, '']);
    expect(corsHeaders(response)).toEqual(expected({ vary: PREFLIGHT_VARY }));
  });

  it.each([
    { from: 'acme', customer: 'acme', status: 201, isReadable: true },
    { from: 'globex', customer: 'globex', status: 201, isReadable: true },
    { from: 'globex', customer: 'acme', status: 403, isReadable: false },
    { from: 'acme', customer: 'globex', status: 403, isReadable: false },
    { from: 'partner', customer: 'acme', status: 403, isReadable: false },
    { from: 'acme', customer: 'acne', status: 403, isReadable: false },
  ])('answers $from below /customers/$customer: $status', async ({ from, customer, status, isReadable }) => {
    const origin = operator.originOf(from);
    const response = await operator.order(origin, customer);
    expect(response.status).toBe(status);
    expect(corsHeaders(response)).toEqual(expected({ ...(isReadable && { acao: origin }), vary: 'Origin' }));
  });

  it('lets the page read what is wrong with its order', async () => {
    const origin = operator.originOf('acme');
    const response = await operator.order(origin, 'acme', {});
    expect([response.status, JSON.parse(response.body).message]).toEqual([
      400,
      'Say what to order: { "item": "An anvil" }',
    ]);
    expect(corsHeaders(response)).toEqual(expected({ acao: origin, vary: 'Origin' }));
  });

  it('serves what is no page: without Origin, and on the own origin', async () => {
    expect((await operator.order(undefined)).status).toBe(201);
    expect((await operator.order(undefined, 'acne')).status).toBe(404);
    expect((await operator.order(`http://127.0.0.1:${operator.port}`)).status).toBe(201);
  });

  it('changes the lists, and each change counts from the next request on', async () => {
    const [acme, partner] = [operator.originOf('acme'), operator.originOf('partner')];
    const statuses = async (): Promise<readonly number[]> => [
      (await operator.ask(partner)).status,
      (await operator.order(partner)).status,
      (await operator.order(partner, 'globex')).status,
    ];
    for (let round = 0; round < 2; round++) {
      expect(await statuses()).toEqual([403, 403, 403]);
      for (let time = 0; time < 2; time++) {
        expect((await operator.change('PUT', 'acme', partner)).status).toBe(200);
        expect(await operator.lists()).toMatchObject({ acme: [acme, partner, APP] });
        expect(await statuses()).toEqual([204, 201, 403]);
      }
      for (let time = 0; time < 2; time++) {
        expect((await operator.change('DELETE', 'acme', partner)).status).toBe(200);
        expect(await operator.lists()).toMatchObject({ acme: [acme, APP] });
        expect(await statuses()).toEqual([403, 403, 403]);
      }
    }
  });

  it.each([
    {
      origin: 'https://a.example/',
      says: '"https://a.example/" has a path: write "https://a.example".',
    },
    { origin: 'HTTPS://A.example', says: 'write "https://a.example".' },
    { origin: 'https://a.example:443', says: 'write "https://a.example".' },
    { origin: 'a.example', says: 'write "https://a.example".' },
    { origin: '', says: '"" is empty: write an origin such as "https://example.com".' },
    { origin: '*', says: "write '*' in the policy of the routes that are open to everybody." },
    { origin: 'null', says: 'serve the page from an origin of its own' },
    { origin: 'https://*.a.example', says: 'add each origin' },
    { origin: '\0', says: 'write' },
  ])('refuses to add or to remove what is no origin, and says: $says', async ({ origin, says }) => {
    const before = await operator.lists();
    for (const method of ['PUT', 'DELETE'] as const) {
      const response = await operator.change(method, 'acme', origin);
      expect(response.status).toBe(400);
      expect(JSON.parse(response.body).message).toContain(says);
      expect(corsHeaders(response)).toEqual(
        expected({ acao: operator.originOf('dashboard'), vary: 'Origin' }),
      );
    }
    expect(await operator.lists()).toEqual(before);
  });

  it.each([
    ['another page, even with the token', 'acme', undefined, 'acme', 403],
    ['the dashboard without the token', 'dashboard', 'no', 'acme', 401],
    ['an unknown customer', 'dashboard', undefined, 'acne', 404],
    ['what can be no customer', 'dashboard', undefined, '%00', 404],
  ] as const)('refuses %s', async (_name, from, word, customer, status) => {
    for (const method of ['PUT', 'DELETE']) {
      const path = `/customers/${customer}/origins?origin=https://a.example`;
      const response = await operator.operate({ method, path }, from, word);
      expect(response.status).toBe(status);
      expect(corsHeaders(response)).toEqual(
        expected({ ...(from === 'dashboard' && { acao: operator.originOf(from) }), vary: 'Origin' }),
      );
    }
  });
}
