import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { html, type HtmlPart } from '../../lib/inspector/html.js';
import { seed } from '../protocol/seed.js';

describe('html', () => {
  it('makes text of what is put in, between tags and in attributes', () => {
    const sent = `"><script>alert('x')</script>&amp;`;
    const text = '&#34;&#62;&#60;script&#62;alert(&#39;x&#39;)&#60;/script&#62;&#38;amp;';
    expect(html`<a href="${sent}">${sent}</a>`.markup).toBe(`<a href="${text}">${text}</a>`);
  });

  it('takes markup as it is, lists one after the other, and leaves out what is not there', () => {
    const parts: HtmlPart = ['<', html`<br />`, 1, undefined, false, [html`<i>x</i>`]];
    expect(html`<b>${parts}</b>`.markup).toBe('<b>&#60;<br />1<i>x</i></b>');
  });

  it('takes no object for markup but its own', () => {
    const forged = { markup: '<b>', toString: () => '<b>' };
    expect(() => html`${forged as never}`).toThrow(TypeError);
  });

  it('shows characters that hide, or turn the text around them', () => {
    expect(html`${'a\u202Eb\0'}`.markup).toBe('a\\u{202e}b\\u{0}');
  });

  it(`never lets out of a text or a quoted attribute (FC_SEED=${seed})`, () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const { markup } = html`<p title="${text}">${text}</p>`;
        expect(markup).toMatch(/^<p title="[^"<>']*">[^"<>']*<\/p>$/);
      }),
      { seed },
    );
  });
});
