import type { AbstractHttpAdapter } from '@nestjs/core';
import type { FastifyInstance } from 'fastify';
import { currentResponseHook, fastifyHooks, fastifyOptions } from '../routing/nest-internals.js';

/** The moments at which Fastify tells of a request that a hook in front has answered. */
const TOLD = ['onResponse', 'onTimeout', 'onRequestAbort'] as const;

/**
 * Who in an app on Fastify would notice that a request has been answered before Fastify had it: hooks that are told of every
 * response, a log of requests, a function that rewrites what is asked for.
 *
 * Fastify takes no more hooks once it is ready, so what is found then is all there will be.
 */
export class FastifyWatchers {
  private readonly contexts: FastifyInstance[];
  /** Whether routes have such hooks of their own. */
  private hasRouteHooks = false;
  private isQuiet = false;

  /** @param adapter - before its instance is ready */
  constructor(private readonly adapter: AbstractHttpAdapter) {
    const instance = adapter.getInstance<FastifyInstance>();
    this.contexts = [instance];
    instance.addHook('onRegister', (child) => void this.contexts.push(child));
    // Written out: each of an app's routes comes by, and a loop would cost as much as all else that is done for one.
    instance.addHook('onRoute', ({ onResponse, onTimeout, onRequestAbort }) => {
      if (onResponse ?? onTimeout ?? onRequestAbort) this.hasRouteHooks = true;
    });
    // From here on Fastify closes connections as well, behind each answer.
    instance.addHook('preClose', (done) => {
      this.isQuiet = false;
      done();
    });
  }

  /** Fastify is ready. */
  settle(): void {
    const instance = this.adapter.getInstance<FastifyInstance>();
    this.isQuiet =
      !this.hasRouteHooks &&
      hasNoLog(instance) &&
      rewritesNothing(instance) &&
      this.contexts.every((context) => tellsNobody(context));
  }

  /** Whether there is none. */
  get areNone(): boolean {
    return this.isQuiet && currentResponseHook(this.adapter) === undefined;
  }
}

/** Whether nobody has such a hook, but for Nest's own, which calls what is in the adapter's slot. */
function tellsNobody(context: FastifyInstance): boolean {
  const hooks = fastifyHooks(context);
  if (hooks === undefined) return false;
  return TOLD.every((name) => (hooks[name] ?? []).every((hook) => /\bonResponseHook\b/.test(String(hook))));
}

/** Without a logger Fastify has one that does nothing, and is its own child. */
function hasNoLog({ log }: FastifyInstance): boolean {
  return (log.child as (bindings: object) => unknown)({}) === log;
}

function rewritesNothing(instance: FastifyInstance): boolean {
  const options = fastifyOptions(instance);
  return options !== undefined && options.rewriteUrl === undefined;
}
