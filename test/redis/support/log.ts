import { Logger, type LoggerService } from '@nestjs/common';

/** What Nest's logger is given, line by line, instead of the console. */
export class Log implements LoggerService {
  readonly lines: string[] = [];

  /** Takes the logger's place, for this process. */
  listen(): this {
    Logger.overrideLogger(this);
    return this;
  }

  log(line: unknown): void {
    this.lines.push(`log: ${String(line)}`);
  }

  error(line: unknown): void {
    this.lines.push(`error: ${String(line)}`);
  }

  warn(line: unknown): void {
    this.lines.push(`warn: ${String(line)}`);
  }
}
