import type { Redis } from 'ioredis';
import type { CorsRequest } from '../../../lib/index.js';

/** A request for a tenant, as a source sees it. */
export function requestFor(tenant?: unknown): CorsRequest {
  return {
    method: 'GET',
    path: '/partners',
    host: 'api.example.com',
    params: { tenant: tenant as string },
    preflight: false,
    header: () => undefined,
  };
}

/** How often Redis has been asked for a membership since its statistics were reset. */
export async function timesAsked(redis: Redis): Promise<number> {
  const statistics = await redis.info('commandstats');
  return Number(/cmdstat_sismember:calls=(\d+)/.exec(statistics)?.[1] ?? 0);
}

/**
 * Has the connections that are made after this client keep what Redis says of a membership to themselves.
 *
 * @returns lets them say it
 */
export function holdAnswers(model: Redis): () => void {
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  const duplicate = model.duplicate.bind(model);
  model.duplicate = (override) => {
    const copy = duplicate(override);
    const sismember = copy.sismember.bind(copy);
    copy.sismember = async (key: string, member: string) => {
      const answer = await sismember(key, member);
      await released;
      return answer;
    };
    return copy;
  };
  return release;
}
