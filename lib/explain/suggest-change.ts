import { preflightFacts } from '../http/preflight.js';
import type { CorsProblem, ValueProblem } from '../policy/cors-problem.js';
import { OPTIONS } from '../policy/module-options.js';
import { compileOrigins } from '../policy/origin-set.js';
import { parseOrigin } from '../policy/origin-syntax.js';
import type { ComposedPolicy } from '../policy/policy-composer.js';
import { layersOf, layersWithout, type PolicyLayer } from '../policy/policy-fields.js';
import { REPORT_ONLY } from '../policy/policy-options.js';
import { readMethod, readRequestHeader } from '../policy/read-names.js';
import { decidePreflight, allowsOrigin, type PreflightReason } from '../protocol/verdict.js';
import { readEntryPath } from '../routing/path-pattern.js';
import { requestPath } from '../routing/request-path.js';
import type { CorsChange } from '../verdicts/cors-suggestion.js';
import type { ExplainableRequest } from './cors-explanation.js';
import type { ExplainContext, Governing } from './governing.js';
import { refusedNames } from './preflight-steps.js';
import { readRequest, type PlainRequest } from './read-request.js';
import { governingOf, toCome } from './refusal-hint.js';
import { listed } from './words.js';
import { writtenList, writtenValue } from './written-code.js';

/** What would admit a request, or why nothing does. */
export type Suggested =
  | { readonly changes: readonly CorsChange[]; readonly obstacle: undefined }
  | { readonly changes: readonly []; readonly obstacle: string };

/** The lists that can lack something. */
type ListField = 'origin' | 'methods' | 'allowedHeaders';

/** More of one list. */
interface Addition {
  readonly layer: PolicyLayer;
  readonly field: ListField;
  readonly names: readonly string[];
}

/** A layer that stands nowhere yet. */
interface NewLayer {
  readonly layer: PolicyLayer;
  readonly change: CorsChange;
}

/**
 * The smallest change that admits a request: what its policy lacks is added where it comes from. Tried out before it is
 * suggested, with the checks of the start, on all that has the layers which change.
 *
 * @param where - what has refused the request
 * @param isReported - whether that is what the policy says which is only reported
 */
export function suggestChange(
  given: ExplainableRequest,
  where: string | undefined,
  isReported: boolean,
  context: ExplainContext,
): Suggested {
  const request = readRequest(given);
  const found = governingOf(request, where, context);
  const governing = isReported ? found && toCome(found) : found;
  if (governing?.composed === undefined || governing.policy === undefined) return none(UNKNOWN);
  if (governing.kind === 'no-cors') return none(CLOSED);
  const others = routesInCommon(governing.isRoute, governing.composed);
  if (others.length > 0) return none(unserved(others));
  const change = new Change(request, governing, governing.composed, context);
  return change.find();
}

function none(obstacle: string): Suggested {
  return { changes: [], obstacle };
}

const UNKNOWN = 'no policy is known that governs it: the path is unmanaged, or can be read as several';
const CLOSED = 'it is closed on purpose, by @NoCors() or policy: false';

function unserved(others: readonly string[]): string {
  return `no route serves that method there, and what the routes of the path have in common decides: ${listed(others)}`;
}

/** The routes that have the path with other methods, where what they have in common governs: that stands nowhere to be changed. */
function routesInCommon(isRoute: boolean, { layers }: ComposedPolicy): readonly string[] {
  return isRoute ? [] : layers.map(({ where }) => where).filter((where) => !isOption(where));
}

function isOption(where: string): boolean {
  return where === OPTIONS || where.startsWith(`${OPTIONS}.`);
}

/** What is changed so far of the layers of one policy. */
class Change {
  private readonly additions: Addition[] = [];
  private created: NewLayer | undefined;

  constructor(
    private readonly request: PlainRequest,
    private readonly governing: Governing,
    private readonly composed: ComposedPolicy,
    private readonly context: ExplainContext,
  ) {}

  find(): Suggested {
    const origin = this.request.headers['origin'] as string;
    const facts = preflightFacts(this.request);
    // An origin, a method and names of headers can be lacking.
    for (let part = 0; part < 4; part++) {
      const { policy } = this.changed(this.composed).composed;
      const isAllowed = allowsOrigin(policy, origin);
      const reason: PreflightReason =
        facts === undefined || !isAllowed
          ? isAllowed
            ? 'preflight-approved'
            : 'origin-not-allowed'
          : decidePreflight(policy, facts, 'origin-allowed').reason;
      if (reason === 'preflight-approved') return this.checked();
      const obstacle =
        reason === 'method-not-allowed'
          ? this.addNames('methods', [facts?.method ?? ''], readMethod)
          : reason === 'headers-not-allowed'
            ? this.addNames('allowedHeaders', refusedNames(policy, facts?.headers ?? ''), readRequestHeader)
            : this.addOrigin(origin);
      if (obstacle !== undefined) return none(obstacle);
    }
    return none('no list that could be longer admits it');
  }

  private addOrigin(origin: string): string | undefined {
    const parsed = parseOrigin(origin);
    if ('problem' in parsed) return said(origin, parsed.problem);
    const setters = layersOf('origin', this.composed.layers);
    if (setters.length === 0) return this.createLayer('origin', [origin]);
    const widening = setters.findLastIndex(({ merge }) => merge !== 'restrict');
    const lacking = setters
      .slice(Math.max(widening, 0))
      .filter(({ fields }) => !compileOrigins(fields.origin ?? [], { secureOnly: false }).allows(origin));
    return this.add('origin', lacking, [origin]);
  }

  private addNames(
    field: 'methods' | 'allowedHeaders',
    given: readonly string[],
    read: typeof readMethod,
  ): string | undefined {
    const names: string[] = [];
    for (const name of given) {
      const result = read(name);
      if (result !== undefined && 'problem' in result) return said(name, result.problem);
      if (result !== undefined) names.push(result.name);
    }
    const { layers } = this.composed;
    if (layersOf(field, layers).length === 0) return this.createLayer(field, names);
    if (field === 'allowedHeaders') return this.add(field, layersWithout(names, layers), names);
    const setters = layersOf(field, layers);
    const widening = setters.findLastIndex(({ merge }) => merge !== 'restrict');
    const lacking = setters
      .slice(Math.max(widening, 0))
      .filter(({ fields }) => !names.every((name) => fields.methods?.includes(name)));
    return this.add(field, lacking, names);
  }

  private add(
    field: ListField,
    layers: readonly PolicyLayer[],
    names: readonly string[],
  ): string | undefined {
    const isDone = this.additions.some((addition) => addition.field === field);
    if (isDone || layers.length === 0)
      return 'what admits it stands in its lists, and something else refuses it';
    this.additions.push(...layers.map((layer) => ({ layer, field, names })));
    return undefined;
  }

  /** Where no layer says anything of the field: a decorator of its own, or an entry of its own. */
  private createLayer(field: ListField, names: readonly string[]): string | undefined {
    const { isRoute, isDefault, report } = this.governing;
    const last = this.composed.layers.at(-1);
    if (this.created !== undefined || report === undefined) return 'it takes more than one new place';
    if (isRoute) {
      const existing = this.composed.layers.findLast(
        (layer) => layer.where === report.where && isDecorator(field, layer.raw),
      );
      if (existing !== undefined) {
        // A second one is refused, and what the first one lacks is the route's default.
        const before = field === 'origin' || existing.merge === 'extend' ? [] : this.composed.fields[field];
        this.additions.push({ layer: existing, field, names: [...before, ...names] });
        return undefined;
      }
      const code =
        field === 'origin'
          ? `@AllowOrigin(${writtenList(names)?.join(', ')})`
          : `@Preflight({ ${field}: ${writtenValue(names)}, merge: 'extend' })`;
      this.created = {
        layer: newLayer(report.where, field, names),
        change: { where: report.where, field, how: 'add', code },
      };
      return undefined;
    }
    if (!isDefault && last !== undefined && last.where.startsWith(`${OPTIONS}.`)) {
      this.additions.push({ layer: last, field, names });
      return undefined;
    }
    const path = requestPath(this.request.url) ?? '';
    if (!Array.isArray(readEntryPath(path))) return `${path} is no path that an entry of routes can have`;
    const policy = { [field]: names, ...(field === 'origin' ? {} : { merge: 'extend' }) };
    const code = writtenValue({ path, exact: true, policy }) as string;
    const change: CorsChange = { where: `${OPTIONS}.routes`, field: 'routes', how: 'add', code };
    this.created = { layer: newLayer(change.where, field, names), change };
    return undefined;
  }

  /** A policy with what has changed of its layers, and what is wrong with it then. */
  private changed(composed: ComposedPolicy): ReturnType<ComposedPolicy['recomposed']> {
    const isOwn = composed === this.composed;
    const layers = composed.layers.map((layer) => this.changedLayer(layer));
    return composed.recomposed(isOwn && this.created ? [...layers, this.created.layer] : layers);
  }

  private changedLayer(layer: PolicyLayer): PolicyLayer {
    const fields: Record<string, unknown> = { ...layer.fields };
    const raw: Record<string, unknown> = { ...layer.raw };
    for (const { field, names } of this.additions.filter((addition) => addition.layer === layer)) {
      fields[field] = [...listOf(fields[field]), ...names];
      raw[field] = [...listOf(raw[field]), ...names];
    }
    return { ...layer, fields, raw };
  }

  private checked(): Suggested {
    const { routes, places } = this.context.governance;
    const all = [
      ...routes.flatMap(({ governed, elsewhere }) => [governed, ...(elsewhere?.values() ?? [])]),
      ...[places.elsewhere, ...places.list].map(({ own }) => own),
    ].flatMap((one) => [one, one?.reported]);
    const problems: CorsProblem[] = [...this.changed(this.composed).problems];
    for (const one of all) {
      if (one?.layers.some((layer) => this.additions.some((addition) => addition.layer === layer)) === true) {
        problems.push(...this.changed(one).problems);
      }
    }
    const [problem] = problems;
    if (problem !== undefined) return none(said(problem.value, problem));
    const changes = [...new Set(this.additions.map(({ layer }) => layer))].flatMap((layer) =>
      this.written(layer),
    );
    return {
      changes: this.created === undefined ? changes : [...changes, this.created.change],
      obstacle: undefined,
    };
  }

  /** What is to be written for a layer: of a decorator the whole, of options the field. */
  private written(layer: PolicyLayer): readonly CorsChange[] {
    const { where, prefix = '' } = layer;
    const { raw } = this.changedLayer(layer);
    const additions = this.additions.filter((addition) => addition.layer === layer);
    const isDecorated = !isOption(where) && prefix === '';
    const [first] = additions;
    const code = isDecorated && first !== undefined ? writtenDecorator(first.field, raw) : undefined;
    if (code !== undefined)
      return [{ where, field: additions.map(({ field }) => field).join(), how: 'replace', code }];
    return additions.flatMap(({ field, names }): CorsChange[] => {
      const list = isDecorated ? undefined : writtenValue(raw[field]);
      return list === undefined
        ? names.map((name) => ({
            where,
            field: prefix + field,
            how: 'add',
            code: writtenValue(name) as string,
          }))
        : [{ where, field: prefix + field, how: 'replace', code: `${field}: ${list}` }];
    });
  }
}

const PREFLIGHT_FIELDS: ReadonlySet<string> = new Set([
  'methods',
  'allowedHeaders',
  'maxAge',
  'optionsSuccessStatus',
]);

/** By its options, the decorator on which a field stands can be told from the other one. */
function isDecorator(field: ListField, raw: PolicyLayer['raw']): boolean {
  const names = [raw, Object(raw[REPORT_ONLY]) as PolicyLayer['raw']].flatMap((options) =>
    Object.keys(options),
  );
  const isPreflight = names.some((name) => PREFLIGHT_FIELDS.has(name));
  return names.length > 0 && isPreflight === (field !== 'origin');
}

function newLayer(where: string, field: ListField, names: readonly string[]): PolicyLayer {
  const merge = field === 'origin' ? 'replace' : 'extend';
  return { where, merge, fields: { [field]: names }, unread: [], raw: { [field]: names } };
}

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly unknown[]) : [value];
}

function writtenDecorator(field: ListField, raw: PolicyLayer['raw']): string | undefined {
  if (field !== 'origin') {
    const options = writtenValue(raw);
    return options && `@Preflight(${options})`;
  }
  const { origin, ...others } = raw;
  const origins = writtenList(listOf(origin));
  const options = writtenValue(others);
  if (origins === undefined || options === undefined) return undefined;
  return `@AllowOrigin(${[...origins, ...(Object.keys(others).length === 0 ? [] : [options])].join(', ')})`;
}

function said(value: unknown, { message, fix }: ValueProblem): string {
  return `${typeof value === 'string' ? `${JSON.stringify(value)} ` : ''}${message}: ${fix}`;
}
