import { askSources } from '../http/ask-sources.js';
import type { AskedRequest } from '../http/asked-request.js';
import { messageOf } from '../http/source-failures.js';
import type { Policy } from '../policy/policy.js';
import { decideOrigin, type OriginReason } from '../protocol/verdict.js';

/** Why an origin is or is not allowed, once the sources have been asked. */
export type DecidedReason = Exclude<OriginReason, 'origin-undecided'>;

/** What a policy says of an origin, its sources included. */
export interface OriginVerdict {
  readonly reason: DecidedReason;
  /** What the sources complained about that failed. */
  readonly failures: readonly string[];
  /** The source that has allowed the origin for now, and decides about the actual request after the guards. */
  readonly afterGuards: string | undefined;
}

/**
 * Asks the sources of policies about the origin of one request, as a live request asks them, and remembers which failed
 * instead of logging it. A source that several policies name is asked once.
 */
export class Asking {
  /** By the identity of the source: what it complained about. */
  private readonly failed = new Map<object, string>();

  /**
   * @param view - the request as sources see it
   */
  constructor(private readonly view: AskedRequest) {}

  /** Decides an origin for a policy. */
  async decide(policy: Policy, origin: string | undefined): Promise<OriginVerdict> {
    const reason = decideOrigin(policy, origin);
    if (reason !== 'origin-undecided') return { reason, failures: [], afterGuards: undefined };
    const allowedBy = await askSources(policy.origin.asked, {
      origin: origin as string,
      view: this.view,
      failed: ({ identity }, error) => this.failed.set(identity, messageOf(error)),
    });
    return {
      reason: allowedBy === undefined ? 'origin-not-allowed' : 'origin-allowed',
      failures: policy.origin.asked.flatMap(({ text, sources }) =>
        sources.flatMap(({ identity }) => {
          const failure = this.failed.get(identity);
          return failure === undefined ? [] : [`the source ${text} failed: ${failure}`];
        }),
      ),
      afterGuards: allowedBy?.afterGuards === true ? allowedBy.text : undefined,
    };
  }
}
