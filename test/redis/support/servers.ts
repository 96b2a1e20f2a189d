/** A program that serves what Redis serves. */
export interface ServerProgram {
  readonly name: string;
  /** Where it is; `undefined` is the usual place. */
  readonly path: string | undefined;
}

const VALKEY = process.env['VALKEY_SERVER_PATH'];

/** Redis, and Valkey where `test/run.js` has found it; it says loudly where it has not. */
export const REDIS_AND_VALKEY: readonly ServerProgram[] = [
  { name: 'Redis', path: undefined },
  ...(VALKEY === undefined ? [] : [{ name: 'Valkey', path: VALKEY }]),
];
