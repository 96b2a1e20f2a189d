export { RedisOrigins } from './redis-origins.js';
export type { RedisOriginsOptions } from './redis-origins-options.js';
