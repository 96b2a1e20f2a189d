import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import GithubSlugger from 'github-slugger';
import { lexer, type Token, type Tokens } from 'marked';

export const root = fileURLToPath(new URL('../..', import.meta.url));

/** A page of the manual, as Markdown's own parser reads it. */
export interface Page {
  /** From the root of the project: `docs/options.md`. */
  readonly path: string;
  readonly text: string;
  readonly tokens: readonly Token[];
}

/** README and the pages of `docs/`. */
export const PAGES: readonly Page[] = ['README.md', ...markdownIn('docs')].map((path) => readPage(path));

export function readText(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

export function readPage(path: string): Page {
  const text = readText(path);
  return { path, text, tokens: lexer(text) };
}

function markdownIn(folder: string): readonly string[] {
  const names = readdirSync(new URL(`../../${folder}`, import.meta.url));
  return names.filter((name) => name.endsWith('.md')).map((name) => `${folder}/${name}`);
}

/** What a comment in front of a block says about it: see `blocks.test.ts`. */
export interface BlockNote {
  readonly verb: string;
  readonly words: readonly string[];
}

/** A fenced block of a page. */
export interface Block {
  /** The line of its opening fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
  readonly note: BlockNote | undefined;
}

/** The fenced blocks of a page, in order; those in lists are not looked for, and there are none. */
export function blocksOf({ tokens }: Page): readonly Block[] {
  const blocks: Block[] = [];
  let line = 1;
  let note: BlockNote | undefined;
  for (const token of tokens) {
    const breaks = /^\n*/.exec(token.raw)?.[0].length ?? 0;
    if (token.type === 'code') {
      const { lang = '', text } = token as Tokens.Code;
      blocks.push({ line: line + breaks, language: lang, code: text, note });
    }
    if (token.type === 'html') note = readNote(token.raw);
    else if (token.type !== 'space') note = undefined;
    line += token.raw.split('\n').length - 1;
  }
  return blocks;
}

function readNote(comment: string): BlockNote | undefined {
  const [, text] = /^<!-- docs: ([^]*?) -->\s*$/.exec(comment) ?? [];
  const [verb, ...words] = text?.split(/\s+/) ?? [];
  return verb === undefined ? undefined : { verb, words };
}

/** The anchors of a page's headings, as GitHub makes them. */
export function anchorsOf({ tokens }: Page): ReadonlySet<string> {
  const slugger = new GithubSlugger();
  return new Set(headingsOf(tokens).map((heading) => slugger.slug(heading)));
}

/** The texts of a page's headings, without the marks of code. */
export function headingsOf(tokens: readonly Token[], depth?: number): readonly string[] {
  return tokens
    .filter((token): token is Tokens.Heading => token.type === 'heading')
    .filter((heading) => depth === undefined || heading.depth === depth)
    .map(({ text }) => text.replaceAll('`', ''));
}

/** The cells of a page's tables, row by row, the head first. */
export function tablesOf({ tokens }: Page): readonly (readonly (readonly string[])[])[] {
  return tokens
    .filter((token): token is Tokens.Table => token.type === 'table')
    .map(({ header, rows }) => [header, ...rows].map((row) => row.map(({ text }) => text)));
}

/** A table by its first cell. */
export function tableOf(page: Page, firstCell: string): readonly (readonly string[])[] {
  const found = tablesOf(page).find(([head]) => head?.[0] === firstCell);
  if (found === undefined) throw new Error(`${page.path} has no table that begins with "${firstCell}"`);
  return found;
}

/** Where the files of the project are on the web: links of what is published without them are absolute. */
const WEB =
  /^https:\/\/(?:github\.com\/nestjs-cors\/nestjs-cors\/blob|raw\.githubusercontent\.com\/nestjs-cors\/nestjs-cors)\/main\//;

/** Where the links of a page lead to, pictures included: from the page, or from the root if it leads there by an absolute link. */
export function linksOf(page: Page): readonly string[] {
  return writtenLinksOf(page).map((target) => target.replace(WEB, page.path === 'README.md' ? '' : '../'));
}

/** The same, as they are written. */
export function writtenLinksOf({ tokens }: Page): readonly string[] {
  const targets: string[] = [];
  const collect = (list: readonly Token[]): void => {
    for (const token of list) {
      if (token.type === 'link' || token.type === 'image') targets.push((token as Tokens.Link).href);
      for (const inside of insideOf(token)) collect(inside);
    }
  };
  collect(tokens);
  return targets;
}

function insideOf(token: Token): readonly (readonly Token[])[] {
  if (token.type === 'table') {
    const { header, rows } = token as Tokens.Table;
    return [header, ...rows].flat().map((cell) => cell.tokens);
  }
  if (token.type === 'list') return (token as Tokens.List).items.map((item) => item.tokens);
  return 'tokens' in token && token.tokens !== undefined ? [token.tokens] : [];
}
