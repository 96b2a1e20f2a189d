import { html, type Html } from './html.js';

/** The views of the page, by the value of `view` in its URL, and what they are called. */
export const VIEWS = {
  routes: 'Routes',
  explain: 'Explain',
  refusals: 'Refusals',
  differences: 'Differences',
} as const;

/** One of {@link VIEWS}. */
export type View = keyof typeof VIEWS;

/**
 * The whole page. Links are relative, so that it works below any prefix, and behind proxies that take a part of the path away.
 *
 * @param base - where the files of the page are, relative to it
 */
export function renderPage(view: View, base: string, content: Html): Html {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${VIEWS[view]}: CORS inspector</title>
        <link rel="stylesheet" href="${base}/inspector.css" />
        <script type="module" src="${base}/inspector.js"></script>
      </head>
      <body data-events="${base}/events">
        <a class="skip" href="#main">Skip to the content</a>
        <header>
          <p>CORS inspector</p>
          <nav aria-label="Views">
            <ul>
              ${Object.entries(VIEWS).map(
                ([name, title]) =>
                  html`<li>
                    <a href="?view=${name}" ${name === view && html`aria-current="page"`}>${title}</a>
                  </li>`,
              )}
            </ul>
          </nav>
        </header>
        <main id="main" tabindex="-1">
          <h1>${VIEWS[view]}</h1>
          ${content}
        </main>
      </body>
    </html>`;
}

/** What has gone wrong. */
export function alertOf(message: string): Html {
  return html`<p role="alert">${message}</p>`;
}
