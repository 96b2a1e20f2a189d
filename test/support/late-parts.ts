import { DIAGNOSIS } from '../../lib/policy/origin-syntax.js';
import { SUFFIX_PARENTS } from '../../lib/policy/parent-domains.js';
import { ORIGIN_REGEXP } from '../../lib/policy/read-origin.js';
import { SUFFIX_LIST } from '../../lib/policy/registrable-domain.js';

/** Loads what policies may need, for a suite that compiles some without an app. */
export async function loadPolicyParts(): Promise<void> {
  await Promise.all([DIAGNOSIS.load(), ORIGIN_REGEXP.load(), SUFFIX_LIST.load(), SUFFIX_PARENTS.load()]);
}
