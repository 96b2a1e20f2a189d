export type { EngineName, QuirkName } from '../engines/quirks.js';
export type { QuirkEffect } from './departures.js';
export type { Exchange, ExchangeResponse } from './exchange.js';
export { expectCors } from './expect-cors.js';
export type {
  CorsExpectation,
  EngineResults,
  EveryEngineExpectation,
  EveryEnginePageOptions,
  ExpectationInit,
  PageExpectation,
  RefusalInit,
} from './expect-cors.js';
export { expectManifest } from './expect-manifest.js';
export type { ManifestExpectation } from './expect-manifest.js';
export type { FetchFailure, FetchFailureReason, FetchStep } from './fetch-failure.js';
export type { FetchResult, PreflightUse, ResponseType } from './fetch-result.js';
export type { Header, HeaderList } from './header-list.js';
export type {
  BodyInput,
  CredentialsMode,
  FormFields,
  HeadersInput,
  PageFetchInit,
  RedirectMode,
  ReferrerPolicy,
  RequestMode,
} from './page-fetch-init.js';
export type { Served } from './network.js';
export { VirtualBrowser } from './virtual-browser.js';
export type { ExtensionOptions, VirtualBrowserOptions } from './virtual-browser.js';
export type { PageOptions, VirtualPage } from './virtual-page.js';
