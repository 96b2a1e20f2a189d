export { CorsOptionsConflictError } from './cors-options-conflict-error.js';
export { RedisCorsOptions, type PublishedCorsOptions, type PublishOptions } from './redis-cors-options.js';
export type { RedisCorsOptionsConfig } from './redis-cors-options-config.js';
export { RedisOrigins } from './redis-origins.js';
export type { RedisOriginsOptions } from './redis-origins-options.js';
export type { CorsReplicaStatus, CorsRollOut } from './replica-status.js';
export type {
  NamedSource,
  WrittenCorsOptions,
  WrittenCorsPolicy,
  WrittenCorsRoute,
  WrittenOrigin,
  WrittenRegExp,
  WrittenSource,
} from './written-cors-options.interface.js';
