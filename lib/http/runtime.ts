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
