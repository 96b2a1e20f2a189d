/**
 * The seed of this run's random data. It stands in the titles of the property tests, so that a failure can be repeated
 * with `FC_SEED=<seed>`.
 */
export const seed = Number(process.env['FC_SEED'] ?? Math.floor(Math.random() * 0x7fffffff));
