import type { Logger } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';

/**
 * Reports an `enableCors()` beside the module, also the one that the `cors` option of `NestFactory.create()` calls. It
 * is no error: governed routes send their own policy's headers whoever sets others. But on routes without a policy it
 * opens what the module keeps closed, and it costs every request its time.
 */
export function watchForeignCors(adapter: AbstractHttpAdapter, logger: Logger): void {
  const enableCors = adapter.enableCors.bind(adapter);
  adapter.enableCors = (...args: Parameters<typeof enableCors>): void => {
    logger.warn(
      'enableCors() is on beside CorsModule. Routes with a policy ignore it; routes without one are opened by it. ' +
        'Remove it, or the `cors` option of NestFactory.create(), and give CorsModule the policy.',
    );
    enableCors(...args);
  };
}
