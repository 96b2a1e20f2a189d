import { inspect } from 'node:util';
import { askSources } from '../http/ask-sources.js';
import type { AskedRequest } from '../http/asked-request.js';
import type { AskedRule } from '../policy/origin-set.js';
import type { OriginFunction } from '../policy/origin-source.js';
import type { Policy } from '../policy/policy.js';
import { decideOrigin, type OriginReason } from '../protocol/verdict.js';

/** Why an origin is or is not allowed, once the sources have been asked. */
export type DecidedReason = Exclude<OriginReason, 'origin-undecided'>;

/** What a policy says of an origin, its sources included. */
export interface OriginVerdict {
  readonly reason: DecidedReason;
  /** What the sources complained about that failed. */
  readonly failures: readonly string[];
}

/**
 * Asks the sources of policies about the origin of one request, as a live request asks them, and remembers which failed.
 * A source that several policies name is asked once.
 */
export class Asking {
  /** By the source: the one that is asked in its place. */
  private readonly recorded = new Map<OriginFunction, OriginFunction>();
  private readonly failed = new Map<OriginFunction, string>();

  /**
   * @param view - the request as sources see it
   */
  constructor(private readonly view: AskedRequest) {}

  /** Decides an origin for a policy. */
  async decide(policy: Policy, origin: string | undefined): Promise<OriginVerdict> {
    const reason = decideOrigin(policy, origin);
    if (reason !== 'origin-undecided') return { reason, failures: [] };
    const rules = policy.origin.asked.map((rule) => this.recording(rule));
    const allowed = await askSources(rules, origin as string, this.view);
    return {
      reason: allowed ? 'origin-allowed' : 'origin-not-allowed',
      failures: policy.origin.asked.flatMap(({ text, sources }) =>
        sources.flatMap((source) => {
          const failure = this.failed.get(source);
          return failure === undefined ? [] : [`the source ${text} failed: ${failure}`];
        }),
      ),
    };
  }

  private recording(rule: AskedRule): AskedRule {
    return {
      text: rule.text,
      within: (origin) => rule.within(origin),
      sources: rule.sources.map((source) => this.recordingOf(source)),
    };
  }

  /** Fails closed by itself, so that nothing is logged of what the explanation says anyway. */
  private recordingOf(source: OriginFunction): OriginFunction {
    const recording: OriginFunction =
      this.recorded.get(source) ??
      (async (origin, request) => {
        try {
          const answer: unknown = await source(origin, request);
          if (typeof answer === 'boolean') return answer;
          this.failed.set(source, `it answered ${typeof answer}, no boolean`);
        } catch (error) {
          this.failed.set(source, messageOf(error));
        }
        return false;
      });
    this.recorded.set(source, recording);
    return recording;
  }
}

function messageOf(error: unknown): string {
  const message: unknown = error instanceof Error ? error.message : error;
  return typeof message === 'string' ? message : inspect(message);
}
