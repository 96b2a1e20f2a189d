/**
 * The client hints that one engine safelists, if their values are of the right form: see `client-hints-safelisted`. In lower
 * case.
 */
export const CLIENT_HINTS: ReadonlySet<string> = new Set([
  'device-memory',
  'downlink',
  'dpr',
  'ect',
  'rtt',
  'save-data',
  'viewport-width',
  'width',
]);
