import { FILE_ORIGIN, OPAQUE_ORIGIN } from '../protocol/serialized-origin.js';
import type { CorsProblem, ValueProblem } from './cors-problem.js';
import { placesOf } from './element-places.js';
import { isAny, isExact, type OriginEntry } from './origin-entry.js';
import { anyExtension, isInsecure, isRegExp } from './origin-risks.js';
import { summaryOf } from './origin-summary.js';
import { publicSuffixProblem } from './origin-syntax.js';
import {
  layersOf,
  type MergedFields,
  type PolicyField,
  type PolicyFields,
  type PolicyLayer,
} from './policy-fields.js';

/** What a rule finds wrong, with the value at fault. */
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
 * The rules that hold between fields, for the types and the start-up check alike: `test/types/agreement.test.ts` asserts
 * that the compiler refuses what they refuse, where types can know it.
 */
const RULES: readonly PolicyRule[] = [
  {
    fields: ['origin', 'credentials'],
    find: ({ origin, credentials }) =>
      credentials && summaryOf(origin).others.some(isAny)
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
      credentials && !dangerously.insecureOrigins && mayBeInsecure(origin)
        ? origin.filter(isInsecure).map((entry) => ({
            code: 'origin-insecure-with-credentials',
            value: describeEntry(entry),
            message: isRegExp(entry)
              ? 'matches plain http: origins only, which are refused together with credentials: true'
              : 'can be impersonated by whoever controls the network, and would get the cookies with credentials: true',
            fix: `write ${secured(entry)}, or set dangerously: { insecureOrigins: true }`,
          }))
        : [],
  },
  {
    fields: ['origin', 'credentials'],
    find: ({ origin, credentials }) =>
      credentials
        ? summaryOf(origin).others.flatMap((entry) => {
            const extension = anyExtension(entry);
            return extension === undefined
              ? []
              : [
                  {
                    code: 'origin-regexp-matches-any',
                    value: describeEntry(entry),
                    message: `lets extensions that anyone can publish, such as "${extension}", act with the cookies of their users, together with credentials: true`,
                    fix: 'list the extensions by their ids, or set credentials: false',
                  },
                ];
          })
        : [],
  },
  {
    fields: ['origin', 'dangerously'],
    find: ({ origin, dangerously }) =>
      dangerously.publicSuffixes
        ? []
        : summaryOf(origin).atSuffixes.map((pattern) => ({
            ...(publicSuffixProblem(pattern) as ValueProblem),
            value: pattern.text,
          })),
  },
  {
    fields: ['origin', 'dangerously'],
    find: ({ origin, dangerously }) =>
      !dangerously.nullOrigin && summaryOf(origin).exact.has(OPAQUE_ORIGIN)
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
    fields: ['origin', 'dangerously'],
    find: ({ origin, dangerously }) =>
      !dangerously.fileOrigin && summaryOf(origin).exact.has(FILE_ORIGIN)
        ? [
            {
              code: 'origin-file',
              value: FILE_ORIGIN,
              message:
                'is the origin of every page in a file, downloaded ones included, that a shell gives access to files',
              fix: 'serve the page from a scheme of its own, such as "app://.", or set dangerously: { fileOrigin: true }',
            },
          ]
        : [],
  },
];

/**
 * Checks a merged policy against every rule.
 *
 * A problem is placed at the nearest layer that sets one of the fields involved, at the element of its list if it is
 * about one, and its message says from where the others come, so that a policy used by a hundred routes is reported once. Where the value that a rule depends on could
 * not be read, which was reported, the rule says nothing: its problem might go away with the other one.
 *
 * @param layers - the layers that were merged, outermost first
 */
export function checkPolicy(
  { fields, doubtful }: Pick<MergedFields, 'fields' | 'doubtful'>,
  layers: readonly PolicyLayer[],
): readonly CorsProblem[] {
  const problems: CorsProblem[] = [];
  for (const rule of RULES) {
    // Of a list that was read in part, the rest is at fault whatever the other elements are.
    const [field, ...conditions] = rule.fields;
    if (conditions.some((condition) => doubtful.has(condition))) continue;
    const { where, raw, prefix = '' } = nearest(rule.fields, layers);
    const origins = rule.fields
      .map((involved) => ({ involved, setters: layersOf(involved, layers) }))
      .filter(({ setters }) => setters.some((layer) => layer.where !== where))
      .map(({ involved, setters }) => ` (${involved} comes from ${setters.map(layerName).join(' and ')})`)
      .join('');
    const found = rule.find(fields);
    if (found.length === 0) continue;
    const places = placesOf(raw[field], field);
    for (const { value, code, message, fix } of found) {
      const place = places.get(value) ?? field;
      problems.push({ code, where, field: prefix + place, value, message: message + origins, fix });
    }
  }
  return doubtful.has('origin') ? problems : [...problems, ...checkRestriction(fields, layers)];
}

/**
 * An origin list that `restrict` has emptied is a mistake, not a wish: `@NoCors()` says that nobody may read. Other
 * lists may well be empty: a controller's `methods` can have nothing in common with those of one of its routes.
 */
function checkRestriction({ origin }: PolicyFields, layers: readonly PolicyLayer[]): readonly CorsProblem[] {
  const setters = layersOf('origin', layers);
  const last = setters.at(-1);
  if (origin.length > 0 || last?.merge !== 'restrict') return [];
  const outer = setters.slice(0, -1).map(layerName);
  return [
    {
      code: 'restrict-leaves-nothing',
      where: last.where,
      field: `${last.prefix ?? ''}origin`,
      value: last.fields.origin?.map(describeEntry),
      message:
        outer.length === 0
          ? "has nothing to restrict under merge: 'restrict', no outer layer sets origin"
          : `has no origin in common with ${outer.join(' and ')}`,
      fix: "name an origin that the outer layer allows, or leave merge: 'restrict' out",
    },
  ];
}

/** What is only reported stands in a layer of its own, which has the place of the one around it. */
function layerName({ where, prefix }: PolicyLayer): string {
  return prefix === undefined ? where : `reportOnly of ${where}`;
}

/** Whether it pays to look for entries that are insecure: of a long list, nearly always none is. */
function mayBeInsecure(origin: readonly OriginEntry[]): boolean {
  const summary = summaryOf(origin);
  return summary.mayBeInsecure || summary.others.some(isInsecure);
}

/** The innermost of the layers that one of the fields comes from. A rule finds nothing where none is set. */
function nearest(
  fields: readonly PolicyField[],
  layers: readonly PolicyLayer[],
): Pick<PolicyLayer, 'where' | 'raw' | 'prefix'> {
  const involved = new Set(fields.flatMap((field) => layersOf(field, layers)));
  return layers.findLast((layer) => involved.has(layer)) ?? { where: '', raw: {} };
}

/** The same under `https:`, without the port where that is the default one. */
function secured(entry: OriginEntry): string {
  const text = describeEntry(entry).replace('http:', 'https:').replace(/:443$/, '');
  return isRegExp(entry) ? text : JSON.stringify(text);
}

/** An entry as a user would write it, for messages and for `CorsService.routes()`. */
export function describeEntry(entry: OriginEntry): string {
  if (isExact(entry)) return entry;
  switch (entry.kind) {
    case 'any':
      return '*';
    case 'all-of':
      return entry.parts.map(describeEntry).join(' and ');
    default:
      return entry.text;
  }
}
