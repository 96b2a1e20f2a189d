import { isInsecureOrigin } from '../protocol/serialized-origin.js';
import type { CorsProblem, ValueProblem } from './cors-problem.js';
import type { OriginEntry } from './origin-entry.js';
import { publicSuffixProblem } from './origin-syntax.js';
import type { MergedFields, PolicyField, PolicyFields, PolicyLayer } from './policy-fields.js';

/** What a rule finds wrong: the value at fault, and the fields whose combination is at fault. */
interface Finding extends ValueProblem {
  readonly value: unknown;
}

/** A rule that a merged policy has to meet. Two layers that are fine alone can be wrong together. */
interface PolicyRule {
  /** The fields that the rule looks at, the one at fault first. */
  readonly fields: readonly [PolicyField, ...PolicyField[]];
  readonly find: (fields: PolicyFields) => readonly Finding[];
}

/**
 * The rules that hold between fields, for the types and the start-up check alike: `test/types` asserts that the
 * compiler refuses what the rules marked there refuse.
 */
const RULES: readonly PolicyRule[] = [
  {
    fields: ['origin', 'credentials'],
    find: ({ origin, credentials }) =>
      credentials && origin.some(isAny)
        ? [
            {
              code: 'origin-any-with-credentials',
              value: '*',
              message:
                'lets every site act with the cookies of its visitors, together with credentials: true',
              fix: 'name the origins, or set credentials: false',
            },
          ]
        : [],
  },
  {
    fields: ['exposedHeaders', 'credentials'],
    find: ({ exposedHeaders, credentials }) =>
      credentials && exposedHeaders.includes('*')
        ? [
            {
              code: 'exposed-any-with-credentials',
              value: '*',
              message: 'is read as the name of a header, not as a wildcard, together with credentials: true',
              fix: 'name the headers, or set credentials: false',
            },
          ]
        : [],
  },
  {
    fields: ['origin', 'credentials', 'dangerously'],
    find: ({ origin, credentials, dangerously }) =>
      credentials && !dangerously.insecureOrigins
        ? origin.filter(isInsecure).map((entry) => ({
            code: 'origin-insecure-with-credentials',
            value: describeEntry(entry),
            message:
              'can be impersonated by whoever controls the network, and would get the cookies with credentials: true',
            fix: `write ${JSON.stringify(describeEntry(entry).replace('http:', 'https:'))}, or set dangerously: { insecureOrigins: true }`,
          }))
        : [],
  },
  {
    fields: ['origin', 'dangerously'],
    find: ({ origin, dangerously }) =>
      dangerously.publicSuffixes
        ? []
        : origin.flatMap((entry) => {
            const problem = entry.kind === 'pattern' ? publicSuffixProblem(entry) : undefined;
            return problem === undefined ? [] : [{ ...problem, value: describeEntry(entry) }];
          }),
  },
  {
    fields: ['origin', 'dangerously'],
    find: ({ origin, dangerously }) =>
      !dangerously.nullOrigin && origin.some((entry) => entry.kind === 'exact' && entry.origin === 'null')
        ? [
            {
              code: 'origin-null',
              value: 'null',
              message: 'is the origin of every sandboxed frame, so that any page can take it on',
              fix: 'leave it out, or set dangerously: { nullOrigin: true }',
            },
          ]
        : [],
  },
  {
    fields: ['origin'],
    find: ({ origin }) =>
      origin.length > 1 && origin.some(isAny)
        ? [
            {
              code: 'origin-any-in-list',
              value: '*',
              message: 'already covers every origin in the list',
              fix: "write '*' alone, or leave it out",
            },
          ]
        : [],
  },
];

/**
 * Checks a merged policy against every rule.
 *
 * A problem is placed at the nearest layer that sets one of the fields involved, and its message names the others, so
 * that a policy used by a hundred routes is reported once.
 *
 * @param layers - the layers that were merged, outermost first
 */
export function checkPolicy(
  { fields, from }: MergedFields,
  layers: readonly PolicyLayer[],
): readonly CorsProblem[] {
  const problems: CorsProblem[] = [];
  for (const rule of RULES) {
    for (const { value, code, message, fix } of rule.find(fields)) {
      const involved = rule.fields.flatMap((field) => from[field]);
      const where = nearest(involved, layers);
      const elsewhere = rule.fields
        .filter((field) => from[field].length > 0 && !from[field].includes(where))
        .map((field) => ` (${field} comes from ${from[field].join(' and ')})`);
      problems.push({
        where,
        field: rule.fields[0],
        value,
        code,
        message: message + elsewhere.join(''),
        fix,
      });
    }
  }
  return [...problems, ...checkRestriction(fields, from.origin, layers)];
}

/** An origin list that `restrict` has emptied is a mistake, not a wish: `@NoCors()` says that nobody may read. */
function checkRestriction(
  { origin }: PolicyFields,
  from: readonly string[],
  layers: readonly PolicyLayer[],
): readonly CorsProblem[] {
  const setters = layers.filter((layer) => from.includes(layer.where) && layer.fields.origin !== undefined);
  const last = setters.at(-1);
  if (origin.length > 0 || last?.merge !== 'restrict') return [];
  if (setters.some((layer) => layer.fields.origin?.length === 0)) return [];
  return [
    {
      where: last.where,
      field: 'origin',
      value: last.fields.origin?.map(describeEntry),
      code: 'restrict-leaves-nothing',
      message:
        setters.length === 1
          ? "has nothing to restrict under merge: 'restrict', no outer layer sets origin"
          : `has no origin in common with ${setters
              .slice(0, -1)
              .map((layer) => layer.where)
              .join(' and ')}`,
      fix: "name an origin that the outer layer allows, or leave merge: 'restrict' out",
    },
  ];
}

/** The innermost of the layers named in `involved`. */
function nearest(involved: readonly string[], layers: readonly PolicyLayer[]): string {
  return layers.findLast((layer) => involved.includes(layer.where))?.where ?? '';
}

function isAny(entry: OriginEntry): boolean {
  return entry.kind === 'any';
}

/** Whether an entry names `http:` origins that are not on the user's own machine. */
function isInsecure(entry: OriginEntry): boolean {
  if (entry.kind === 'exact') return isInsecureOrigin(entry.origin);
  if (entry.kind === 'pattern') return isInsecureOrigin(`${entry.scheme}://${entry.host}`);
  return false;
}

/** An entry as a user would write it, for messages and for `CorsService.routes()`. */
export function describeEntry(entry: OriginEntry): string {
  switch (entry.kind) {
    case 'any':
      return '*';
    case 'exact':
      return entry.origin;
    case 'all-of':
      return entry.parts.map(describeEntry).join(' and ');
    default:
      return entry.text;
  }
}
