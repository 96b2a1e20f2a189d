export { CorsModule } from './cors.module.js';
export { CorsService } from './cors.service.js';
export type {
  CorsAllowsOptions,
  CorsDelegatedOptions,
  CorsDoorRequest,
  CorsOptionsDelegate,
} from './doors/cors-doors.js';
export { AllowOrigin } from './decorators/allow-origin.decorator.js';
export type { CorsDecorator } from './decorators/cors-decorator.js';
export { NoCors } from './decorators/no-cors.decorator.js';
export { Preflight } from './decorators/preflight.decorator.js';
export { UseCorsPolicy } from './decorators/use-cors-policy.decorator.js';
export type { EngineName, QuirkName } from './engines/quirks.js';
export type {
  CorsEngineExplanation,
  CorsEngineQuirk,
  CorsExplainOptions,
  CorsExplanation,
  CorsHint,
  CorsHintCode,
  CorsReason,
  CorsStep,
  CorsStepName,
  CorsStepReason,
  ExplainableRequest,
} from './explain/cors-explanation.js';
export type {
  CorsManifest,
  ManifestAllOf,
  ManifestCondition,
  ManifestLine,
  ManifestListName,
  ManifestOrigin,
  ManifestPolicy,
  ManifestRegExp,
  ManifestSource,
} from './manifest/cors-manifest.js';
export {
  compareManifests,
  type ManifestChange,
  type ManifestComparison,
  type ManifestEffect,
} from './manifest/manifest-comparison.js';
export { fromEnableCors, type EnableCorsOptions } from './migration/from-enable-cors.js';
export { originsFrom } from './migration/origins-from.js';
export { CorsConfigurationError } from './policy/cors-configuration-error.js';
export type {
  AllowOriginOptions,
  CorsModuleOptions,
  CorsOptionsFactory,
  CorsPolicyName,
  CorsPolicyNames,
  CorsPolicyOptions,
  CorsRouteOptions,
  DangerousOptions,
  HeaderName,
  MergeMode,
  NoCorsOptions,
  OneOrMany,
  OriginOption,
  OriginString,
  PreflightOptions,
} from './policy/cors-policy-options.interface.js';
export type { CorsProblem, CorsProblemCode } from './policy/cors-problem.js';
export type {
  CorsRequest,
  OriginFunction,
  OriginSource,
  OriginSourceAfterGuards,
  OriginSourceClass,
} from './policy/origin-source.js';
export type { CorsRouteReport, EffectivePolicy } from './routing/route-report.js';
export { cachedOrigins, CachedOrigins } from './sources/cached-origins.js';
export type { CachedOriginsOptions, KeyedOriginsOptions } from './sources/cached-origins-options.js';
export type {
  TrustedOriginsDelegate,
  TrustedOriginsRequest,
} from './trusted-origins/trusted-origins-delegate.js';
export type { CorsRefusal, CorsReportOnlyCount } from './verdicts/cors-refusal.js';
export type { CorsChange, CorsSuggestion } from './verdicts/cors-suggestion.js';
export {
  CORS_VERDICT_CHANNEL,
  type CorsDifference,
  type CorsOutcome,
  type CorsReportOnlyVerdict,
  type CorsVerdict,
  type CorsVerdictReason,
} from './verdicts/cors-verdict.js';
