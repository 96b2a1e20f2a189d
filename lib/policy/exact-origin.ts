import { FILE_ORIGIN, OPAQUE_ORIGIN } from '../protocol/serialized-origin.js';
import type { ValueProblem } from './cors-problem.js';
import { diagnoseOrigin } from './origin-diagnosis.js';
import { readWrittenOrigin } from './origin-grammar.js';

/**
 * What is wrong with a value that is to be a member of a set of origins, if anything is. Membership is an exact
 * comparison with the request's `Origin`, so that anything but one serialized origin would allow nobody, or, if it
 * were understood after all, more than one.
 */
export function exactOriginProblem(value: unknown): ValueProblem | undefined {
  if (typeof value !== 'string') {
    return {
      code: 'option-type',
      message: 'is no string',
      fix: 'give an origin such as "https://example.com"',
    };
  }
  const written = readWrittenOrigin(value);
  if (written === undefined) return diagnoseOrigin(value);
  if (written === OPAQUE_ORIGIN) {
    return {
      code: 'origin-null',
      message: 'is the origin of every sandboxed frame, so that any page can take it on',
      fix: 'serve the page from an origin of its own, and add that one',
    };
  }
  if (written === FILE_ORIGIN) {
    return {
      code: 'origin-file',
      message: 'is the origin of every page in a file that a shell gives access to files',
      fix: 'serve the page from an origin of its own, and add that one',
    };
  }
  if (typeof written === 'string') return undefined;
  if (written.kind === 'any') {
    return {
      code: 'origin-wildcard',
      message: 'would be everybody, and is no member of a set of origins',
      fix: `write '*' in the policy of the routes that are open to everybody`,
    };
  }
  return {
    code: 'origin-wildcard',
    message: 'is a pattern, and is no member of a set of origins',
    fix: 'add each origin, or write the pattern in the policy, beside the source',
  };
}
