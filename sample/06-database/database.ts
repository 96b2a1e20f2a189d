import { DataSource, type DataSourceOptions } from 'typeorm';
import { CustomerOrigin } from './customer-origin.entity.js';
import { Customer } from './customer.entity.js';
import { AnnounceChanges1764500000001 } from './migrations/announce-changes.js';
import { CreateTables1764500000000 } from './migrations/create-tables.js';
import { SeedCustomers1764500000002 } from './migrations/seed-customers.js';
import { PATIENCE, postgresUrl } from './postgres.js';

/** Any number that no other program takes for a lock in the same database. */
const MIGRATION_LOCK = 1_764_500_000;

/**
 * Where the tables are: in PostgreSQL; else in SQLite, which is compiled to WebAssembly and runs in this process, in its memory.
 * Tables are never made to look like the entities: migrations make them.
 *
 * `better-sqlite3` would do as well, and writes to a file. It is native: version 12, which TypeORM asks for, fetches a binary or
 * compiles one when it is installed, and version 13, which has them in its package, ends Node.js 20 with a segmentation fault.
 *
 * @throws Error if the environment names no database that there can be
 */
export function databaseOptions(): DataSourceOptions {
  const entities = [Customer, CustomerOrigin];
  const url = postgresUrl();
  if (url === undefined) {
    return { type: 'sqljs', entities, migrations: [CreateTables1764500000000, SeedCustomers1764500000002] };
  }
  return {
    type: 'postgres',
    url,
    applicationName: 'nestjs-cors sample',
    connectTimeoutMS: PATIENCE,
    // Over a connection that is dead without having been closed no answer comes, and a pool gives it to whoever asks next.
    extra: { query_timeout: PATIENCE, maxLifetimeSeconds: 10 },
    // Whoever has asked is told. That a connection is lost over which nobody asks is no news.
    poolErrorHandler: () => {},
    entities,
    migrations: [CreateTables1764500000000, AnnounceChanges1764500000001, SeedCustomers1764500000002],
  };
}

/** Opens the database, with the tables as this version of the app needs them. */
export async function openDatabase(options: DataSourceOptions): Promise<DataSource> {
  if (options.type === 'postgres') await migrateInTurn({ ...options, extra: {} });
  const database = await new DataSource(options).initialize();
  if (options.type !== 'postgres') await database.runMigrations();
  return database;
}

/**
 * Replicas that start at the same time all want to run the migrations, and TypeORM knows nothing of the others: one does it while
 * the others wait. Over connections of its own, because a migration may take longer than a question.
 */
async function migrateInTurn(options: DataSourceOptions): Promise<void> {
  const database = await new DataSource(options).initialize();
  try {
    // Let go of when its connection is closed.
    await database.createQueryRunner().query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await database.runMigrations();
  } finally {
    await database.destroy();
  }
}
