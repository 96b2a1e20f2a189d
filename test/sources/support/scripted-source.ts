/** How a {@link ScriptedSource} answers. */
export type Mode = 'answers' | 'rejects' | 'throws' | 'hangs' | 'answers no boolean';

/** A question that was asked of a {@link ScriptedSource}. */
export interface Asked {
  readonly origin: string;
  readonly asker: unknown;
}

/** A database, as a test wants it to be: what it holds, how long it takes, and what goes wrong. */
export class ScriptedSource {
  readonly allowed = new Set<string>();
  readonly asked: Asked[] = [];
  mode: Mode = 'answers';
  /** In milliseconds. */
  latency = 0;

  constructor(...allowed: string[]) {
    for (const origin of allowed) this.allowed.add(origin);
  }

  /** For `cachedOrigins`. What it says is what it holds at the moment when it is asked. */
  readonly lookUp = (origin: string, asker?: unknown): boolean | Promise<boolean> => {
    this.asked.push({ origin, asker });
    const { mode, latency } = this;
    if (mode === 'throws') throw new Error('out of order');
    const answer = this.allowed.has(typeof asker === 'string' ? `${origin} ${asker}` : origin);
    return new Promise<boolean>((resolve, reject) => {
      if (mode === 'hangs') return;
      const settle = (): void => {
        if (mode === 'rejects') reject(new Error('out of order'));
        else if (mode === 'answers') resolve(answer);
        else if (mode === 'answers no boolean') resolve('yes' as never);
      };
      if (latency === 0) settle();
      else setTimeout(settle, latency);
    });
  };

  /** Forgets what was asked, and tells how often. */
  get count(): number {
    return this.asked.splice(0).length;
  }
}
