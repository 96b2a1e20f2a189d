/** What a parameter is called that is a callback, in other CORS packages and their documentation. */
const CALLBACK = /^(?:cb|callback|done|next)$/;

/** A comment, the text of a string, or any other character. */
const TOKEN = /\/\*[^]*?\*\/|\/\/.*|(["'`])(?:\\[^]|(?!\1)[^\\])*\1|[^]/g;

/** The name at the start of a parameter, if it is no pattern that takes an object apart. */
const NAME = /^\s*([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)/u;

/**
 * The name of a function's second parameter, as it is written in its source; `undefined` where there is none, where it
 * has no name of its own, or where the engine does not show the source.
 */
export function secondParameterOf(value: object): string | undefined {
  const [, second = ''] = parametersOf(Function.prototype.toString.call(value));
  return NAME.exec(second)?.[1];
}

/** Whether a parameter is called as callbacks are. */
export function isCalledCallback(name: string | undefined): boolean {
  return name !== undefined && CALLBACK.test(name);
}

/**
 * The text of each parameter in the source of a function: what is between the commas of its first brackets. A computed
 * name (`[key](origin) {}`) has brackets of its own, and an arrow function with a single parameter may have none.
 */
function parametersOf(source: string): readonly string[] {
  const parameters = [''];
  let depth = 0;
  let started = false;
  for (const [token, quote] of source.matchAll(TOKEN)) {
    if (/^[)\]}]/.test(token)) depth--;
    if (started && depth === 0) return parameters;
    if (started && depth === 1 && token === ',') parameters.push('');
    else if (started && quote === undefined && !token.startsWith('/'))
      parameters[parameters.length - 1] += token;
    started ||= depth === 0 && token === '(';
    if (/^[([{]/.test(token)) depth++;
    if (!started && depth === 0 && token === '=') return [];
  }
  return [];
}
