/** Values as they are written in TypeScript; `undefined` for what has no such form: a function without a name, an instance. */
export function writtenValue(value: unknown): string | undefined {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'function':
      return /^[A-Z_$][\w$]*$/i.test(value.name) ? value.name : undefined;
    default:
      return value instanceof RegExp ? String(value) : writtenObject(value);
  }
}

function writtenObject(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) {
    const elements = writtenList(value);
    return elements && `[${elements.join(', ')}]`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  const options = Object.entries(value).filter(([, inner]) => inner !== undefined);
  const written = options.map(([name, inner]) => [name, writtenValue(inner)] as const);
  if (written.some(([, text]) => text === undefined)) return undefined;
  return `{ ${written.map(([name, text]) => `${name}: ${text}`).join(', ')} }`;
}

/** Longer lists are not written out. */
const MAX_ELEMENTS = 20;

/** The elements of a list, if all of them can be written, and it is short. */
export function writtenList(list: readonly unknown[]): readonly string[] | undefined {
  if (list.length > MAX_ELEMENTS) return undefined;
  const elements = list.map(writtenValue);
  return elements.every((element) => element !== undefined) ? elements : undefined;
}

function quoted(text: string): string {
  return `'${JSON.stringify(text)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replaceAll("'", String.raw`\'`)}'`;
}
