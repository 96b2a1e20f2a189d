/**
 * A part of the library that many apps never need, or not before they serve. It is a file of its own in the package, which
 * is loaded when it is first needed: by `import()`, which every runtime has and every bundler follows.
 *
 * What is asynchronous awaits {@link LatePart.load}. What is not, such as all that compiles policies, takes
 * {@link LatePart.get} and runs inside {@link withParts}.
 */
export class LatePart<T> {
  private part: T | undefined;

  /** @param importIt - imports the part; a literal `import()`, for bundlers to see */
  constructor(private readonly importIt: () => Promise<T>) {}

  /** Loads the part, unless that has been done. */
  async load(): Promise<T> {
    return (this.part ??= await this.importIt());
  }

  /**
   * The part, at once.
   *
   * @throws MissingPart if it has not been loaded yet, which {@link withParts} sees to
   */
  get(): T {
    if (this.part === undefined) throw new MissingPart(this);
    return this.part;
  }
}

/** Thrown to {@link withParts}, and never beyond. */
class MissingPart extends Error {
  override readonly name = 'MissingPart';

  constructor(readonly missing: LatePart<unknown>) {
    super('A part of nestjs-cors was needed before it was loaded.');
  }
}

/**
 * Runs a computation that may need parts. Where it comes upon one that is missing, it is abandoned, and run once more when
 * the part is there; so it has to be one that changes nothing.
 */
export async function withParts<T>(compute: () => T | Promise<T>): Promise<T> {
  try {
    return await compute();
  } catch (error) {
    if (!(error instanceof MissingPart)) throw error;
    await error.missing.load();
    return withParts(compute);
  }
}
