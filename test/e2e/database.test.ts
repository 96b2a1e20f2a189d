import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  buildSamples,
  endWhileConnected,
  freePorts,
  startSample,
  type SampleBuild,
} from '../support/sample.js';
import { startedBySuite } from '../support/suites.js';
import { databaseSuite } from './database/suite.js';

/* On PostgreSQL: `test/postgres`. */

describe('sample/06-database on SQLite', () => {
  const own = startedBySuite();
  let build: SampleBuild;

  beforeAll(async () => {
    build = await own(buildSamples(), (built) => built.remove());
  });

  describe('once it runs', () =>
    databaseSuite(
      () => build,
      () => ({}),
    ));

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends cleanly on %s, even with connections open',
    async (signal) => {
      const sample = await startSample(build, '06-database');
      expect(await endWhileConnected(sample, signal)).toEqual({ code: 0, signal: null, errors: '' });
    },
  );

  it('listens on the ports that it is told to, and ends if one is taken', async () => {
    const [port, pagesPort] = (await freePorts(2)) as [number, number];
    const env = { PORT: `${port}`, PAGES_PORT: `${pagesPort}` };
    const first = await startSample(build, '06-database', env);
    expect(first.urls['API']).toBe(`http://api.localhost:${port}/customers/acme/orders`);
    expect(first.urls['Dashboard']).toContain(`http://dashboard.localhost:${pagesPort}/`);
    await expect(startSample(build, '06-database', { PORT: env.PORT })).rejects.toThrow('EADDRINUSE');
    await first.stop();
  });

  it.each([
    [
      'mysql://root:secret@127.0.0.1/app',
      'DATABASE_URL begins with mysql:. Write one such as "postgresql://',
    ],
    ['secret', 'DATABASE_URL is no URL. Write one such as "postgresql://'],
  ])('ends if DATABASE_URL is %s, and says what to write', async (url, says) => {
    const starting = startSample(build, '06-database', { DATABASE_URL: url });
    await expect(starting).rejects.toThrow(says);
    await expect(starting).rejects.not.toThrow('secret');
  });

  it('ends if PostgreSQL is not there, and says so', async () => {
    const [nobody] = (await freePorts(1)) as [number];
    const url = `postgresql://cors@127.0.0.1:${nobody}/app`;
    await expect(startSample(build, '06-database', { DATABASE_URL: url })).rejects.toThrow(
      `ECONNREFUSED 127.0.0.1:${nobody}`,
    );
  });
});
