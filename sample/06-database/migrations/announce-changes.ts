import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CHANNEL } from '../postgres.js';

/** Of more origins at once none is named: whoever listens then forgets everything, which is less work. */
const MOST_NAMED = 100;

/** What statements do, and the rows of each that are to be announced: an update has both. */
const CHANGES = [
  { event: 'INSERT', rows: 'NEW' },
  { event: 'DELETE', rows: 'OLD' },
  { event: 'UPDATE', rows: 'OLD' },
  { event: 'UPDATE', rows: 'NEW' },
] as const;

/**
 * Has PostgreSQL announce which origins have changed, whoever has changed them: another replica, another program, or somebody
 * with `psql`. What a transaction announces is heard when it has been committed, and not if it is rolled back.
 */
export class AnnounceChanges1764500000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION announce_origins() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF (SELECT count(*) FROM (SELECT FROM changed LIMIT ${MOST_NAMED + 1}) AS few) > ${MOST_NAMED} THEN
          PERFORM pg_notify('${CHANNEL}', '');
        ELSE
          -- What is longer is no origin, and an announcement has a limit.
          PERFORM pg_notify('${CHANNEL}', left(origin, 400)) FROM changed;
        END IF;
        RETURN NULL;
      END $$`);
    for (const { event, rows } of CHANGES) {
      await runner.query(`
        CREATE TRIGGER announce_${event.toLowerCase()}_${rows.toLowerCase()}
        AFTER ${event} ON customer_origins REFERENCING ${rows} TABLE AS changed
        FOR EACH STATEMENT EXECUTE FUNCTION announce_origins()`);
    }
    await runner.query(`
      CREATE FUNCTION announce_all_origins() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('${CHANNEL}', '');
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER announce_truncate AFTER TRUNCATE ON customer_origins
      FOR EACH STATEMENT EXECUTE FUNCTION announce_all_origins()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    // Their triggers go with them.
    await runner.query('DROP FUNCTION announce_all_origins() CASCADE');
    await runner.query('DROP FUNCTION announce_origins() CASCADE');
  }
}
