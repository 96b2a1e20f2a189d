import { element } from './element.js';

/* Shows in each figure the page that its `data-page` names, under the figure's caption. */

for (const figure of document.querySelectorAll('figure[data-page]')) {
  const src = figure.dataset.page;
  figure.querySelector('small').append(': ', element('a', { href: src }, 'open'));
  figure.append(element('iframe', { src, title: figure.querySelector('figcaption').textContent }));
}
