/** Values longer than this are cut in messages. */
const MAX_SHOWN = 80;

/** More elements than this cannot be seen in what is not cut. */
const MAX_ELEMENTS = 20;

/**
 * Characters that would break a line, hide, or turn the text around them. The text of an expression: for one that is written
 * as such they are gathered when the file is loaded, which is a tenth of what an import of the package takes.
 */
const INVISIBLE = String.raw`[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]`;

/** A value as it is shown in a message: on one line, without invisible characters, and not longer than it helps. */
export function show(value: unknown): string {
  const text = printable(describe(value));
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** A text on one line, with its invisible characters written as what they are. */
export function printable(text: string): string {
  return text.replace(new RegExp(INVISIBLE, 'gu'), escape);
}

/** The name of a function or class; `fallback` where it has none, or has taken the name for something else. */
export function nameOf(value: { readonly name: unknown }, fallback: string): string {
  return typeof value.name === 'string' && value.name !== '' ? value.name : fallback;
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, MAX_SHOWN * 2));
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'function') return nameOf(value, 'a function without a name');
  if (value instanceof RegExp) return String(value);
  if (Array.isArray(value)) return `[${value.slice(0, MAX_ELEMENTS).map(describeElement).join(', ')}]`;
  return typeof value === 'object' && value !== null ? describeObject(value) : String(value);
}

/** Lists in lists are not taken apart: one might hold itself. */
function describeElement(value: unknown): string {
  return Array.isArray(value) ? '[…]' : describe(value);
}

/** The names of an object's options, not their values: there may be secrets among them. */
function describeObject(value: object): string {
  const names = Object.keys(value);
  return names.length === 0 ? describeClass(value) : `{ ${names.join(', ')} }`;
}

function describeClass(value: object): string {
  const { constructor } = value as { readonly constructor?: unknown };
  const name = typeof constructor === 'function' ? nameOf(constructor, 'Object') : 'Object';
  return name === 'Object' ? '{}' : `an instance of ${name}`;
}

function escape(character: string): string {
  return `\\u{${(character.codePointAt(0) as number).toString(16)}}`;
}
