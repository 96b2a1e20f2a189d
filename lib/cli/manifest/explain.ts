import { ENGINE_NAMES, type EngineName } from '../../engines/quirks.js';
import { DEFAULT_MAX_AGE, engineView } from '../../explain/engine-view.js';
import type { CorsEngineExplanation } from '../../explain/cors-explanation.js';
import { listed } from '../../explain/words.js';
import type {
  CorsManifest,
  ManifestLine,
  ManifestOrigin,
  ManifestPolicy,
} from '../../manifest/cors-manifest.js';
import { audience, subjectOf } from '../../manifest/manifest-words.js';
import { enforcedOn } from '../../policy/enforcement.js';
import type { Policy } from '../../policy/policy.js';
import { printable, show } from '../../policy/show.js';
import { approvesMethod } from '../../protocol/methods.js';
import { isForbiddenMethod, isSafelistedMethod, isToken, normalizeMethod } from '../../protocol/names.js';
import { refusedRequestHeader } from '../../protocol/request-headers.js';
import { isSerializedOrigin } from '../../protocol/serialized-origin.js';
import { allowsReading, decideOrigin } from '../../protocol/verdict.js';
import { isPlainPath } from '../../routing/path-readings.js';
import { CliError } from '../cli-error.js';
import { candidatesFor } from './candidates.js';
import { compileManifestPolicy } from './evaluable-policy.js';
import { loadManifest } from './load-manifest.js';

/** A request that a page would like to send. */
export interface Question {
  /** The page's origin. */
  readonly from: string;
  readonly method: string;
  /** The path of the request, without the query. */
  readonly path: string;
  /** The names of the request headers that the script sets, in lower case. */
  readonly headers: readonly string[];
  /** Whether the script sends cookies: `credentials: 'include'`. */
  readonly credentials: boolean;
  /** The version that the request asks for in another way than by its path. */
  readonly version: string | undefined;
  readonly host: string | undefined;
  /** Whose behaviour counts: an engine's; the standard's if unset. */
  readonly engine: string | undefined;
}

/** What the manifest says of it: `undecided` where only the app can tell. */
type Verdict = 'allowed' | 'refused' | 'undecided';

/** What {@link explain} says. */
export interface Explanation {
  /** Whether the page may, whatever governs the request of all that can. */
  readonly allowed: boolean;
  readonly text: string;
}

/** Headers that pages send without asking, unless their values are unusual. @see Fetch, "CORS-safelisted request-header" */
const SAFELISTED_HEADERS: ReadonlySet<string> = new Set([
  'accept',
  'accept-language',
  'content-language',
  'range',
]);

/**
 * Says what a manifest says of a request.
 *
 * @throws CliError if it is none, or the request is none
 * @throws MissingPart if it takes a part that is still to be loaded
 */
export function explain(file: string, asked: Question): Explanation {
  const question = readQuestion(asked);
  const manifest = loadManifest(file);
  const { lines, isUnserved } = candidatesFor(manifest, question);
  const answers = lines.map((line) => answer(manifest, line, question));
  const verdicts = new Set(answers.map(({ verdict }) => verdict));
  const notes = [
    ...(isUnserved
      ? [
          `No route serves ${question.method} there, but routes serve other methods: what they have in common governs it, which only the app knows.`,
        ]
      : []),
    ...(verdicts.size > 1 && lines.some(({ kind }) => kind === 'route')
      ? [
          'Which of them governs it depends on version and host, which can be given, and on the order in which Express has its routes.',
        ]
      : []),
    ...(isPlainPath(question.path, true)
      ? []
      : ['The path can be read in more than one way: where policies differ, the app refuses it.']),
  ];
  const allowed = verdicts.size === 1 && verdicts.has('allowed') && !isUnserved;
  return {
    allowed,
    text: [...answers.map(({ text }) => text), ...notes].map((line) => `${printable(line)}\n`).join(''),
  };
}

function readQuestion(question: Question): Question {
  const { from, method, path, headers, engine } = question;
  if (engine !== undefined && !isEngine(engine)) {
    throw new CliError(`--engine ${show(engine)} is none of ${ENGINE_NAMES.join(', ')}`);
  }
  if (!isSerializedOrigin(from)) {
    throw new CliError(`--from ${show(from)} is no origin: write one such as https://shop.example.com`);
  }
  if (!isToken(method)) throw new CliError(`${show(method)} is no method: write one such as DELETE`);
  if (!path.startsWith('/')) throw new CliError(`${show(path)} is no path: write one such as /orders/7`);
  const name = headers.find((one) => !isToken(one));
  if (name !== undefined)
    throw new CliError(`--header ${show(name)} is no name of a header: write one such as x-api-key`);
  return {
    ...question,
    method: normalizeMethod(method),
    path: path.split(/[?#]/, 1)[0] as string,
    headers: headers.map((one) => one.toLowerCase()).toSorted(),
  };
}

function isEngine(name: string): name is EngineName {
  return ENGINE_NAMES.includes(name as EngineName);
}

function answer(
  manifest: CorsManifest,
  line: ManifestLine,
  question: Question,
): { readonly verdict: Verdict; readonly text: string } {
  const { from, method, path, credentials } = question;
  const unsafe = question.headers.filter((name) => !SAFELISTED_HEADERS.has(name));
  const isPreflighted = !isSafelistedMethod(method) || unsafe.length > 0;
  const request = `${isPreflighted ? 'send' : 'read'} ${method} ${path}${credentials ? ' with credentials' : ''}`;
  if (line.policy === null) {
    const text = `Whether ${from} may ${request} is left to what answers there: ${subjectOf(line)} is unmanaged.`;
    return { verdict: 'undecided', text };
  }
  const policy = compileManifestPolicy(manifest, line.policy);
  const owner = `${subjectOf(line)}, ${line.where} (origin from ${line.from?.['origin']?.join(' and ') ?? 'nobody'})`;
  const refusedNames = isPreflighted ? refusedHeaders(policy, unsafe) : [];
  const others = [
    ...credentialReasons(policy, credentials),
    ...(isPreflighted ? methodReasons(policy, method) : []),
  ];
  const reasons = [...others, ...refusedNames.map((name) => `does not allow the header ${name}`)];
  const decided = (verdict: 'allowed' | 'refused', text: string): ReturnType<typeof answer> => {
    const view = engineOn(question, policy, {
      isPreflighted,
      allowed: verdict === 'allowed',
      names: unsafe,
      refusedNames: reasons.length === refusedNames.length ? refusedNames : [],
    });
    if (view === undefined) return { verdict, text };
    return { verdict: view.accepted ? 'allowed' : 'refused', text: `${text} ${view.message}` };
  };
  const asked = policy.origin.asked.filter((rule) => rule.within(from));
  const reason = decideOrigin(policy, from);
  if (!allowsReading(reason) && asked.length === 0) {
    reasons.unshift(
      policy.closed ? 'allows nobody' : `allows ${whom(manifest, line.policy)}, and not this origin`,
    );
  }
  if (reasons.length > 0) {
    const end = isPreflighted || enforcedOn(policy.enforce, method) ? '' : ' The handler runs all the same.';
    return decided('refused', `${from} may not ${request}: ${owner} ${listed(reasons)}.${end}`);
  }
  if (!allowsReading(reason)) {
    const names = listed(asked.map((rule) => rule.text));
    const text = `Whether ${from} may ${request} only the app can tell: ${owner} asks ${names}.`;
    return { verdict: 'undecided', text };
  }
  return decided('allowed', `${from} may ${request}: ${owner} allows it.`);
}

/** What decides of a request for an engine. */
interface Decided {
  readonly isPreflighted: boolean;
  readonly allowed: boolean;
  readonly names: readonly string[];
  readonly refusedNames: readonly string[];
}

/** What the engine that is asked about makes of the answer; `undefined` if none is. */
function engineOn(
  { engine, from, method, host }: Question,
  policy: Policy,
  { isPreflighted, ...decided }: Decided,
): CorsEngineExplanation | undefined {
  if (engine === undefined || !isEngine(engine)) return undefined;
  return engineView(engine, {
    ...decided,
    kind: isPreflighted ? 'preflight' : 'actual',
    method,
    origin: from,
    maxAge: Number(policy.maxAge || DEFAULT_MAX_AGE),
    credentials: policy.credentials,
    headers: {},
    target: host === undefined ? undefined : `http://${host}`,
    lets: (name) => refusedHeaders(policy, [name]).length === 0,
    redirect: undefined,
  });
}

function whom({ lists }: CorsManifest, { origin }: ManifestPolicy): string {
  return audience('list' in origin ? (lists[origin.list] as readonly ManifestOrigin[]) : origin);
}

function credentialReasons(policy: Policy, credentials: boolean): readonly string[] {
  return credentials && !policy.credentials ? ['does not allow credentials'] : [];
}

function methodReasons(policy: Policy, method: string): readonly string[] {
  const isMethod = !isForbiddenMethod(method) && approvesMethod(policy.methods, method);
  return isMethod ? [] : [`does not allow the method ${method}`];
}

function refusedHeaders({ allowedHeaders }: Policy, names: readonly string[]): readonly string[] {
  return names.filter((name) => refusedRequestHeader(allowedHeaders, name) !== undefined);
}
