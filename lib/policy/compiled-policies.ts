import { isAny, isExact, type OriginEntry } from './origin-entry.js';
import { compileOrigins, type OriginRule } from './origin-set.js';
import { summaryOf } from './origin-summary.js';
import { compilePolicy, type Policy } from './policy.js';
import type { PolicyFields } from './policy-fields.js';
import { ValuePath } from './value-path.js';

/** Of longer lists only two of which one and the same summary was made are known to be equal. */
const MAX_COMPARED = 100;

/**
 * The compiled policies of an app. Two that say the same are one object, so that whoever has to know whether it matters
 * which of several is in force need only compare them.
 */
export class CompiledPolicies {
  private readonly policies = new ValuePath<Policy>();
  private readonly lists = new ValuePath<OriginRule>();

  /** Compiles `origin`. */
  origin({ origin, credentials, dangerously }: PolicyFields): OriginRule {
    const secureOnly = credentials && !dangerously.insecureOrigins;
    let place = this.lists.to(secureOnly);
    if (origin.length > MAX_COMPARED) place = place.to(summaryOf(origin));
    else for (const identity of identitiesOf(origin)) place = place.to(identity);
    return (place.found ??= compileOrigins(origin, { secureOnly }));
  }

  /** @param origin - the fields' own, compiled */
  policy(fields: PolicyFields, origin: OriginRule): Policy {
    const policy = compilePolicy(fields, origin);
    let place = this.policies;
    for (const value of whatItSays(policy)) place = place.to(value);
    return (place.found ??= policy);
  }
}

/** The same for lists that say the same: texts in one order, and the others by being the same ones. */
function identitiesOf(origin: readonly OriginEntry[]): readonly unknown[] {
  const identities = origin.map((entry) => {
    if (isExact(entry)) return entry;
    if (isAny(entry)) return '*';
    return entry.kind === 'pattern' ? entry.text : entry;
  });
  const texts = identities.filter(isText).toSorted();
  return [...texts, ...identities.filter((one) => !isText(one))];
}

function isText(identity: unknown): identity is string {
  return typeof identity === 'string';
}

/** Where nobody may read, nothing else matters but whether others are walled off. */
function whatItSays(policy: Policy): readonly unknown[] {
  if (policy.closed) return [policy.enforce];
  const { methods, allowedHeaders } = policy;
  return [
    policy.enforce,
    policy.origin,
    policy.credentials,
    policy.exposedHeaders,
    methods.any,
    methods.names.join(),
    allowedHeaders.any,
    allowedHeaders.names.join(),
    policy.maxAge,
    policy.optionsSuccessStatus,
  ];
}
