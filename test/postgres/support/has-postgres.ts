import { spawnSync } from 'node:child_process';

/** Whether there is a PostgreSQL, for suites that need one only in part. */
export const hasPostgres = spawnSync(process.env['POSTGRES_PATH'] ?? 'postgres', ['--version']).status === 0;
