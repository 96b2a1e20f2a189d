/**
 * A frozen list whose elements are made when somebody first looks at one: of long lists nobody may ever do so.
 *
 * @param length - how many `make` will make, which can be asked for without making them
 */
export function lateList<T>(length: number, make: () => readonly T[]): readonly T[] {
  return new Proxy<T[]>([], new LateElements(length, make));
}

/** Fills the array behind the list. */
class LateElements<T> implements ProxyHandler<T[]> {
  private make: (() => readonly T[]) | undefined;

  constructor(
    private readonly length: number,
    make: () => readonly T[],
  ) {
    this.make = make;
  }

  get(list: T[], key: string | symbol): unknown {
    return key === 'length' ? this.length : Reflect.get(this.filled(list), key);
  }

  has(list: T[], key: string | symbol): boolean {
    return Reflect.has(this.filled(list), key);
  }

  ownKeys(list: T[]): (string | symbol)[] {
    return Reflect.ownKeys(this.filled(list));
  }

  getOwnPropertyDescriptor(list: T[], key: string | symbol): PropertyDescriptor | undefined {
    return Reflect.getOwnPropertyDescriptor(this.filled(list), key);
  }

  isExtensible(list: T[]): boolean {
    return Reflect.isExtensible(this.filled(list));
  }

  defineProperty(list: T[], key: string | symbol, property: PropertyDescriptor): boolean {
    return Reflect.defineProperty(this.filled(list), key, property);
  }

  deleteProperty(list: T[], key: string | symbol): boolean {
    return Reflect.deleteProperty(this.filled(list), key);
  }

  private filled(list: T[]): T[] {
    if (this.make === undefined) return list;
    const made = this.make();
    this.make = undefined;
    for (const element of made) list.push(element);
    return Object.freeze(list) as T[];
  }
}
