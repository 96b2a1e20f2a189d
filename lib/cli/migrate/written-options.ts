/** A value in a source: what can be told of it without running anything. */
export type Written =
  | { readonly kind: 'literal'; readonly value: string | number | boolean | undefined; readonly text: string }
  | { readonly kind: 'regexp'; readonly value: RegExp; readonly text: string }
  | { readonly kind: 'list'; readonly elements: readonly Written[]; readonly text: string }
  | { readonly kind: 'function'; readonly text: string }
  /** Anything else, of which only the text is known. */
  | { readonly kind: 'code'; readonly text: string };

/** Options of another library, found in a source. */
export interface WrittenOptions {
  /** Where they are, for a comment: `app.enableCors(), line 9`. */
  readonly where: string;
  /** The path that they are for, where they are for one only. */
  readonly path: string | undefined;
  readonly fields: ReadonlyMap<string, Written>;
}
