import { printable } from '../policy/show.js';

/** Markup, in which everything that is not ours has been escaped. Only {@link html} makes it. */
export class Html {
  constructor(readonly markup: string) {}
}

/** What can stand in a template; `undefined` and `false` are nothing. */
export type HtmlPart = Html | string | number | false | undefined | readonly HtmlPart[];

/**
 * Makes markup. Whatever is put into it becomes text, between tags and in quoted attributes alike: origins, paths and names of
 * headers are sent by strangers.
 *
 * @example
 * ```ts
 * html`<a href="${link}">${origin}</a>`;
 * ```
 */
export function html(texts: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(String.raw({ raw: texts }, ...parts.map(markupOf)));
}

function markupOf(part: HtmlPart): string {
  if (part === undefined || part === false) return '';
  if (part instanceof Html) return part.markup;
  if (typeof part === 'object') return part.map(markupOf).join('');
  // Characters that hide, or turn the text around them, are shown as what they are.
  return printable(String(part)).replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
