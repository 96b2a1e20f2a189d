/** What a start costs with so many routes. */
export interface StartCost {
  readonly routes: number;
  /** In milliseconds; `control` is of an app with `enableCors()`, which does nothing for a route. */
  readonly time: BareAndOurs & { readonly control: number };
  /** Where they have been counted. */
  readonly instructions: BareAndOurs | undefined;
}

/** Something of the bare app, and of the same app with nestjs-cors. */
export interface BareAndOurs {
  readonly bare: number;
  readonly ours: number;
}

/** What each further route costs when an app starts, between one number of routes and another. */
export interface RouteCost {
  readonly routes: string;
  /** What it costs the bare app, in microseconds. */
  readonly bareMicros: number;
  /** What nestjs-cors adds, in microseconds. */
  readonly micros: number;
  /**
   * What `enableCors()` adds, in microseconds. It does nothing for a route, so this is how far the machine's own noise
   * takes the figure above from what it would be.
   */
  readonly controlMicros: number;
  /** What nestjs-cors adds in instructions, beside those of the bare app. */
  readonly instructions: { readonly bare: number; readonly added: number } | undefined;
}

/** Between each number of routes and the next, and between the least and the most. */
export function routeCosts(starts: readonly StartCost[]): readonly RouteCost[] {
  const steps = starts.slice(1).map((to, index) => routeCost(starts[index] as StartCost, to));
  const [first] = starts;
  return first === undefined || steps.length < 2
    ? steps
    : [...steps, routeCost(first, starts.at(-1) as StartCost)];
}

function routeCost(from: StartCost, to: StartCost): RouteCost {
  const perRoute = (less: BareAndOurs, more: BareAndOurs): { bare: number; added: number } => {
    const bare = (more.bare - less.bare) / (to.routes - from.routes);
    return { bare, added: (more.ours - less.ours) / (to.routes - from.routes) - bare };
  };
  const { bare, added } = perRoute(from.time, to.time);
  const control = perRoute(
    { bare: from.time.bare, ours: from.time.control },
    { bare: to.time.bare, ours: to.time.control },
  );
  return {
    routes: `${from.routes} to ${to.routes}`,
    bareMicros: bare * 1000,
    micros: added * 1000,
    controlMicros: control.added * 1000,
    instructions: from.instructions && to.instructions && perRoute(from.instructions, to.instructions),
  };
}
