import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { extname } from 'node:path';

/** What pages need to know, by name: at `/setup.json` for scripts, and in HTML wherever it says `{{name}}`. */
export type Setup = Readonly<Record<string, string>>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
};

/** What the pages of all samples have in common. */
const SHARED = new URL('page/', import.meta.url);

/**
 * Serves the files of a folder, and those that all samples share, under whatever host name it is asked by. It stands
 * for a front end that somebody else hosts; no CORS is involved in serving it.
 *
 * @param folder - its URL, with a slash at the end
 * @param port - 0 for any that is free
 * @param setup - asked anew for each response
 * @param redirects - where paths lead that no page is at; the query goes along
 */
export async function servePages(
  folder: URL,
  port: number,
  setup: () => Setup,
  redirects: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const files = new Map([...readFiles(SHARED), ...readFiles(folder)]);
  const server = createServer(({ url = '/' }, response) => {
    const [path = '/', query = ''] = url.split('?');
    const target = redirects[path];
    if (target !== undefined) {
      response.writeHead(302, { Location: `${target}?${query}` }).end();
      return;
    }
    const file = path === '/setup.json' ? jsonFile(setup()) : files.get(path === '/' ? '/index.html' : path);
    response.writeHead(file ? 200 : 404, {
      'Content-Type': file?.type ?? 'text/plain',
      'Cache-Control': 'no-store',
    });
    response.end(filledIn(file, setup()) ?? 'Not found');
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

/** Closes a server of pages. Browsers keep connections open, and would keep it running. */
export function closePages(server: Server): void {
  server.close();
  server.closeAllConnections();
}

interface File {
  readonly type: string;
  readonly content: string;
}

function readFiles(folder: URL): ReadonlyMap<string, File> {
  return new Map(
    readdirSync(folder).map((name) => [
      `/${name}`,
      { type: TYPES[extname(name)] ?? 'text/plain', content: readFileSync(new URL(name, folder), 'utf8') },
    ]),
  );
}

function filledIn(file: File | undefined, setup: Setup): string | undefined {
  if (file === undefined || file.type !== TYPES['.html']) return file?.content;
  return file.content.replaceAll(/\{\{(\w+)\}\}/g, (written, name: string) => setup[name] ?? written);
}

function jsonFile(value: object): File {
  return { type: 'application/json', content: JSON.stringify(value) };
}
