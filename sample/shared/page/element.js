/** Makes an element. Strings among the children become text, never markup. */
export function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  made.append(...children);
  return made;
}

/** The nodes of a text in which `backticks` enclose code. */
export function proseOf(text) {
  return text.split('`').map((part, index) => (index % 2 === 0 ? part : element('code', {}, part)));
}

/** A word in green or red. */
export function badge(good, word) {
  return element('span', { class: `badge ${good ? 'good' : 'bad'}` }, word);
}
