/**
 * A place in a tree that values lead through: whoever goes by the same values gets to the same place. It tells whether a
 * sequence of values has been there before without writing the sequence down, as a text for a key would.
 *
 * Values are the same as they are for a `Map`: texts and numbers by what they say, all others by being the same one.
 */
export class ValuePath<T> {
  /** What somebody has left at this place. */
  found: T | undefined = undefined;
  /** Most places lead on to a single one, as those of a long list do. */
  private value: unknown = undefined;
  private place: ValuePath<T> | undefined = undefined;
  private others: Map<unknown, ValuePath<T>> | undefined = undefined;

  /** The place that a value leads to from here. */
  to(value: unknown): ValuePath<T> {
    const { place } = this;
    if (place === undefined) {
      this.value = value;
      return (this.place = new ValuePath());
    }
    if (this.value === value) return place;
    this.others ??= new Map();
    const known = this.others.get(value);
    if (known !== undefined) return known;
    const other = new ValuePath<T>();
    this.others.set(value, other);
    return other;
  }
}
