import { ServerResponse, type IncomingMessage } from 'node:http';

/** The runtimes that have Node's modules and are not Node, by the name that `process.versions` has for them. */
const OTHERS = ['bun', 'deno'] as const;

/** The runtime and its version: `Node.js 22.20.0`, `deno 2.9.6`. */
export function runtimeName(versions: NodeJS.ProcessVersions = process.versions): string {
  const other = otherRuntime(versions);
  return other === undefined ? `Node.js ${versions.node}` : `${other} ${versions[other]}`;
}

/** Whether every response starts with a call of its `writeHead`, as Node's do. */
export const startsWithWriteHead = otherRuntime(process.versions) === undefined;

function otherRuntime(versions: NodeJS.ProcessVersions): (typeof OTHERS)[number] | undefined {
  return OTHERS.find((name) => versions[name] !== undefined);
}

/** What the seal stands in. */
const SEALED = ['writeHead', 'write', 'end', 'flushHeaders'] as const;

/**
 * The first method of a runtime's responses in front of which nobody can stand, so that they could not be sealed;
 * `undefined` if there is none.
 *
 * @param response - one that nobody sends
 */
export function unsealable(response: object = unsent()): string | undefined {
  return SEALED.find((name) => !canReplace(response as Partial<Record<string, unknown>>, name));
}

function canReplace(response: Partial<Record<string, unknown>>, name: string): boolean {
  try {
    response[name] = canReplace;
    return response[name] === canReplace;
  } catch {
    return false;
  }
}

function unsent(): ServerResponse {
  // No more of a request is read, and a socket takes a while to make.
  return new ServerResponse({ method: 'GET' } as IncomingMessage);
}
