/**
 * A name under which the server keeps what it received and sent for one call of a page. It stands in the URL, because
 * a preflight carries nothing else of the call, and because a browser then asks anew each time instead of remembering an
 * approval.
 */
export function newCall() {
  // Not `randomUUID()`, which pages on http have only if their host is this machine by name.
  return Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) =>
    byte.toString(16).padStart(2, '0'),
  ).join('');
}

/** A URL with the mark by which the server's log finds the request again. */
export function marked(url, call) {
  const target = new URL(url, location.href);
  target.searchParams.set('call', call);
  return target.href;
}
