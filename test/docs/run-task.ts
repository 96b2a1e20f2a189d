/** What the process that runs the blocks is told, and what it finds. */
export interface RunTask {
  readonly pages: readonly (readonly RunBlock[])[];
  /** The file into which the outcomes are written. */
  readonly output: string;
}

/** A block that can be run. */
export interface RunBlock {
  readonly id: string;
  readonly verb?: string | undefined;
  readonly words: readonly string[];
  /** The module of a block of TypeScript. */
  readonly file?: string | undefined;
  /** A request, for the app that was started last on the page. */
  readonly http?: HttpRequest | undefined;
}

export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Fields of the answer, beside those of CORS, that are asked for: names in lower case. */
  readonly wanted: readonly string[];
}

/** What became of a block. */
export interface Outcome {
  readonly id: string;
  /** How many apps it has started. */
  readonly started?: number;
  /** How many tests it has registered, which have all passed. */
  readonly tests?: number;
  readonly error?: { readonly message: string; readonly stack: string };
  /** The codes of a `CorsConfigurationError`. */
  readonly codes?: readonly string[];
  /** What the apps have answered. */
  readonly answers?: readonly HttpAnswer[];
}

export interface HttpAnswer {
  readonly status: number;
  readonly fields: Readonly<Record<string, string | readonly string[]>>;
}
