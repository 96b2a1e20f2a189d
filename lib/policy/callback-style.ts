/** What a parameter is called that is a callback, in other CORS packages and their documentation. */
const CALLBACK = /^(?:cb|callback|done|next)$/;

/** A comment, the text of a string, or any other character. */
const TOKEN = /\/\*[^]*?\*\/|\/\/.*|(["'`])(?:\\[^]|(?!\1)[^\\])*\1|[^]/g;

/**
 * The name at the start of a parameter, if it is no pattern that takes an object apart. A text: V8 looks its sets of characters
 * up where an expression is parsed.
 */
const NAME = String.raw`^\s*([\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*)`;

/**
 * The name of a function's second parameter, as it is written in its source; `undefined` where there is none, where it
 * has no name of its own, or where the engine does not show the source.
 */
export function secondParameterOf(value: object): string | undefined {
  const [, second = ''] = parametersOf(Function.prototype.toString.call(value));
  return new RegExp(NAME, 'u').exec(second)?.[1];
}

/** A function that does nothing but call its callback, without an error. */
const CALLS_BACK =
  /^\(\s*([\w$]+)\s*,\s*([\w$]+)\s*\)\s*=>\s*(?:\{\s*(?:return\s+)?)?([\w$]+)\(\s*(?:null|undefined)\s*,([^]+)\)\s*(?:;?\s*\})?$/;

/** The same function as it has to be written here; `undefined` where it does more than to call its callback. */
export function returningInstead(value: object): string | undefined {
  const [, origin, callback, called, answer = ''] =
    CALLS_BACK.exec(Function.prototype.toString.call(value)) ?? [];
  if (callback === undefined || called !== callback || !isOneExpression(answer)) return undefined;
  return `(${origin}) => ${answer.trim().replaceAll(/\s*\n\s*/g, ' ')}`;
}

/** Whether no bracket is closed that was not opened, and no statement or argument ends: then it is what it was cut out for. */
function isOneExpression(source: string): boolean {
  let depth = 0;
  for (const [token] of source.matchAll(TOKEN)) {
    if (/^[([{]/.test(token)) depth++;
    else if (/^[)\]}]/.test(token)) depth--;
    else if (depth === 0 && /^[,;]/.test(token)) return false;
    if (depth < 0 || /^(?:\/[/*]|`[^]*\n)/.test(token)) return false;
  }
  return depth === 0 && source.length <= MAX_SHOWN;
}

/** Longer answers are not repeated in a message. */
const MAX_SHOWN = 120;

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
