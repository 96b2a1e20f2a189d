import type { Server } from 'node:http';
import type { PlatformRequest } from '../routing/route-matcher.js';
import type { HookContext } from './hook-context.js';
import type { Door } from './server-door.js';

/** A server of WebSockets, as its adapter has made it. */
export interface Gateway {
  /** Where it is: what governs that path governs all that it takes. */
  readonly path: string;
  /** Whether plain requests are its own as well, as those of polling are; else handshakes only. */
  readonly polls: boolean;
  /** Whether it takes a request, exactly as it decides that itself. */
  readonly takes: (request: Pick<PlatformRequest, 'url' | 'headers'>) => boolean;
}

/** What stands at the doors of gateways, and keeps out whom their policy does not allow, whether it says `enforce` or not. */
export interface GatewayDoors {
  /** Lets requests in, where a gateway has a server of its own. Once policies are in force. */
  open(): Promise<void>;

  /**
   * The doors of the gateways at the app's server, in front of its own.
   *
   * @param current - what is in force there
   */
  inFrontOf(door: Door, server: Server, current: () => HookContext | undefined): Door;

  /** What is in force for a request that a gateway at the app's server takes. */
  contextOf(request: PlatformRequest, current: HookContext): HookContext | undefined;
}
