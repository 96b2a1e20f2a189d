import { setTimeout as sleep } from 'node:timers/promises';
import type { Answer, Replica } from './replicas.js';

/** A page that calls a replica over and over again, until it is told to stop. */
export interface Page {
  readonly answers: readonly Answer[];
  stop(): Promise<void>;
}

export function openPage(replica: Replica, origin: string): Page {
  const answers: Answer[] = [];
  const closing = new AbortController();
  const call = async (): Promise<void> => {
    while (!closing.signal.aborted) {
      answers.push(await replica.ask(origin));
      await sleep(2);
    }
  };
  const calling = call();
  return {
    answers,
    stop: () => {
      closing.abort();
      return calling;
    },
  };
}

/**
 * When the page sent the last request whose response it could read. When the answer was there says less: the page, and
 * the machine, may have been busy with something else.
 */
export function lastAllowed({ answers }: Page): number {
  return Math.max(...answers.filter(({ acao }) => acao !== undefined).map(({ sentAt }) => sentAt));
}

/** How long the slowest answer took, in milliseconds. */
export function slowest(pages: readonly Page[]): number {
  return Math.max(...pages.flatMap(({ answers }) => answers.map(({ at, sentAt }) => at - sentAt)));
}

/** Whatever the page got that no page of this origin may get: an error, or the name of another origin. */
export function wrongAnswers({ answers }: Page, origin: string): readonly Answer[] {
  return answers.filter(({ status, acao }) => status !== 200 || (acao !== undefined && acao !== origin));
}
