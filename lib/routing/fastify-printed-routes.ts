import type { Constraints, MirroredRoute } from './fastify-mirror.js';

/** A line of the tree that Fastify prints: a node, below what is in front of it. */
const NODE = /^((?:│ {3}| {4})*)[├└]── (.*)$/u;

/** The methods and the constraints behind a node, once for each set of constraints; the others have a line of their own. */
const ROUTE = / \(([A-Z-]+(?:, [A-Z-]+)*)\)(?: (\{.*\}))?$/;

const EMPTY_ROOT = '(empty root node)';

/**
 * Reads the routes that an instance of Fastify prints. It tells of a route when it is registered, and only those who listen by
 * then; what it prints is the one way to learn of earlier ones.
 *
 * Of several names of a parameter, at one place in several routes, only the first is taken.
 *
 * @param printed - by `printRoutes()` without options
 */
export function printedRoutes(printed: string): readonly MirroredRoute[] {
  const routes: MirroredRoute[] = [];
  /** The texts of the nodes that lead to the current one, and its own. */
  const nodes: string[] = [];
  for (const line of printed.split('\n')) {
    const [, indent = '', content] = NODE.exec(line) ?? [];
    const route = ROUTE.exec(line);
    if (content !== undefined) {
      nodes.length = indent.length / 4;
      nodes.push(patternOf(content.replace(ROUTE, '')));
    }
    if (route === null) continue;
    const [, methods = '', constraints] = route;
    routes.push({
      method: methods.split(', '),
      url: nodes.join(''),
      constraints: constraints === undefined ? {} : readConstraints(constraints),
      isHeadOfGet: false,
    });
  }
  return routes;
}

/** The pattern of a node, as a route has it: text, in which a colon is written twice, a parameter, or a wildcard. */
function patternOf(text: string): string {
  if (text === EMPTY_ROOT) return '';
  return text.startsWith(':') ? firstParameter(text) : text.replaceAll(':', '::');
}

/** `:id` of `:id|:name`, which is how two names are printed; a bar in an expression ends nothing. */
function firstParameter(text: string): string {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    if (text[index] === '(') depth++;
    else if (text[index] === ')') depth--;
    else if (text[index] === '|' && depth === 0) return text.slice(0, index);
  }
  return text;
}

/** Expressions, which a host may be, are printed as text. */
function readConstraints(text: string): Constraints {
  return JSON.parse(text, (_key, value: unknown) => {
    const [, source, flags] = typeof value === 'string' ? (/^\/(.+)\/([a-z]*)$/.exec(value) ?? []) : [];
    return source === undefined ? value : new RegExp(source, flags);
  }) as Constraints;
}
