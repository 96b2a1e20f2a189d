import type { Logger } from '@nestjs/common';

/** What is warned of at start: it is logged, and kept for who asks later. */
export class StartWarnings {
  readonly texts = new Set<string>();

  constructor(private readonly logger: Pick<Logger, 'warn'>) {}

  warn(text: string): void {
    this.texts.add(text);
    this.logger.warn(text);
  }
}
