import type { Page } from 'playwright-core';
import type { FetchFailureReason } from '../../../lib/testing/index.js';
import { takeToken } from './tokens.js';

/**
 * What Chromium tells its developer tools of a failure, though never the script, in the virtual browser's words. What
 * the two do not tell apart is left out.
 *
 * @see Chrome DevTools Protocol, "Network.CorsError"
 */
const REASONS: Readonly<Record<string, FetchFailureReason>> = {
  DisallowedByMode: 'not-same-origin',
  WildcardOriginNotAllowed: 'allow-origin-wildcard',
  MissingAllowOriginHeader: 'allow-origin-missing',
  MultipleAllowOriginValues: 'allow-origin-multiple',
  InvalidAllowOriginValue: 'allow-origin-mismatch',
  AllowOriginMismatch: 'allow-origin-mismatch',
  InvalidAllowCredentials: 'allow-credentials-missing',
  CorsDisabledScheme: 'location-scheme',
  PreflightInvalidStatus: 'preflight-status',
  PreflightDisallowedRedirect: 'preflight-status',
  PreflightWildcardOriginNotAllowed: 'allow-origin-wildcard',
  PreflightMissingAllowOriginHeader: 'allow-origin-missing',
  PreflightMultipleAllowOriginValues: 'allow-origin-multiple',
  PreflightInvalidAllowOriginValue: 'allow-origin-mismatch',
  PreflightAllowOriginMismatch: 'allow-origin-mismatch',
  PreflightInvalidAllowCredentials: 'allow-credentials-missing',
  InvalidAllowMethodsPreflightResponse: 'allow-methods-malformed',
  InvalidAllowHeadersPreflightResponse: 'allow-headers-malformed',
  MethodDisallowedByPreflightResponse: 'method-not-allowed',
  HeaderDisallowedByPreflightResponse: 'header-not-allowed',
  RedirectContainsCredentials: 'location-credentials',
};

/** Why the requests of a page have failed. */
export interface Reasons {
  /** Takes the reason of the first failure with this token that is not taken yet. */
  take(token: string): Promise<FetchFailureReason | undefined>;
}

/** Listens to a page's failures. Those of its workers, and of frames in other processes, are not heard. */
export async function listenForReasons(page: Page): Promise<Reasons> {
  const session = await page.context().newCDPSession(page);
  const tokens = new Map<string, string>();
  const failures: { token: string; reason: FetchFailureReason | undefined }[] = [];
  session.on('Network.requestWillBeSent', ({ requestId, request }) => {
    const { token } = takeToken(request.url);
    if (token !== undefined) tokens.set(requestId, token);
  });
  session.on('Network.loadingFailed', ({ requestId, corsErrorStatus }) => {
    const token = tokens.get(requestId);
    const reason = corsErrorStatus && REASONS[corsErrorStatus.corsError];
    if (token !== undefined) failures.push({ token, reason });
  });
  await session.send('Network.enable');
  return {
    take: async (token) => {
      // Answers in order: what was said before it has arrived then.
      await session.send('Runtime.evaluate', { expression: '0' });
      const at = failures.findIndex((failure) => failure.token === token);
      return at === -1 ? undefined : failures.splice(at, 1)[0]?.reason;
    },
  };
}
