import type { LoggerService } from '@nestjs/common';

/** A logger that keeps its warnings, and drops all else. */
export class Warnings implements LoggerService {
  readonly all: string[] = [];
  warn(message: string): void {
    this.all.push(message);
  }
  log(): void {}
  error(): void {}

  /** The warnings that say something. */
  about(text: string): readonly string[] {
    return this.all.filter((line) => line.includes(text));
  }
}
