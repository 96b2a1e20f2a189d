import { diagnoseOrigin } from '../policy/origin-diagnosis.js';
import { isExact } from '../policy/origin-entry.js';
import { readWrittenOrigin } from '../policy/origin-grammar.js';
import { show } from '../policy/show.js';

/**
 * Takes one serialized origin, or `null`.
 *
 * @param where - what is named in front of the message
 * @throws TypeError for anything else; the message shows the mended value
 */
export function checkOrigin(origin: string, where: string): void {
  const entry = readWrittenOrigin(origin);
  if (entry !== undefined && isExact(entry)) return;
  const { message, fix } =
    entry === undefined
      ? diagnoseOrigin(origin)
      : {
          message: 'stands for many origins',
          fix: 'write the one that is meant, such as "https://example.com"',
        };
  throw new TypeError(`${where}: ${show(origin)} ${message}: ${fix}`);
}
