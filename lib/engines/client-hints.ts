const DECIMAL = /^(?:\d+\.?\d*|\.\d+)$/;

const INTEGER = /^\d+$/;

/**
 * The client hints that one engine safelists, and which values of them: see `client-hints-safelisted`. The names are in lower
 * case.
 */
export const CLIENT_HINTS: ReadonlyMap<string, RegExp> = new Map([
  ['device-memory', DECIMAL],
  ['downlink', DECIMAL],
  ['dpr', DECIMAL],
  ['ect', /^(?:slow-2g|[234]g)$/],
  ['rtt', INTEGER],
  ['save-data', /^on$/i],
  ['viewport-width', INTEGER],
  ['width', INTEGER],
]);
