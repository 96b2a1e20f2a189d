/*
 * A replica: an app in a process of its own, started by `replicas.ts`. It answers over HTTP and obeys messages. Once its
 * parent lets go of it, it closes the app, and ends if nothing else keeps it.
 */
import type { RedisOriginsOptions } from '../../../lib/redis/index.js';
import { startApp, type Platform } from '../../support/apps.js';
import { PartnerOrigins, partnersApp, type Connection } from './partners-app.js';

/** What a replica is to be. */
export interface ReplicaTask {
  readonly platform: Platform;
  readonly connection: Connection;
  readonly options: RedisOriginsOptions;
}

/** What it is told to do. */
export type Order = readonly [name: 'add' | 'remove', origin: string];

/** What it says: where it listens, the result of an order, or why there is none. */
export interface Report {
  readonly port?: number;
  readonly result?: boolean;
  readonly failure?: string;
}

const { platform, connection, options } = JSON.parse(process.argv[2] as string) as ReplicaTask;
const { app, port } = await startApp(platform, partnersApp(connection, options), {
  logger: ['error', 'log'],
});
const origins = app.get(PartnerOrigins);

function report(message: Report): void {
  process.send?.(message);
}

process.on('message', ([name, origin]: Order) => {
  origins[name](origin).then(
    (result) => report({ result }),
    (error: unknown) => report({ failure: String(error) }),
  );
});
process.on('disconnect', () => void app.close());
report({ port });
