/*
 * A replica whose options are in Redis: an app in a process of its own, as `replica.ts` is one. It publishes, says what all
 * replicas run, and watches how long it was kept from answering.
 */
import { CorsService, type CorsModuleOptions, type OriginString } from '../../../lib/index.js';
import type { RedisCorsOptionsConfig } from '../../../lib/redis/index.js';
import { startApp, type Platform } from '../../support/apps.js';
import { optionsApp, SharedOptions } from './options-app.js';
import type { ClientOptions } from './redis-server.js';

/** What a replica is to be. */
export interface OptionsReplicaTask {
  readonly platform: Platform;
  readonly connection: ClientOptions;
  readonly config: RedisCorsOptionsConfig;
}

const { platform, connection, config } = JSON.parse(process.argv[2] as string) as OptionsReplicaTask;
const { app, port } = await startApp(platform, optionsApp(connection, config), { logger: ['error', 'log'] });
const shared = app.get(SharedOptions);

let made: CorsModuleOptions = {};
let watch = watchBlocks();

const ORDERS = {
  publish: (options: CorsModuleOptions, basedOn?: number) => shared.publish(options, { basedOn }),
  status: () => shared.status(),
  current: () => Promise.resolve(app.get(CorsService).current()),
  /** Makes options with a long list, beside what is there. */
  make: async (count: number, name: string, options: CorsModuleOptions) => {
    const origin = Array.from(
      { length: count },
      (_, index): OriginString => `https://${name}-${index}.example.com`,
    );
    made = { ...options, origin: [...(options.origin as OriginString[]), ...origin] };
  },
  publishMade: () => shared.publish(made),
  watch: async () => {
    watch.end();
    watch = watchBlocks();
  },
  longestBlock: async () => watch.longest(),
  /** Keeps it from answering by so many milliseconds of work. */
  work: async (milliseconds: number) => {
    const start = process.cpuUsage();
    for (let worked = 0; worked < milliseconds * 1000;) {
      const { user, system } = process.cpuUsage(start);
      worked = user + system;
    }
  },
} as const;

/**
 * Watches for how long nothing else had its turn, in milliseconds. What other processes of the machine have taken meanwhile is
 * not counted: time that has passed and time that this process has worked are both too long, so that the shorter counts.
 */
function watchBlocks(): { longest: () => number; end: () => void } {
  const step = 1;
  let longest = 0;
  let [at, worked] = [performance.now(), process.cpuUsage()];
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(worked);
    longest = Math.max(longest, Math.min(performance.now() - at - step, (user + system) / 1000));
    [at, worked] = [performance.now(), process.cpuUsage()];
  }, step);
  return { longest: () => longest, end: () => clearInterval(timer) };
}

process.on('message', ([name, ...values]: [keyof typeof ORDERS, ...never[]]) => {
  const order = ORDERS[name] as (...given: unknown[]) => Promise<unknown>;
  order(...values).then(
    (result) => process.send?.({ result }),
    (error: unknown) => process.send?.({ failure: String(error) }),
  );
});
process.on('disconnect', () => {
  watch.end();
  void app.close();
});
process.send?.({ port });
