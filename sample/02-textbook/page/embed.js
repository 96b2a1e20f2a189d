import { marked } from './call.js';

/** Puts HTML into the page, and waits until what it embeds has loaded or failed. */
export async function embed(html, call, requests, stage) {
  // Unlike `innerHTML`, this makes scripts that run.
  const fragment = document.createRange().createContextualFragment(html);
  const loads = [...fragment.querySelectorAll('[src], [href]')].map((node) => {
    const attribute = node.hasAttribute('src') ? 'src' : 'href';
    const url = node.getAttribute(attribute);
    requests.push({ url, method: 'GET', mode: 'no-cors', credentials: 'include', isEmbedded: true });
    node.setAttribute(attribute, marked(url, call));
    return new Promise((resolve) => {
      node.addEventListener('load', () => resolve(`<${node.localName}> has loaded`));
      node.addEventListener('error', () => resolve(`<${node.localName}> has failed`));
    });
  });
  stage.replaceChildren(fragment);
  return (await Promise.all(loads)).join('\n');
}
