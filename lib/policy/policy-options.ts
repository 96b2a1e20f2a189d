import type { PolicyField } from './policy-fields.js';

/*
 * Apart from what is done with them: messages about options know their names, also where nothing is compiled.
 */

/** The names of a policy's fields, in the order in which they are shown. */
export const POLICY_FIELDS: readonly PolicyField[] = [
  'origin',
  'credentials',
  'exposedHeaders',
  'enforce',
  'methods',
  'allowedHeaders',
  'maxAge',
  'optionsSuccessStatus',
  'dangerously',
];

/** The options of a policy: its fields, and how they meet those of the layer around. */
export const POLICY_OPTIONS: readonly string[] = [...POLICY_FIELDS, 'merge', 'reportOnly'];

/** The option with the fields to come. */
export const REPORT_ONLY = 'reportOnly';
