import type { EventEmitter } from 'node:events';
import { match, type MatchFunction } from 'path-to-regexp';
import { requestPath } from '../routing/request-path.js';

/** An app of Express that can be mounted in another one. @see Express, `app.mountpath` and the event `mount` */
export interface MountableApp extends Pick<EventEmitter, 'on'> {
  /** That of the last mount. */
  readonly mountpath: MountPath | readonly MountPath[];
  /** The app that it is mounted in. */
  readonly parent?: object;
}

/** What an app may be mounted at. */
type MountPath = string | RegExp;

/** Where apps with a CorsModule of their own are mounted, by the app that they are mounted in. */
const mounted = new WeakMap<object, Set<MountPath>>();

/** Notes where an app is mounted, if it is or will be. */
export function watchMount(app: MountableApp): void {
  const note = (parent: object | undefined): void => {
    if (parent === undefined) return;
    const paths = mounted.get(parent) ?? new Set();
    mounted.set(parent, paths);
    for (const path of [app.mountpath].flat()) paths.add(path);
  };
  note(app.parent);
  app.on('mount', note);
}

/**
 * The paths at which apps with a CorsModule of their own are mounted in an app. What arrives there is theirs to decide,
 * preflights included.
 */
export class Mounts {
  private readonly matchers = new Map<string, MatchFunction<object>>();

  /** @param app - the app that others may be mounted in */
  constructor(private readonly app: object) {}

  /** @param target - the target of a request */
  cover(target: string): boolean {
    const paths = mounted.get(this.app);
    if (paths === undefined) return false;
    const path = requestPath(target) ?? '';
    for (const pattern of paths) {
      if (typeof pattern === 'string' ? this.covers(pattern, path) : path.search(pattern) === 0) return true;
    }
    return false;
  }

  /** As Express matches a path that something is mounted at. */
  private covers(pattern: string, path: string): boolean {
    // To the library for paths, nothing but `/` itself lies below it.
    return pattern === '/' || pattern === '' || this.matcherOf(pattern)(path) !== false;
  }

  private matcherOf(pattern: string): MatchFunction<object> {
    let matches = this.matchers.get(pattern);
    if (matches === undefined) {
      matches = match(pattern, { end: false, trailing: true, decode: false });
      this.matchers.set(pattern, matches);
    }
    return matches;
  }
}
