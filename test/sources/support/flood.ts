import { cachedOrigins, type CachedOrigins } from '../../../lib/sources/cached-origins.js';

/** Many origins that a stranger makes up, each asked about once. */
export interface Flood {
  readonly source: keyof typeof SOURCES;
  readonly count: number;
  readonly max: number;
  /** How long the key is that goes with each origin; by default the origin is the key. */
  readonly key?: number;
}

/** What is left of it. */
export interface Flooded {
  /** The bytes of the heap in use. */
  readonly bytes: number;
  /** The entries of the cache. */
  readonly size: number;
}

const AT_ONCE = 1_000;

const SOURCES = {
  refuses: async (): Promise<boolean> => Promise.resolve(false),
  rejects: async (): Promise<boolean> => Promise.reject(new Error('out of order')),
  hangs: async (): Promise<boolean> => new Promise(() => {}),
};

async function flood({ source, count, max, key }: Flood): Promise<Flooded> {
  gc!();
  const before = process.memoryUsage().heapUsed;
  const options = { ttl: 60_000, max, ...(source === 'refuses' ? {} : { timeout: 1 }) };
  const origins = (
    key === undefined
      ? cachedOrigins(SOURCES[source], options)
      : cachedOrigins(SOURCES[source], { ...options, key: (_, tenant: string) => tenant })
  ) as CachedOrigins<string>;
  for (let asked = 0; asked < count; asked += AT_ONCE) {
    await Promise.allSettled(
      Array.from({ length: AT_ONCE }, async (_, at) =>
        origins.allows(`https://${asked + at}.example`, `${'x'.repeat(key ?? 0)}${asked + at}`),
      ),
    );
  }
  await new Promise(setImmediate);
  gc!();
  const bytes = process.memoryUsage().heapUsed - before;
  // Looked at here, so that it is in use until it has been measured.
  return { bytes, size: origins.size };
}

process.stdout.write(JSON.stringify(await flood(JSON.parse(process.argv[2]!) as Flood)));
