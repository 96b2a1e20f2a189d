import { beforeAll, describe, expect, it } from '@jest/globals';
import { corsHeaders, expected } from '../support/cors-headers.js';
import { send } from '../support/http.js';
import {
  buildSamples,
  deadLinksOf,
  endWhileConnected,
  startSample,
  type RunningSample,
  type SampleBuild,
} from '../support/sample.js';
import { startedBySuite } from '../support/suites.js';

describe('sample/05-inspector', () => {
  const own = startedBySuite();
  let build: SampleBuild;
  let sample: RunningSample;
  let port: number;
  beforeAll(async () => {
    build = await own(buildSamples(), (built) => built.remove());
    sample = await own(startSample(build, '05-inspector'), (running) => running.stop());
    port = Number(new URL(String(sample.urls['Routes'])).port);
  });

  async function show(name: string): Promise<string> {
    const { host, pathname, search } = new URL(String(sample.urls[name]));
    const { status, body } = await send(port, { path: pathname + search, headers: { host } });
    expect(status).toBe(200);
    return body
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll('&#34;', '"')
      .replaceAll(/\s+/g, ' ');
  }

  it('prints nothing that is not there', async () => {
    expect(Object.keys(sample.urls)).toEqual(['Routes', 'Explain', 'Refusals', 'Differences']);
    expect(await deadLinksOf(sample)).toEqual([]);
  });

  it('shows the policies, with what is tried out beside them', async () => {
    const text = await show('Routes');
    expect(text).toContain('GET /orders 2 origins OrdersController#list');
    expect(text).toContain('enforce false reportOnly: true the default');
    expect(text).toContain('maxAge: WebKit keeps a preflight for 600 seconds at most, Chromium for 7200');
  });

  it('shows what is refused, with what was meant, and what reportOnly would change', async () => {
    const text = await show('Refusals');
    for (const part of [
      'https://www.shop.localhost:8080 origin-not-allowed',
      'has the scheme "http", not "https"',
      'http://shop.localhost:8080 origin-not-allowed',
      'differs by "www."',
      'it allows x-csrf-token',
      'What reportOnly would change',
      'http://old.shop.localhost:8080 would be refused',
    ]) {
      expect(text).toContain(part);
    }
  });

  it('shows that the policies have been tightened, and nothing else', async () => {
    const text = await show('Differences');
    expect(text).toContain('narrower 3: no page may do more, and some may do less');
    expect(text).toContain('3 changes.');
    expect(text).toContain('PUT /orders/:id is narrower:');
  });

  it('lets pages in by the policy in force alone', async () => {
    const fields = async (origin: string): Promise<object> =>
      corsHeaders(await send(port, { path: '/orders', headers: { origin } }));
    for (const origin of ['http://www.shop.localhost:8080', 'http://old.shop.localhost:8080']) {
      expect(await fields(origin)).toEqual(expected({ acao: origin, vary: 'Origin' }));
    }
    expect(await fields('http://shop.localhost:8080')).toEqual(expected({ vary: 'Origin' }));
  });

  it('does not start in production', async () => {
    await expect(startSample(build, '05-inspector', { NODE_ENV: 'production' })).rejects.toThrow(
      'inspector-unguarded',
    );
  });

  it('ends at once, whoever is connected', async () => {
    const another = await startSample(build, '05-inspector');
    expect(await endWhileConnected(another, 'SIGTERM')).toMatchObject({ errors: '' });
  });
});
