/**
 * Thrown by `RedisCorsOptions.publish()` where somebody else has published meanwhile: what was to be published is based on a
 * version that is no longer the last one. Read the last one, make the change there, and publish again. With `version` 0 Redis has
 * lost the document: publish all of the options again, with `{ basedOn: 0 }`.
 *
 * @example
 * ```ts
 * try {
 *   await options.publish(changed, { basedOn: form.version });
 * } catch (error) {
 *   if (error instanceof CorsOptionsConflictError) return `Version ${error.version} has come between.`;
 *   throw error;
 * }
 * ```
 */
export class CorsOptionsConflictError extends Error {
  override readonly name = 'CorsOptionsConflictError';

  constructor(
    /** The version that the options were based on. */
    readonly basedOn: number,
    /** The version that is in Redis; 0 where there is none. */
    readonly version: number,
  ) {
    super(
      version === 0
        ? `The options are based on version ${basedOn}, and Redis has none: it has lost them, or they are in another one. To publish these as the first ones, say so: publish(options, { basedOn: 0 }).`
        : `The options are based on version ${basedOn}, and version ${version} is in Redis: read() it, make the change there, and publish again.`,
    );
  }
}
