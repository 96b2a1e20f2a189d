/**
 * Thrown by `RedisCorsOptions.publish()` where somebody else has published meanwhile: what was to be published is based on a
 * version that is no longer the last one. Read the last one, make the change there, and publish again.
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
    /** The version that is in Redis. */
    readonly version: number,
  ) {
    super(
      `The options are based on version ${basedOn}, and version ${version} is in Redis: read() it, make the change there, and publish again.`,
    );
  }
}
