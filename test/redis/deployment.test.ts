import { describe, expect, it } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { epochOf } from '../../lib/redis/cluster.js';
import { deploymentOf } from '../../lib/redis/deployment.js';
import { expectedOf } from '../../lib/redis/sentinels.js';

describe('what a node says of the cluster', () => {
  const info = (state: string): string =>
    `cluster_enabled:1\r\ncluster_state:${state}\r\ncluster_current_epoch:17\r\ncluster_my_epoch:3\r\n`;

  it.each([
    { said: info('ok'), epoch: '17' },
    { said: info('fail'), epoch: undefined },
    { said: '', epoch: undefined },
    { said: undefined, epoch: undefined },
    { said: 'x_cluster_state:ok\r\n', epoch: undefined },
  ])('$said is the epoch $epoch', ({ said, epoch }) => {
    expect(epochOf(said)).toBe(epoch);
  });
});

describe('how many replicas ought to have a change', () => {
  it.each([
    { flags: [], expected: 0 },
    { flags: ['slave'], expected: 1 },
    { flags: ['slave', 'slave'], expected: 2 },
    // Right after a failover, a Sentinel has no connection to any.
    { flags: ['slave,disconnected', 'slave,disconnected'], expected: 2 },
    { flags: ['slave', 's_down,slave,disconnected'], expected: 1 },
    { flags: ['s_down,slave'], expected: 1 },
    { flags: ['s_down,slave', 'o_down,slave'], expected: 1 },
    { flags: ['slave,promoted', 'slave,reconf_sent'], expected: 2 },
  ])('is $expected of $flags', ({ flags, expected }) => {
    expect(expectedOf(flags.map((each) => each.split(',')))).toBe(expected);
  });
});

describe('how Redis is deployed', () => {
  const sentinels = [{ host: 'one' }, { host: 'two', port: 7 }];

  it('is a single server, of which nothing is asked and confirmed', () => {
    expect(deploymentOf(new Redis({ lazyConnect: true }))).toMatchObject({
      guides: undefined,
      check: undefined,
      refresh: undefined,
      expectedReplicas: undefined,
    });
  });

  it('is Sentinels, with a connection to each, as the user and with the password that they know', () => {
    const model = new Redis({
      lazyConnect: true,
      sentinels,
      name: 'db',
      role: 'slave',
      db: 3,
      username: 'app',
      password: 'secret',
      sentinelUsername: 'watcher',
      sentinelPassword: 'other',
      failoverDetector: true,
    });
    const { commands, guides, openListener } = deploymentOf(model);
    const opened = guides?.open.map((open) => open().options);
    expect(opened).toEqual([
      expect.objectContaining({ host: 'one', port: 26379, db: 0, username: 'watcher', password: 'other' }),
      expect.objectContaining({ host: 'two', port: 7, db: 0, username: 'watcher', password: 'other' }),
    ]);
    for (const options of opened ?? []) expect(options.sentinels).not.toEqual(sentinels);
    expect(guides?.tellsOfSwitch('db 10.0.0.1 6379 10.0.0.2 6379')).toBe(true);
    expect(guides?.tellsOfSwitch('db-2 10.0.0.1 6379 10.0.0.2 6379')).toBe(false);
    for (const { options } of [commands, openListener()])
      expect(options).toMatchObject({ sentinels, username: 'app', role: 'master', failoverDetector: false });
  });

  it('is a cluster, whose options are kept but where nothing is to wait', () => {
    const model = new Cluster([{ host: '127.0.0.1', port: 1 }], {
      lazyConnect: true,
      keyPrefix: 'app:',
      scaleReads: 'slave',
      redisOptions: { password: 'secret', socketTimeout: 60_000 },
    });
    const { commands, guides, openListener } = deploymentOf(model);
    expect((commands as Cluster).options).toMatchObject({
      keyPrefix: 'app:',
      // A replica may hear of a change later than we do.
      scaleReads: 'master',
      redisOptions: { password: 'secret', socketTimeout: 5000 },
    });
    expect(guides).toBe(undefined);
    expect(openListener).toThrow('No node of the cluster is known');
    for (const each of [model, commands]) each.disconnect();
  });
});
