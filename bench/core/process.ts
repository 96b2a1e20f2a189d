import { job, reply, serve } from '../support/child.js';
import { BRIEF_LISTS, ORIGIN_LISTS } from './policies.js';

/** What a process of the core program measures. */
export interface CoreJob {
  readonly part: 'origins' | 'cached' | 'doors' | 'headers' | 'rivals' | 'allocation';
  readonly brief: boolean;
}

/** How many names the policies of the header check have. */
const HEADER_COUNTS: readonly number[] = [3, 30];

serve(async () => {
  const { part, brief } = job<CoreJob>();
  const lists = brief ? BRIEF_LISTS : ORIGIN_LISTS;
  switch (part) {
    case 'origins':
      return reply(await (await import('./verdicts.js')).timeOrigins(lists, brief));
    case 'cached':
      return reply(await (await import('./sources.js')).timeSources(brief));
    case 'doors':
      return reply(await (await import('./doors.js')).timeDoors(brief));
    case 'headers':
      return reply(await (await import('./verdicts.js')).timeHeaders(HEADER_COUNTS, brief));
    case 'rivals':
      return reply(await (await import('./rivals.js')).timeRivals(lists, brief));
    case 'allocation':
      return reply(await (await import('./allocation.js')).measureAllocation());
  }
});
