import type {
  CorsManifest,
  ManifestCondition,
  ManifestOrigin,
  ManifestPolicy,
} from '../../manifest/cors-manifest.js';
import { originName } from '../../manifest/manifest-words.js';
import type { AskedOrigin, OriginCondition, OriginEntry } from '../../policy/origin-entry.js';
import { readWrittenOrigin } from '../../policy/origin-grammar.js';
import { compileOrigins } from '../../policy/origin-set.js';
import { compilePolicy, type Policy } from '../../policy/policy.js';
import { NO_DANGERS } from '../../policy/policy-fields.js';
import { ORIGIN_REGEXP } from '../../policy/read-origin.js';

/**
 * The policy of a manifest, compiled as that of an app, so that what decides live requests decides about it. Sources are among
 * what has to be asked, and so are expressions that the library would not take.
 */
export function compileManifestPolicy({ lists }: CorsManifest, policy: ManifestPolicy): Policy {
  const { origin, maxAge, dangerously } = policy;
  const origins = 'list' in origin ? (lists[origin.list] as readonly ManifestOrigin[]) : origin;
  const entries = origins.map(entryOf);
  const secureOnly = policy.credentials && !dangerously.includes('insecureOrigins');
  const fields = { ...policy, origin: entries, maxAge: maxAge ?? undefined, dangerously: NO_DANGERS };
  return compilePolicy(fields, compileOrigins(entries, { secureOnly }));
}

function entryOf(origin: ManifestOrigin): OriginEntry {
  if (origin === '*') return { kind: 'any' };
  return typeof origin !== 'string' && 'allOf' in origin
    ? { kind: 'all-of', parts: origin.allOf.map(conditionOf) }
    : conditionOf(origin);
}

function conditionOf(condition: ManifestCondition): OriginCondition {
  if (typeof condition === 'string') return readWrittenOrigin(condition) as OriginCondition;
  return ('regexp' in condition ? readExpression(condition.regexp) : undefined) ?? asked(condition);
}

/** An expression that the library takes: others could take very long, or match what nobody knows. */
function readExpression(text: string): OriginCondition | undefined {
  const [, source, flags] = /^\/(.*)\/([a-z]*)$/s.exec(text) ?? [];
  if (source === undefined) return undefined;
  try {
    const read = ORIGIN_REGEXP.get().parseOriginRegExp(new RegExp(source, flags));
    return 'entry' in read ? read.entry : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function asked(condition: ManifestCondition): AskedOrigin {
  const text = originName(condition);
  return {
    kind: 'source',
    text,
    where: '',
    identity: { text },
    timeout: 0,
    ask: () => false,
    askAfterGuards: undefined,
  };
}
