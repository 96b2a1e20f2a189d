/**
 * Just enough of the syntax of regular expressions to recognise what people get wrong about origins. Not a parser: the
 * source comes from a `RegExp`, so it is known to be valid.
 */

/** One step of an expression. */
export interface RegExpToken {
  /** As it stands in the source, without its quantifier. */
  readonly text: string;
  /**
   * `literal`: stands for the one character in `text`, or behind its backslash. `escape`: any other backslash sequence.
   */
  readonly kind: 'literal' | 'escape' | 'class' | 'dot' | 'open' | 'close' | 'or' | 'anchor';
  /** Its quantifier, or `''`. */
  readonly quantifier: string;
}

/** An escape, a class, the start of a group or any other character; then a quantifier. */
const TOKEN =
  /(?:(\\(?:[pPux]\{[^}]*\}|k<[^>]*>|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|c[A-Za-z]|\d+|[^]))|(\[(?:\\[^]|[^\]\\])*\])|(\((?:\?(?:[:=!]|<[=!]|<[^>]*>|[a-z-]*:))?)|([^]))((?:[*+?]|\{\d+(?:,\d*)?\})\??)?/g;

/** Splits the source of an expression that has not the flag `v`, whose classes can be nested. */
export function tokenize(source: string): readonly RegExpToken[] {
  const tokens: RegExpToken[] = [];
  for (const [, escape, list, open, other, quantifier = ''] of source.matchAll(TOKEN)) {
    if (escape !== undefined) tokens.push({ text: escape, kind: escapeKind(escape), quantifier });
    else if (list !== undefined) tokens.push({ text: list, kind: 'class', quantifier });
    else if (open !== undefined) tokens.push({ text: open, kind: 'open', quantifier });
    else tokens.push({ text: String(other), kind: SPECIAL[String(other)] ?? 'literal', quantifier });
  }
  return tokens;
}

/** `\.`, `\/` and `\-` are the character; `\d`, `\b`, `\1` and `\u002e` are not looked into. */
function escapeKind(text: string): RegExpToken['kind'] {
  return /^\\[^a-zA-Z0-9]$/.test(text) ? 'literal' : 'escape';
}

const SPECIAL: Readonly<Record<string, RegExpToken['kind']>> = {
  '.': 'dot',
  ')': 'close',
  '|': 'or',
  '^': 'anchor',
  $: 'anchor',
};

/**
 * The source with a backslash before every dot that surely means a dot: it has no quantifier and stands outside of
 * classes, beside a character, class or group that belongs to a host.
 */
export function escapeLoneDots(source: string): string {
  const tokens = tokenize(source);
  return tokens
    .map(({ text, kind, quantifier }, at) => {
      const lone =
        kind === 'dot' && quantifier === '' && (endsHost(tokens[at - 1]) || startsHost(tokens[at + 1]));
      return (lone ? '\\.' : text) + quantifier;
    })
    .join('');
}

const HOST_CHARACTER = /^[a-z0-9_-]$/i;

function endsHost(token: RegExpToken | undefined): boolean {
  if (token === undefined) return false;
  return token.quantifier !== '' || /^(?:class|close)$/.test(token.kind) || isHostCharacter(token);
}

function startsHost(token: RegExpToken | undefined): boolean {
  if (token === undefined) return false;
  return /^(?:class|open)$/.test(token.kind) || isHostCharacter(token);
}

function isHostCharacter({ kind, text }: RegExpToken): boolean {
  return kind === 'literal' && HOST_CHARACTER.test(literalOf(text));
}

/** The character that a literal token stands for. */
export function literalOf(text: string): string {
  return text.slice(-1);
}
