import type { Logger } from '@nestjs/common';
import { oneLine, originText, pathText } from '../explain/words.js';
import { ReportLimit } from './source-failures.js';

/** How often a path is reported at most, in milliseconds. */
const REPORT_INTERVAL = 60_000;

/** How many paths are reported in that time: anybody can ask for as many as he likes. */
const MAX_REPORTED = 100;

/** What an app says of requests whose outcome somebody may wonder about, each so seldom that nobody can flood the log. */
export class AppLog {
  /** When which path has been reported, the longest ago first. */
  private readonly reported = new Map<string, number>();
  /** How often which origin is reported, since a time. */
  private readonly refusals = new Map<string, ReportLimit>();
  private refusalsSince = 0;
  /** Of those that do not fit in there. */
  private readonly others = new ReportLimit();
  private readonly lost = new ReportLimit();

  /** @param logger - the app's own may throw, which is no reason to lose a response */
  constructor(private readonly logger: Pick<Logger, 'warn'>) {}

  /**
   * The seal has taken out a field that somebody else has set. Said once a minute for each path: whoever relied on the field
   * would search for long without it.
   */
  foreignField(name: string, method: string, path: string): void {
    const { reported } = this;
    const now = performance.now();
    for (const [earlier, time] of reported) {
      if (now - time < REPORT_INTERVAL) break;
      reported.delete(earlier);
    }
    // A full list forgets nothing before its time, and what does not fit into it is not said.
    if (reported.has(path) || reported.size >= MAX_REPORTED) return;
    reported.set(path, now);
    this.warn(
      `${method} ${pathText(path)}: somebody has set ${name}, which is not sent: CorsModule alone decides who may read ` +
        'what. Give the path a policy by a decorator or an entry of routes, or leave it alone with ' +
        '{ path, unmanaged: true }; or remove whoever sets the field',
    );
  }

  /**
   * A request was refused only because its `Host` is not that of its `Origin`. Said once a minute for each origin: behind a proxy
   * that rewrites it, or at a port of a gateway's own, these are the app's own pages.
   */
  hostRefusal(origin: string, host: string | undefined): void {
    const more = this.limitOf(originText(origin)).next();
    if (more !== undefined) this.warn(hostRefusal(origin, host) + more);
  }

  /** A request without `Origin` was refused because of what it says in `Sec-Fetch-Site`. Said once a minute. */
  originLost(method: string, url: string): void {
    const more = this.lost.next();
    if (more !== undefined) this.warn(`${method} ${pathText(url)} was refused: ${ORIGIN_LOST}${more}`);
  }

  /** Anybody can send as many origins as he likes: what is full is emptied once a minute. */
  private limitOf(origin: string): ReportLimit {
    const { refusals } = this;
    const known = refusals.get(origin);
    if (known !== undefined) return known;
    if (refusals.size >= MAX_REPORTED) {
      if (performance.now() - this.refusalsSince < REPORT_INTERVAL) return this.others;
      refusals.clear();
    }
    if (refusals.size === 0) this.refusalsSince = performance.now();
    const limit = new ReportLimit();
    refusals.set(origin, limit);
    return limit;
  }

  private warn(text: string): void {
    try {
      this.logger.warn(oneLine(text));
    } catch {
      // Nobody is left to be told.
    }
  }
}

/** Why a request without `Origin` is refused. */
export const ORIGIN_LOST =
  'Sec-Fetch-Site names another site, but there is no Origin. Browsers send both, so somebody on the way takes it away';

/** Why a host has decided, and what to do about it. */
export function hostRefusal(origin: string, host: string | undefined): string {
  const compared =
    host === undefined || host === ''
      ? 'the request names no host to compare it with'
      : `its host is not ${JSON.stringify(host)}, with which it was compared`;
  return oneLine(
    `${originText(origin)} was refused. The policy there does not allow it, and ${compared}. ` +
      "If it is the app's own origin, behind a proxy or with another port, name it in publicOrigins",
  );
}
