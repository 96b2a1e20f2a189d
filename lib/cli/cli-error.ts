/** What was wrong with the use of the command line: one line, and exit code 2. */
export class CliError extends Error {
  override readonly name = 'CliError';
}
