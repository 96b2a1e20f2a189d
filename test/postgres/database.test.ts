import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { Operator } from '../e2e/database/operator.js';
import { databaseSuite } from '../e2e/database/suite.js';
import { Proxy } from '../redis/support/proxy.js';
import { until } from '../redis/support/until.js';
import { corsHeaders, expected, PREFLIGHT_VARY } from '../support/cors-headers.js';
import { buildSamples, startSample, type RunningSample, type SampleBuild } from '../support/sample.js';
import { startedBySuite, startedByTest } from '../support/suites.js';
import { Page } from './support/page.js';
import { PostgresServer } from './support/postgres-server.js';

/** In which sample/06-database has PostgreSQL announce changes. */
const CHANNEL = 'customer_origins';

/** How long after the announcement a removed origin may still be allowed anywhere, in milliseconds. */
const HEARD = 200;

/** What its processes lock while they make the tables. */
const MIGRATION_LOCK = 1_764_500_000;

/** How the processes name their connections. */
const LISTENING = 'nestjs-cors sample, listening';

const SHOP = 'https://shop.acme.example';
const OTHER = 'https://other.acme.example';

describe('sample/06-database on PostgreSQL', () => {
  const own = startedBySuite();
  let build: SampleBuild;
  let server: PostgresServer;

  beforeAll(async () => {
    build = await own(buildSamples(), (built) => built.remove());
    server = await own(PostgresServer.start(), (started) => started.stop());
  });

  describe('once it runs', () => {
    let url: string;

    beforeAll(async () => {
      url = await server.createDatabase();
    });

    databaseSuite(
      () => build,
      () => ({ DATABASE_URL: url }),
    );
  });

  const ownOfTest = startedByTest();

  function start(url: string): Promise<RunningSample> {
    return ownOfTest(startSample(build, '06-database', { DATABASE_URL: url }), (running) => running.stop());
  }

  /** Processes with the same database, once they hear of its changes. */
  async function replicas(count: number, url: string): Promise<readonly Operator[]> {
    const samples = await Promise.all(Array.from({ length: count }, () => start(url)));
    await listening(count, url);
    return samples.map((sample) => new Operator(sample));
  }

  async function listening(count: number, url: string): Promise<void> {
    await until(async () => {
      const rows = await server.run(
        url,
        `SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = $1 AND state = 'idle' AND query <> ''`,
        [LISTENING],
      );
      return rows.length === count;
    });
  }

  /** A page below acme's path. */
  function open({ port }: Operator, origin: string, pause?: number): Promise<Page> {
    return ownOfTest(new Page(port, origin, pause), (page) => page.stop());
  }

  /** Hears announcements as the processes do, and when each came. */
  async function hearing(url: string): Promise<{ readonly payload: string; readonly at: number }[]> {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    await ownOfTest(client.connect(), () => client.end());
    const heard: { payload: string; at: number }[] = [];
    client.on('notification', ({ payload = '' }) => heard.push({ payload, at: performance.now() }));
    await client.query(`LISTEN ${CHANNEL}`);
    return heard;
  }

  it('makes the tables once, however many processes start with an empty database at once', async () => {
    const url = await server.createDatabase();
    const somebody = new pg.Client({ connectionString: url });
    await ownOfTest(somebody.connect(), () => somebody.end());
    await somebody.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const starting = replicas(3, url);
    // A test that fails before has to say so.
    starting.catch(() => {});
    const waiting = `SELECT FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'advisory'`;
    await until(async () => (await server.run(url, waiting)).length === 3, 30_000);
    await somebody.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await starting;
    expect(await server.run(url, 'SELECT name FROM migrations ORDER BY id')).toEqual([
      { name: 'CreateTables1764500000000' },
      { name: 'AnnounceChanges1764500000001' },
      { name: 'SeedCustomers1764500000002' },
    ]);
    expect(await server.run(url, 'SELECT slug FROM customers ORDER BY slug')).toEqual([
      { slug: 'acme' },
      { slug: 'globex' },
    ]);
  });

  it('has each origin of a customer once, in whatever way it is put there', async () => {
    const url = await server.createDatabase();
    await replicas(1, url);
    const insert = `INSERT INTO customer_origins VALUES ('acme', '${SHOP}')`;
    await server.run(url, insert);
    await expect(server.run(url, insert)).rejects.toThrow('duplicate key');
    await expect(server.run(url, `INSERT INTO customer_origins VALUES ('acne', '${SHOP}')`)).rejects.toThrow(
      'foreign key',
    );
  });

  describe('two processes', () => {
    let url: string;
    let one: Operator;
    let other: Operator;
    const ownOfBoth = startedBySuite();

    beforeAll(async () => {
      url = await server.createDatabase();
      const env = { DATABASE_URL: url };
      const starting = [1, 2].map(() =>
        ownOfBoth(startSample(build, '06-database', env), (running) => running.stop()),
      );
      const [first, second] = (await Promise.all(starting)) as [RunningSample, RunningSample];
      await listening(2, url);
      one = new Operator(first);
      other = new Operator(second);
    });

    const insert = (...origins: readonly string[]): Promise<unknown> =>
      server.run(url, `INSERT INTO customer_origins SELECT 'acme', unnest($1::text[])`, [origins]);

    /** Pages of an origin at both, which may read what they get. */
    async function pagesOf(origin: string): Promise<readonly Page[]> {
      const pages = await Promise.all([one, other].map((operator) => open(operator, origin)));
      await Promise.all(pages.map((page) => page.until(({ acao }) => acao === origin)));
      return pages;
    }

    /** Demands that pages were refused at once when a change was announced, and got nothing wrong. */
    async function refusedAtOnce(pages: readonly Page[], announcedAt: number): Promise<void> {
      await Promise.all(pages.map((page) => page.until(({ status }) => status === 403)));
      await sleep(HEARD);
      for (const page of pages) {
        expect(page.lastAllowed).toBeLessThan(announcedAt + HEARD);
        expect(page.answers.at(-1)).toMatchObject({ status: 403 });
        expect(page.wrong).toEqual([]);
        await page.stop();
      }
    }

    it(`refuse within ${HEARD} ms of the announcement what was removed on the dashboard of one`, async () => {
      const heard = await hearing(url);
      for (const by of [one, other]) {
        await by.change('PUT', 'acme', SHOP);
        const pages = await pagesOf(SHOP);
        await until(() => heard.length > 0);
        heard.length = 0;
        await by.change('DELETE', 'acme', SHOP);
        await until(() => heard.length > 0);
        expect(heard).toMatchObject([{ payload: SHOP }]);
        await refusedAtOnce(pages, heard[0]?.at ?? 0);
        heard.length = 0;
      }
    });

    it.each([
      ['removed', `DELETE FROM customer_origins WHERE origin = '${SHOP}'`, [SHOP]],
      ['changed', `UPDATE customer_origins SET origin = '${OTHER}' WHERE origin = '${SHOP}'`, [OTHER, SHOP]],
      [
        'given to another customer',
        `UPDATE customer_origins SET customer = 'globex' WHERE origin = '${SHOP}'`,
        [SHOP],
      ],
      [
        'removed among many',
        `DELETE FROM customer_origins WHERE origin = '${SHOP}' OR origin LIKE 'https://many%'`,
        [''],
      ],
      ['removed with all others', 'TRUNCATE customer_origins', ['']],
      [
        'removed with its customer',
        `DELETE FROM customers WHERE slug = 'acme'`,
        [''],
        `INSERT INTO customers VALUES ('acme', 'Acme')`,
      ],
      [
        'left with a customer of another name',
        `UPDATE customers SET slug = 'acme-inc' WHERE slug = 'acme'`,
        [''],
        `UPDATE customers SET slug = 'acme' WHERE slug = 'acme-inc'`,
      ],
    ])('refuse at once what somebody has %s in SQL', async (_name, sql, announced, mended = 'SELECT') => {
      await server.run(url, 'TRUNCATE customer_origins');
      await insert(SHOP, ...Array.from({ length: 100 }, (_, at) => `https://many${at}.example`));
      const pages = await pagesOf(SHOP);
      const heard = await hearing(url);
      await server.run(url, sql);
      await until(() => heard.length > 0);
      await refusedAtOnce(pages, heard[0]?.at ?? 0);
      expect([...new Set(heard.map(({ payload }) => payload))].toSorted()).toEqual(announced);
      await server.run(url, mended);
    });

    it('allow at once what somebody has added in SQL, and was refused before', async () => {
      await server.run(url, 'TRUNCATE customer_origins');
      const page = await open(other, SHOP);
      await page.until(({ status }) => status === 403);
      const heard = await hearing(url);
      await insert(SHOP);
      const { sentAt } = await page.until(({ acao }) => acao === SHOP);
      expect(sentAt).toBeLessThan((heard[0]?.at ?? 0) + HEARD);
      expect(page.wrong).toEqual([]);
    });

    it('hear nothing of what is rolled back, and of what is no origin no more than a part', async () => {
      await server.run(url, 'TRUNCATE customer_origins');
      const heard = await hearing(url);
      await server.run(url, `BEGIN; INSERT INTO customer_origins VALUES ('acme', '${SHOP}'); ROLLBACK`);
      await insert('x'.repeat(2000));
      await until(() => heard.length > 0);
      expect(heard).toMatchObject([{ payload: 'x'.repeat(400) }]);
      expect((await one.ask(SHOP)).status).toBe(403);
    });

    it('let in nobody whose row is no origin', async () => {
      await server.run(url, 'TRUNCATE customer_origins');
      await insert('*', 'null', '', 'https://*.acme.example', 'https://shop.acme.example/');
      for (const origin of [SHOP, 'null', 'https://x.acme.example']) {
        expect((await one.ask(origin)).status).toBe(403);
        expect((await one.order(origin)).status).toBe(403);
      }
    });

    it('refuse what was removed while they did not listen, without waiting to listen again', async () => {
      await server.run(url, 'TRUNCATE customer_origins');
      await insert(SHOP);
      const pages = await pagesOf(SHOP);
      // In one go: nobody is there to hear the announcement.
      await server.run(
        url,
        `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = $1`,
        [LISTENING],
      );
      const removedAt = performance.now();
      await server.run(url, 'DELETE FROM customer_origins');
      await refusedAtOnce(pages, removedAt);
      await listening(2, url);
      // And are heard again.
      await insert(OTHER);
      const [page] = (await pagesOf(OTHER)) as [Page, Page];
      const heard = await hearing(url);
      await server.run(url, 'DELETE FROM customer_origins');
      await until(() => heard.length > 0);
      await refusedAtOnce([page], heard[0]?.at ?? 0);
    });

    it('ask for one row by the index, however many there are', async () => {
      await server.run(url, 'TRUNCATE customer_origins');
      await server.run(
        url,
        `INSERT INTO customer_origins SELECT 'acme', 'https://shop' || n || '.example' FROM generate_series(1, 20000) AS n`,
      );
      await server.run(url, 'ANALYZE customer_origins');
      /** What has been read of the table. PostgreSQL counts what a connection has done for sure once it is over. */
      const counts = async (): Promise<object> => {
        await server.run(
          url,
          `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
          WHERE datname = current_database() AND application_name = 'nestjs-cors sample'`,
        );
        // Until the pools have noticed.
        await sleep(300);
        const sql = `SELECT seq_scan::int, idx_scan::int, idx_tup_fetch::int
          FROM pg_stat_user_tables WHERE relname = 'customer_origins'`;
        return (await server.run(url, sql))[0] as object;
      };
      const before = (await counts()) as { seq_scan: number; idx_scan: number; idx_tup_fetch: number };
      for (let round = 0; round < 2; round++) {
        for (let n = 1; n <= 10; n++) {
          expect((await one.ask(`https://shop${n}.example`)).status).toBe(204);
        }
        // In the second round nothing is asked: it is known.
        const { idx_tup_fetch: fetched, ...after } = (await counts()) as typeof before;
        expect(after).toEqual({ seq_scan: before.seq_scan, idx_scan: before.idx_scan + 10 });
        expect(fetched - before.idx_tup_fetch).toBeLessThanOrEqual(10);
      }
    });
  });

  it.each(['SIGQUIT', 'SIGINT'] as const)(
    'refuses while the server is away (%s), and allows when it is back, without an error',
    async (signal) => {
      const url = await server.createDatabase();
      const [operator] = (await replicas(1, url)) as [Operator];
      const origin = operator.originOf('acme');
      const page = await open(operator, origin);
      await page.until(({ acao }) => acao === origin);
      try {
        await server.kill(signal);
        await page.until(({ status }) => status === 403);
        const preflight = await operator.ask(origin);
        expect([preflight.status, corsHeaders(preflight)]).toEqual([403, expected({ vary: PREFLIGHT_VARY })]);
        const dashboard = await operator.operate({ path: '/customers' });
        expect([dashboard.status, JSON.parse(dashboard.body)]).toEqual([
          503,
          {
            statusCode: 503,
            message: 'The database cannot be reached at the moment. Pages are refused until it can.',
          },
        ]);
        expect(corsHeaders(dashboard)).toEqual(
          expected({ acao: operator.originOf('dashboard'), vary: 'Origin' }),
        );
        expect((await operator.order(undefined)).status).toBe(201);
        await sleep(700);
        expect(page.answers.at(-1)).toMatchObject({ status: 403 });
      } finally {
        await server.start();
      }
      await page.until(({ acao }) => acao === origin);
      await listening(1, url);
      await page.stop();
      expect(page.wrong).toEqual([]);
      expect(Math.max(...page.answers.map(({ took }) => took))).toBeLessThan(3_500);
      expect((await operator.operate({ path: '/customers' })).status).toBe(200);

      // One line of the library for all that was refused, and one of the sample.
      const { code, errors } = await operator.sample.stop();
      expect(code).toBe(0);
      expect(linesWith(errors, 'ERROR')).toEqual([
        expect.stringContaining('The origin source CustomerOrigins of OrdersController failed'),
      ]);
      expect(linesWith(operator.sample.output, '[ChangeListener]')).toEqual([
        expect.stringContaining('Changes are not heard of, so nothing is remembered'),
      ]);
    },
  );

  it('asks past the cache for as long as changes cannot be heard', async () => {
    const url = new URL(await server.createDatabase());
    const direct = url.href;
    const proxy = await ownOfTest(Proxy.to(server.port), (opened) => opened.close());
    url.port = `${proxy.port}`;
    const operator = new Operator(await start(url.href));
    await listening(1, direct);
    const acme = operator.originOf('acme');
    const page = await open(operator, acme);
    await page.until(({ acao }) => acao === acme);

    proxy.refuse(LISTENING);
    await listening(0, direct);
    const removedAt = performance.now();
    await server.run(direct, 'DELETE FROM customer_origins WHERE origin = $1', [acme]);
    await page.until(({ status }) => status === 403);
    expect(page.lastAllowed).toBeLessThan(removedAt + HEARD);
    await server.run(direct, `INSERT INTO customer_origins VALUES ('acme', $1)`, [acme]);
    await page.until(({ acao }) => acao === acme);

    proxy.refuse();
    await listening(1, direct);
    await page.stop();
    expect(page.wrong).toEqual([]);
    // Once for all of that time.
    expect(linesWith(operator.sample.output, '[ChangeListener]')).toHaveLength(1);
  });

  it('comes back from connections that have died without being closed', async () => {
    const url = new URL(await server.createDatabase());
    const proxy = await ownOfTest(Proxy.to(server.port), (opened) => opened.close());
    const direct = url.href;
    url.port = `${proxy.port}`;
    const operator = new Operator(await start(url.href));
    await listening(1, direct);
    const acme = operator.originOf('acme');
    const page = await open(operator, acme, 20);
    await page.until(({ acao }) => acao === acme);

    // Nobody says that announcements do not come through any more. The heartbeat finds out, every 2 s, and waits for 1 s.
    proxy.forget('LISTEN');
    const removedAt = performance.now();
    await server.run(direct, `DELETE FROM customer_origins WHERE origin = $1`, [acme]);
    await page.until(({ status }) => status === 403);
    expect(page.lastAllowed - removedAt).toBeLessThan(3_000 + HEARD);
    await page.stop();
    expect(page.wrong).toEqual([]);

    // All of them: what is asked fails after 1 s, and none of a pool is used for more than 10 s.
    await listening(1, direct);
    const another = await open(operator, SHOP, 20);
    await another.until(({ status }) => status === 403);
    proxy.forget('');
    await server.run(direct, `INSERT INTO customer_origins VALUES ('acme', $1)`, [SHOP]);
    await another.until(({ acao }) => acao === SHOP, 20_000);
    await another.stop();
    expect(another.wrong).toEqual([]);
  });
});

function linesWith(text: string, word: string): readonly string[] {
  return text.split('\n').filter((line) => line.includes(word));
}
