import type { FetchFailureReason } from '../../../lib/testing/index.js';
import type { World } from './world.js';

/** A real browser: what the table asks of it. Where cases and their meaning are concerned, it knows nothing. */
export interface Driver {
  /**
   * Opens a document.
   *
   * @param url - an origin, or a document of a server
   * @param profile - whether its cookies are those of all pages, or of its own, which has none yet
   */
  open(url: string, profile: Profile): Promise<DriverPage>;
  close(): Promise<void>;
}

export type Profile = 'shared' | 'own';

/** A document that is open. */
export interface DriverPage {
  /** Runs a function in the document. It sees nothing of where it stands here, and its argument and result are JSON. */
  run<A, R>(script: (argument: A) => Promise<R>, argument: A): Promise<R>;
  /** Why the first request with this token has failed that was not asked for yet; `undefined` where the browser does not say. */
  why(token: string): Promise<FetchFailureReason | undefined>;
  close(): Promise<void>;
}

/** The ports of this machine behind the hosts of the table. */
export function portsOf({ ports, tlsPort }: World): Readonly<Record<string, number>> {
  return { ...ports, '*:443': tlsPort };
}
