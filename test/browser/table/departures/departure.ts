import type { QuirkName } from '../../../../lib/engines/quirks.js';
import type { Seen, Wire } from '../case.js';

/** What an engine does with a case instead of what the standard says. */
export type Departure = {
  readonly sees?: Seen | readonly Seen[];
  readonly server?: readonly Wire[];
} & (
  | {
      /** The quirk of the engine that it shows. The virtual browser has it too. */
      readonly quirk: QuirkName;
    }
  | {
      /** What the engine does, where its profile does something else: the virtual browser is not held against it. */
      readonly beyond: string;
    }
);

/** Departures, by the case that shows them. */
export type Departures = Readonly<Record<string, Departure>>;
