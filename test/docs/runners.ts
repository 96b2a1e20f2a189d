/*
 * Stands for Vitest, Jest and node:test in the blocks of the manual, with what these use of them. That the library's tests
 * run in the runners themselves is tried in CI with the packed library, see .ci/hosted/tests.
 */

type Run = () => unknown;

const before: Run[] = [];
const after: Run[] = [];
const tests: { readonly name: string; readonly run: Run }[] = [];

export const beforeAll = (run: Run): void => void before.push(run);
export const afterAll = (run: Run): void => void after.push(run);
export const test = (name: string, run: Run): void => void tests.push({ name, run });
export const it = test;

/** The names of node:test. */
export { beforeAll as before, afterAll as after };

/** Runs what has been registered since the last call, and gives the number of tests. */
export async function runRegistered(): Promise<number> {
  const [started, list, ended] = [before, tests, after].map((all) => all.splice(0)) as [
    Run[],
    typeof tests,
    Run[],
  ];
  for (const run of started) await run();
  try {
    for (const { run } of list) await run();
  } finally {
    for (const run of ended) await run();
  }
  return list.length;
}
