import { Logger } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { oneLine, pathText } from '../explain/words.js';
import type { Exchange } from './exchange.js';

/** How often a path is reported at most, in milliseconds. */
const REPORT_INTERVAL = 60_000;

/** How many paths are reported in that time: anybody can ask for as many as he likes. */
const MAX_REPORTED = 100;

const logger = new Logger('CorsModule');

/** The paths that have been reported in the last interval. */
const reported = new LRUCache<string, true>({ max: MAX_REPORTED, ttl: REPORT_INTERVAL });

/**
 * Says that the seal has taken out a field which somebody else has set: once a minute for each path. Whoever relied on the
 * field would search for long without it.
 */
export function logForeignField(name: string, { path, request }: Exchange): void {
  const place = path ?? request.url;
  // A full list forgets nothing before its time, and what does not fit into it is not said.
  if (reported.has(place) || (reported.size >= MAX_REPORTED && !reported.purgeStale())) return;
  reported.set(place, true);
  try {
    logger.warn(
      oneLine(
        `${request.method} ${pathText(place)}: somebody has set ${name}, which is not sent: CorsModule alone decides who may ` +
          `read what. Give the path a policy by a decorator or an entry of routes, ` +
          'or leave it alone with { path, unmanaged: true }; or remove whoever sets the field',
      ),
    );
  } catch {
    // What the app's own logger throws is no reason to lose a response.
  }
}
