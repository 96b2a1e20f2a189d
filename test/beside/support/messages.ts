import type { CorsModuleOptions } from 'nestjs-cors';
import type { Platform } from '../../support/apps.js';

/** What a test asks the process for in which its apps run. Everything has an answer. */
export type Task =
  | {
      readonly task: 'start';
      /** The name of a file of `apps/`, without its ending. */
      readonly fixture: string;
      readonly platform: Platform;
      /** The options of `CorsModule`, or none where the app has no such module. */
      readonly cors: CorsModuleOptions | undefined;
    }
  | { readonly task: 'ran' | 'spans' | 'log' | 'close' };

/** A task on its way to the process. */
export type Order = Task & { readonly id: number };

/** The answer, or why there is none. */
export type Answer =
  { readonly id: number; readonly value: unknown } | { readonly id: number; readonly error: string };

/** The answer to `start`. */
export interface Started {
  readonly port: number;
}
