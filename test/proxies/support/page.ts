import { blocksOf, readPage } from '../../docs/pages.js';

const PAGE = readPage('docs/proxies-and-caches.md');

/**
 * A configuration of the manual, as whoever reads it has it.
 *
 * @param name - what stands in its first line, as a comment
 */
export function configurationOf(name: string): string {
  const found = blocksOf(PAGE).filter(({ code }) => code.startsWith(`# ${name}\n`));
  if (found.length !== 1)
    throw new Error(`${PAGE.path} has ${found.length} blocks that begin with "# ${name}"`);
  return (found[0] as { code: string }).code;
}
