import { describe, expect, it } from '@jest/globals';
import { POLICY_OPTIONS } from '../../lib/policy/policy-options.js';
import { unknownOption } from '../../lib/policy/unknown-option.js';

const MODULE = [...POLICY_OPTIONS, 'policies', 'routes'];
const ALLOW_ORIGIN = ['origin', 'credentials', 'exposedHeaders', 'enforce', 'merge', 'dangerously'];
const PREFLIGHT = ['methods', 'allowedHeaders', 'maxAge', 'optionsSuccessStatus', 'merge'];
const ENTRY = ['path', 'policy'];
const DANGERS = ['insecureOrigins', 'publicSuffixes', 'nullOrigin', 'fileOrigin'];

describe('unknownOption', () => {
  it.each<[name: string, known: readonly string[], message: string | RegExp, fix: string | RegExp]>([
    // Slips.
    ['orgin', MODULE, 'is no option here (did you mean origin?)', 'write origin'],
    ['Credentials', MODULE, 'is no option here (did you mean credentials?)', 'write credentials'],
    ['policys', MODULE, 'is no option here (did you mean policies?)', 'write policies'],
    ['insecureOrigin', DANGERS, 'is no option here (did you mean insecureOrigins?)', 'write insecureOrigins'],
    ['paths', ENTRY, 'is no option here (did you mean path?)', 'write path'],
    // What others call it.
    ['allowOrigins', MODULE, 'is no option here (did you mean origin?)', 'write origin'],
    ['allowedMethods', PREFLIGHT, 'is no option here (did you mean methods?)', 'write methods'],
    ['supportsCredentials', MODULE, 'is no option here (did you mean credentials?)', 'write credentials'],
    ['optionSuccessStatus', MODULE, /optionsSuccessStatus/, 'write optionsSuccessStatus'],
    ['exposeHeaders', ALLOW_ORIGIN, /exposedHeaders/, 'write exposedHeaders'],
    // At home elsewhere.
    ['maxAge', ALLOW_ORIGIN, 'is no option here', 'move it to @Preflight'],
    ['methods', ALLOW_ORIGIN, 'is no option here', 'move it to @Preflight'],
    [
      'allowHeaders',
      ALLOW_ORIGIN,
      'is no option here (did you mean allowedHeaders?)',
      'move it to @Preflight',
    ],
    ['credentials', PREFLIGHT, 'is no option here', 'move it to @AllowOrigin'],
    ['origin', ENTRY, 'is no option here', 'move it to policy'],
    ['merge', ENTRY, 'is no option here', 'move it to policy'],
    ['merge', DANGERS, 'is no option here', 'move it to the policy or decorator whose lists it is about'],
    ['merges', MODULE, 'is no option here (did you mean merge?)', 'write merge'],
    ['policies', POLICY_OPTIONS, 'is no option here', 'move it to the options of CorsModule'],
    ['nullOrigin', MODULE, 'is no option here', 'move it to dangerously'],
    ['fileOrigin', MODULE, 'is no option here', 'move it to dangerously'],
    // What has no counterpart.
    ['preflightContinue', MODULE, 'is no option here', /^leave it out: an OPTIONS request/],
    ['strictPreflight', MODULE, 'is no option here', /^leave it out/],
    ['preflight', MODULE, 'is no option here', /@NoCors/],
    ['hideOptionsRoute', MODULE, 'is no option here', /^leave it out/],
    ['cacheControl', MODULE, 'is no option here', /maxAge/],
    ['delegator', MODULE, 'is no option here', /decorators/],
    ['allowPrivateNetwork', MODULE, 'is no option here', /Private Network Access/],
    ['privateNetworkAccess', MODULE, 'is no option here', /Private Network Access/],
    ['colour', DANGERS, 'is no option here', /^remove it, the options here are insecureOrigins, /],
    ['constructor', MODULE, 'is no option here', /^remove it/],
    ['__proto__', MODULE, 'is no option here', /^remove it/],
    ['0', MODULE, 'is no option here', /^remove it/],
  ])('%s among %p', (name, known, message, fix) => {
    expect(unknownOption(name, known)).toEqual({
      code: 'option-unknown',
      message: typeof message === 'string' ? message : expect.stringMatching(message),
      fix: typeof fix === 'string' ? fix : expect.stringMatching(fix),
    });
  });
});
