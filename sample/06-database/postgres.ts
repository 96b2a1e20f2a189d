/** Where PostgreSQL announces changes: an origin, or nothing where there are too many to be named. */
export const CHANNEL = 'customer_origins';

/** How long PostgreSQL may take to let us in, and to answer a question, in milliseconds. Whoever waits is refused then. */
export const PATIENCE = 1_000;

/**
 * The URL of PostgreSQL, from the environment's `DATABASE_URL`.
 *
 * @returns `undefined` if there is none: then there is SQLite in this process
 * @throws Error if it is no URL of PostgreSQL
 */
export function postgresUrl(text = process.env['DATABASE_URL']): string | undefined {
  if (text === undefined || text === '') return undefined;
  const protocol = URL.canParse(text) ? new URL(text).protocol : '';
  if (protocol === 'postgres:' || protocol === 'postgresql:') return text;
  // Not the text itself, which may have a password in it.
  throw new Error(
    `DATABASE_URL ${protocol === '' ? 'is no URL' : `begins with ${protocol}`}. ` +
      'Write one such as "postgresql://user:password@127.0.0.1:5432/name", or leave it out for SQLite.',
  );
}
