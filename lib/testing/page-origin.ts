import { show } from '../policy/show.js';
import { checkOrigin } from './check-origin.js';
import type { Departs } from './departures.js';

/** The identifier of an extension: 32 letters from a to p, as it stands in its URLs. */
const EXTENSION_ID = /^[a-p]{32}$/;

/** A URL of neither HTTP nor a file, with a path: `app:///index.html`, `qrc:/main.html`. */
const URL_OF_SHELL = /^(?!https?:|file:|data:|blob:|about:)([a-z][a-z\d+.-]*):(?:\/\/([^/?#]*)\/|\/(?!\/))/i;

/**
 * The serialized origin of a page.
 *
 * @param written - a serialized origin, `null`, or the URL of a page that is in a file or in an app shell
 * @param fileAccess - whether the browser was started with access to files
 * @throws TypeError if it is none of them; the message shows the mended value
 */
export function pageOrigin(written: string, fileAccess: boolean, departs: Departs): string {
  if (/^file:\/\/.*\//.test(written)) {
    return fileAccess && departs('file-access-shows-origin') ? 'file://' : 'null';
  }
  const [, scheme, host = ''] = URL_OF_SHELL.exec(written) ?? [];
  const origin = scheme === undefined ? written : `${scheme}://${host}`.toLowerCase();
  checkOrigin(origin, 'page');
  return origin;
}

/**
 * The serialized origin of an extension.
 *
 * @throws TypeError if there is no such identifier
 */
export function extensionOrigin(id: string): string {
  if (typeof id === 'string' && EXTENSION_ID.test(id)) return `chrome-extension://${id}`;
  throw new TypeError(
    `extension: ${show(id)} is no identifier of an extension: write its 32 letters from a to p, such as ` +
      '"abcdefghijklmnopabcdefghijklmnop", as chrome://extensions shows them',
  );
}
