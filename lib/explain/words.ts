import { show } from '../policy/show.js';
import { isToken } from '../protocol/names.js';
import { isSerializedOrigin } from '../protocol/serialized-origin.js';

/** More names than these are counted, where nobody says otherwise. */
const MAX_LISTED = 5;

/** Longer values from a request are cut. */
const MAX_SHOWN = 80;

/** Characters that would break a line, hide, or turn the text around them (CVE-2024-1681, log injection). */
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** `a`, `a and b`, `a, b and c`; of many, the first few and the number of the others. */
export function listed(names: readonly string[], max = MAX_LISTED): string {
  const shown = names.slice(0, names.length > max ? max - 1 : max);
  const more = names.length - shown.length;
  const all = more === 0 ? shown : [...shown, `${more} more`];
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
}

/** An origin as it is shown: one of a browser as it is, anything else in quotation marks. */
export function originText(origin: string): string {
  return isSerializedOrigin(origin) ? origin : show(origin);
}

/** A method or header name as it is shown: a short token as it is, anything else in quotation marks. */
export function tokenText(name: string): string {
  return isToken(name) && name.length <= MAX_SHOWN ? name : show(name);
}

/** A path as it is shown. */
export function pathText(path: string): string {
  return path.length > MAX_SHOWN ? `${path.slice(0, MAX_SHOWN)}…` : path;
}

/** A text on one line, without invisible characters. What a source complains about may come from the request. */
export function oneLine(text: string): string {
  return text.replaceAll(INVISIBLE, ' ');
}
