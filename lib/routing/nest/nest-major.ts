import type { AbstractHttpAdapter, ApplicationConfig } from '@nestjs/core';
import type { RegisteredRoute } from '../nest-internals.js';

/** What says that a hook is done. */
export type Done = (error?: Error) => void;

/** What differs between the majors of Nest, as far as the library has to know it. One for each. */
export interface NestMajor {
  /**
   * Routes in the order in which Nest registers them with the platform. Not known at once where Nest has to be asked for
   * a part of itself that only few apps need.
   *
   * @param routes - in the order in which they are declared
   */
  inOrder(
    routes: readonly RegisteredRoute[],
    config: ApplicationConfig,
    adapter: AbstractHttpAdapter,
  ): readonly RegisteredRoute[] | Promise<readonly RegisteredRoute[]>;

  /** Whether the platform tries routes in the order in which they were registered. */
  isOrderSensitive(adapter: AbstractHttpAdapter): boolean;

  /**
   * Runs a request hook as the adapter does, which no longer listens to what we return: what it throws is passed on, and
   * what it returns means what it would mean to the adapter.
   *
   * @param run - calls the hook
   * @param done - is called once at most
   */
  runRequestHook(adapter: AbstractHttpAdapter, run: (done: Done) => unknown, done: Done): void;
}
