import type { ListResult } from '../lists/run.js';
import { fixed, table, type Row } from '../support/table.js';

/** What long lists cost, beside the build that they were held against, if there was one. */
export function listTable(results: readonly ListResult[]): string {
  const [here, other] = results as [ListResult, ListResult?];
  const row = (what: string, digits: number, value: (one: ListResult) => number | undefined): Row => {
    const [own, its] = [value(here), other && value(other)];
    const ratio = own === undefined || its === undefined ? undefined : own / its;
    return [what, fixed(own, digits), ...(other === undefined ? [] : [fixed(its, digits), fixed(ratio, 3)])];
  };
  return table(
    [`${here.origins} exact origins`, 'here', ...(other === undefined ? [] : ['against', 'ratio'])],
    [
      row('start, CPU ms', 0, ({ cpu }) => cpu.start),
      row('update() with one more, CPU ms', 1, ({ cpu }) => cpu.update),
      row('update(), longest pause, ms', 1, ({ pause }) => pause.update?.median),
      row('addOrigins(), CPU µs per origin', 1, ({ cpu }) => cpu.add),
      row('addOrigins(), longest pause, ms', 1, ({ pause }) => pause.add?.median),
      row('removeOrigins(), CPU µs per origin', 1, ({ cpu }) => cpu.remove),
      row('removeOrigins(), longest pause, ms', 1, ({ pause }) => pause.remove?.median),
      row('memory, bytes per origin', 1, ({ bytes }) => bytes),
    ],
  );
}
