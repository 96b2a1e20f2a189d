import type { Server } from 'node:http';
import type { INestApplicationContext } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import type { CorsEngine } from '../http/cors-engine.js';
import type { Gateway, GatewayDoors } from '../http/gateway.js';
import type { HookContext } from '../http/hook-context.js';
import { CORS_ENGINE } from '../http/load-engine.js';
import type { Door } from '../http/server-door.js';
import { LatePart } from '../late-part.js';
import type { PlatformRequest } from '../routing/route-matcher.js';

/** What stands at the doors. It works with the parts of the engine, and is loaded behind it. */
const DOORS = new LatePart(() => import('../http/gateway-doors.js'));

/** The gateways of an app, as adapters of ours have made them, and what stands at their doors. */
export class Gateways implements GatewayDoors {
  private readonly servers = new Map<Server, Gateway[]>();
  /** What is in force at a gateway, as long as the same is in force in its app. */
  private readonly known = new WeakMap<
    Gateway,
    { readonly of: HookContext; readonly context: HookContext }
  >();
  private isOpen = false;

  private constructor(private readonly engine: CorsEngine) {}

  /**
   * The gateways of an app.
   *
   * @param adapter - the name of the adapter that asks, for messages
   * @throws TypeError if it is no app
   * @throws Error if CorsModule is not in it
   */
  static of(app: INestApplicationContext, adapter: string): Gateways {
    if (typeof (app as Partial<INestApplicationContext> | undefined)?.get !== 'function') {
      throw new TypeError(
        `new ${adapter}() needs the app, in which CorsModule has the policies: write app.useWebSocketAdapter(new ${adapter}(app))`,
      );
    }
    const engine = engineOf(app);
    if (engine === undefined) {
      throw new Error(
        `${adapter} takes its policies from CorsModule, which is not in this app: add CorsModule.forRoot({ … }) to the imports of the root module`,
      );
    }
    engine.gateways ??= new Gateways(engine);
    return engine.gateways as Gateways;
  }

  /**
   * A gateway has a server.
   *
   * @param isOwn - whether that is no other than the gateway's: nothing else stands at its door
   */
  add(server: Server, gateway: Gateway, isOwn: boolean): void {
    const known = this.servers.get(server);
    if (known !== undefined) {
      known.push(gateway);
      return;
    }
    const gateways = [gateway];
    this.servers.set(server, gateways);
    // At once: it listens by now.
    if (isOwn) this.engine.guardServer(server, this.ownDoor(gateways));
  }

  /** Whether a gateway keeps anybody out. Until policies are in force, it does. */
  refuses(gateway: Gateway | undefined): boolean {
    const context = gateway && this.contextAt(gateway, this.engine.inForce);
    if (gateway === undefined || context === undefined) return true;
    const policy = context.governance.policyAt(gateway);
    return policy !== undefined && !policy.origin.any;
  }

  async open(): Promise<void> {
    await DOORS.load();
    this.isOpen = true;
  }

  inFrontOf(door: Door, server: Server, current: () => HookContext | undefined): Door {
    const gateways = this.servers.get(server) ?? [];
    // There may be more of them later on.
    this.servers.set(server, gateways);
    return DOORS.get().gatewayDoor(gateways, door, (gateway) => this.contextAt(gateway, current()));
  }

  contextOf(request: PlatformRequest, current: HookContext): HookContext | undefined {
    // An adapter that was made when the app had started long since has no gateway.
    if (!this.isOpen) return undefined;
    const { gatewayOf } = DOORS.get();
    const gateways = this.servers.get(this.engine.server as Server) ?? [];
    const gateway = gatewayOf(gateways, request, request.headers['upgrade'] !== undefined);
    return gateway && this.contextAt(gateway, current);
  }

  private contextAt(gateway: Gateway, current: HookContext | undefined): HookContext | undefined {
    if (current === undefined) return undefined;
    const known = this.known.get(gateway);
    if (known?.of === current) return known.context;
    const context = DOORS.get().gatewayContext(current, gateway.path);
    this.known.set(gateway, { of: current, context });
    return context;
  }

  /** Until policies are in force, nobody is let in. */
  private ownDoor(gateways: readonly Gateway[]): Door {
    let door: Door | undefined;
    const own = (): Door => {
      if (door !== undefined) return door;
      if (!this.isOpen || this.engine.inForce === undefined) return SHUT;
      return (door = DOORS.get().gatewayDoor(gateways, OTHERS, (gateway) =>
        this.contextAt(gateway, this.engine.inForce),
      ));
    };
    return {
      request: (request, response) => own().request(request, response),
      upgrade: (request, socket) => own().upgrade(request, socket),
      failed: (error) => this.engine.reportFailure(error),
    };
  }
}

/** Not by `app.get()`, with which Nest ends the process where there is none. */
function engineOf(app: INestApplicationContext): CorsEngine | undefined {
  for (const { providers } of app.get(ModulesContainer, { strict: false }).values()) {
    const engine = providers.get(CORS_ENGINE)?.instance;
    if (engine !== undefined) return engine as CorsEngine;
  }
  return undefined;
}

/** What is at the server beside its gateways is whoever's has put it there. */
const OTHERS: Door = { request: () => 'continue', upgrade: () => 'continue', failed: () => undefined };

const SHUT: Door = {
  request: (_, response) => {
    response.destroy();
    return 'answered';
  },
  upgrade: (_, socket) => {
    socket.destroy();
    return 'answered';
  },
  failed: () => undefined,
};
