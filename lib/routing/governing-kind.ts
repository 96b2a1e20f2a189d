import type { Governed, Ruling } from './governance.js';

/**
 * Why a policy is the one in force: it is there; `@NoCors()` or `policy: false` closes what is around it; no layer says who
 * may read; the path can be read as several with different policies; or nobody is asked.
 */
export type GoverningKind = 'policy-found' | 'no-cors' | 'no-policy' | 'path-ambiguous' | 'unmanaged';

/** The kind of a ruling on a path that is not unmanaged. */
export function kindOf({
  governed,
  isAmbiguous,
}: Pick<Ruling, 'governed' | 'isAmbiguous'>): Exclude<GoverningKind, 'unmanaged'> {
  if (isAmbiguous) return 'path-ambiguous';
  if (governed?.policy.closed === false) return 'policy-found';
  return isClosedOnPurpose(governed) ? 'no-cors' : 'no-policy';
}

function isClosedOnPurpose(governed: Governed): boolean {
  const nearest = governed?.from.origin.at(-1);
  return governed?.layers.some(({ where, closes }) => closes === true && where === nearest) === true;
}
