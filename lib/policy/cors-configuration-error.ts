import type { CorsProblem } from './cors-problem.js';
import { show } from './show.js';

/** Where each code is explained, under an anchor of its name. */
const EXPLANATIONS = 'https://github.com/nestjs-cors/nestjs-cors/blob/main/docs/start-up-errors.md';

/**
 * Thrown when the app starts, by `app.init()` or `app.listen()`, with every problem of every layer at once. Only a
 * `CorsModule` that is imported twice or without options is reported earlier, when the app is created.
 *
 * @example
 * ```ts
 * try {
 *   await app.init();
 * } catch (error) {
 *   if (error instanceof CorsConfigurationError) {
 *     for (const { code, where, fix } of error.problems) console.error(code, where, fix);
 *   }
 * }
 * ```
 */
export class CorsConfigurationError extends Error {
  override readonly name = 'CorsConfigurationError';

  /** All that is wrong, at least one problem. */
  readonly problems: readonly CorsProblem[];

  /** @param problems - all that is wrong, at least one problem */
  constructor(problems: readonly CorsProblem[]) {
    super(describeProblems(problems));
    this.problems = Object.freeze([...problems]);
  }
}

function describeProblems(problems: readonly CorsProblem[]): string {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  const lines = problems.map((problem, index) => `  ${index + 1}. ${describeProblem(problem)}`);
  return [`The CORS configuration has ${count}:`, ...lines, `See ${linkFor(problems)}`].join('\n');
}

/** To each of a few codes; of more, which the lines have, to their page. */
function linkFor(problems: readonly CorsProblem[]): string {
  const anchors = [...new Set(problems.map(({ code }) => `#${code}`))];
  return EXPLANATIONS + (anchors.length <= MOST_ANCHORS ? anchors.join(', ') : '');
}

const MOST_ANCHORS = 3;

function describeProblem({ code, where, field, value, message, fix }: CorsProblem): string {
  const place = field === '' ? where : `${where}, ${field}`;
  const subject = value === undefined ? message : `${show(value)} ${message}`;
  return `${place}: ${subject}: ${fix}. [${code}]`;
}
