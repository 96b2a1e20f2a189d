import { HeaderList, type Header } from './header-list.js';
import type { WireResponse } from './wire.js';

/** A status line, header lines and what comes behind them, where a CR, an LF or both end a line. */
const HEAD = /^HTTP\/1\.\d (\d{3})[^\r\n]*(?:\r\n|\r(?!\n)|\n)(.*?)(?:\r\n|\r(?!\n)|\n){2}(.*)$/s;

/**
 * Reads a response as browsers do that take a lone CR for the end of a line, and leave out lines without a colon. Node has
 * refused it, so all that there is of it is what came in one piece.
 *
 * @returns `undefined` if it has no lone CR, or is none for other reasons
 */
export function readWithLoneCr(bytes: Uint8Array): WireResponse | undefined {
  const text = Buffer.from(bytes).toString('latin1');
  const [, status, lines = '', rest = ''] = HEAD.exec(text) ?? [];
  if (status === undefined || !/\r(?!\n)/.test(lines) || text.includes('\0')) return undefined;
  const headers = new HeaderList(lines.split(/\r\n?|\n/).flatMap(readLine));
  const length = Number(headers.get('Content-Length') ?? rest.length);
  const body = new Response(Buffer.from(rest.slice(0, length), 'latin1')).body;
  return {
    status: Number(status),
    headers,
    body: () => body as NonNullable<typeof body>,
    discard: () => undefined,
  };
}

function readLine(line: string): Header[] {
  const [, name, value] = /^([^\s:]+):[\t ]*(.*?)[\t ]*$/.exec(line) ?? [];
  return name === undefined ? [] : [[name, value as string]];
}
